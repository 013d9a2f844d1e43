"""Files, folders and memory of this process, and how a problem is told."""
