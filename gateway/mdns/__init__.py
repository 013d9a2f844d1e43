"""The gateway on its networks: the sockets it listens on, and how it is announced."""
