"""How numbers are read, the same for all languages."""
