"""By the daemon if there is one, else by this process itself."""
