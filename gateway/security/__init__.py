"""Who asks, and what they may: the gateway's doors, and what opens them."""
