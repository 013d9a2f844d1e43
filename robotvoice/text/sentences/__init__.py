"""Where a text is cut: into lines, sentences, and pieces for an engine."""
