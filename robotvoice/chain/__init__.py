"""The fallback chain: breakers, deadlines, and who is asked for a sentence in which order."""
