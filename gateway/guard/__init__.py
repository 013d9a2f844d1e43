"""Whether what an engine makes can be the sentence it was given."""
