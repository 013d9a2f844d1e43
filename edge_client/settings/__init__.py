"""The robot's settings."""
