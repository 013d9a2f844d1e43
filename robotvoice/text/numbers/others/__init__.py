"""Languages of whose numbers only what is certain is written out; the rest is left to the engine."""
