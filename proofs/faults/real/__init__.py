"""The same promise in earnest: real processes are killed, stopped and cut off while nine clients speak."""
