"""What a language must say of numbers, and where in a text one may be."""
