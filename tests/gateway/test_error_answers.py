"""Any error fits into a body that no robot takes for audio."""

import json

from hypothesis import given
from hypothesis import strategies as st

from gateway.api.error_answers import SHORT_BODY, short_body


@given(st.text())
def test_every_message_fits_and_keeps_its_beginning(message: str) -> None:
    body = short_body(message)
    assert len(body.encode()) <= SHORT_BODY == 100
    said = json.loads(body)["error"]
    assert said == message or (said.endswith("...") and message.startswith(said[:-3]))


def test_a_message_of_any_length_is_cut() -> None:
    assert short_body("a" * 1_000_000) == json.dumps({"error": "a" * 84 + "..."})
