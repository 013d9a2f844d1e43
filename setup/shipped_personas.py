"""Writes edge_client/personas/shipped_personas.json: what a robot knows before it has seen a gateway.

The robot has no YAML parser, so the folder of personas is not read there. Run it again when a test says so:

    .venv/bin/python setup/shipped_personas.py
"""

import json
from pathlib import Path

from edge_client.personas.known_personas import SHIPPED, read_known_personas
from gateway.api.personas import described
from gateway.ground.folders import bundled_personas
from gateway.personas.persona_sources import PersonaSources
from robotvoice.json_records import write_record


def shipped_personas() -> str:
    """The file's content."""
    library = PersonaSources(bundled_personas(), named=True).load()
    listed = {"personas": [described(persona) for persona in library.personas.values()]}
    known = read_known_personas(json.loads(json.dumps(listed)))
    return json.dumps({"personas": [write_record(persona) for persona in known.personas]}, indent=1) + "\n"


if __name__ == "__main__":
    Path(SHIPPED).write_text(shipped_personas(), encoding="utf-8")
