"""What a robot knows of the personas before it saw a gateway is what their files say."""

import runpy
from pathlib import Path

from edge_client.personas.known_personas import SHIPPED

WRITER = Path(__file__).parents[1] / "setup" / "shipped_personas.py"


def test_the_shipped_personas_are_up_to_date() -> None:
    written = runpy.run_path(str(WRITER))["shipped_personas"]()
    assert SHIPPED.read_text(encoding="utf-8") == written, (
        "a persona changed; run: .venv/bin/python setup/shipped_personas.py"
    )
