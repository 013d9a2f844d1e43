"""The characters a text is written in, and what of them can be spoken."""
