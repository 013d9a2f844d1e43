"""The commands of `robotvoice`: each file has one, with its options."""
