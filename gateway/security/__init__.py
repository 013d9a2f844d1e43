"""Who this gateway is, who asks, and what they may: its doors, and what opens them."""
