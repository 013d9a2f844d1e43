"""This machine: its networks, its files of settings, and how packages are installed."""
