"""What the gateway's owner types besides `serve`."""
