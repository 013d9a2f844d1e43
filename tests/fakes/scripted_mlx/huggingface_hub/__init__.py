"""Is looked for by whoever asks whether models can be run; one in a folder needs nothing of it."""
