"""One file for each dialect the gateway speaks."""
