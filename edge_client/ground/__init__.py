"""Small parts without a subject of their own: files, locks, races, threads."""
