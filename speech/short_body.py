"""An error of `/synthesize`, at the gateway and at the daemon that stands in for it."""

import json

SHORT_BODY = 100
"""Bytes: a robot's script takes a longer answer for audio."""


def short_body(message: str) -> str:
    """`{"error": message}` in at most SHORT_BODY bytes; a longer message loses its end."""
    body = json.dumps({"error": message})
    cut = min(len(message), SHORT_BODY)
    while len(body) > SHORT_BODY:
        cut -= 1
        body = json.dumps({"error": message[:cut] + "..."})
    return body
