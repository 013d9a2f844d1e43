"""Sound that is kept on disk: sealed, bounded, written by one process."""
