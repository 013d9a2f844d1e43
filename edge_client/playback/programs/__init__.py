"""The programs that playing starts, and how they end."""
