"""Whether the promise holds under fire: the whole text is spoken, in time, once, and it is known by whom."""
