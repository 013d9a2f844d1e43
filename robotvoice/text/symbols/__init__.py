"""Signs and formulas, as they are read aloud."""
