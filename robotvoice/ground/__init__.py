"""What all else stands on: this machine, its networks and files, back-off, names that are nearly right."""
