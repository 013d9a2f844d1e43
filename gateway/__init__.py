"""The server that lets personas speak: HTTP, WebSocket and mDNS around the engines."""
