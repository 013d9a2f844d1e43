"""`robotvoice-gateway persona`: personas checked, and made from a recording."""
