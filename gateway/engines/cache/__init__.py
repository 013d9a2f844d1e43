"""What was spoken once is kept, and played the next time."""
