"""Where a gateway may be: addresses, and which of them are tried first."""
