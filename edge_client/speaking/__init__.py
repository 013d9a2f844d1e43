"""One text, spoken by this process: how, and what became of it."""
