"""A persona's phrases, recorded in its own voice for robots to keep."""
