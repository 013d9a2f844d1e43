"""German: its words for numbers, and where they stand."""
