"""The HTTP server below every door of a gateway and of a daemon: the only room here that needs aiohttp."""
