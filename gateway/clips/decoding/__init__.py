"""Sound files from outside, read in a process of its own within limits."""
