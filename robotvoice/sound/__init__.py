"""Sound as bytes: its form, silence in it, and how it ends."""
