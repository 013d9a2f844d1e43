"""The models on this machine: which are there, and where they lie."""
