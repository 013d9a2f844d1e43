"""The way to the gateway: for one command, or kept open by the daemon."""
