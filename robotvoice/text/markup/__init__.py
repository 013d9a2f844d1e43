"""Markdown, tags, stage directions and templates: what of them is for a listener."""
