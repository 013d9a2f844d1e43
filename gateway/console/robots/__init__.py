"""`robotvoice-gateway pair` and `robotvoice-gateway robots`: whom the gateway lets in, and whom no more."""
