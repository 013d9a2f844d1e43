"""A robot and a gateway on a network that is broken on purpose: what is heard, by whom, and when."""
