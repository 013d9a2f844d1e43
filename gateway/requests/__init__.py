"""What a request means, whatever door it came through, and what the application holds for it."""
