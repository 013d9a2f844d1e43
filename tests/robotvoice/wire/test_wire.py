"""What goes over the wire arrives as it was sent; anything else is an InvalidMessage that names the field."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotvoice.errors import InvalidMessage
from robotvoice.utterance import Reason, Spoken
from robotvoice.wire.wire import (
    ANSWERS,
    MESSAGE_BYTES,
    MESSAGE_ID,
    REQUESTS,
    Accepted,
    Answer,
    Audio,
    Cancel,
    Complete,
    Start,
    Substitute,
    Synthesize,
    Takeover,
    Unavailable,
    decode_answer,
    decode_request,
    encode,
)

Decode = Callable[[str], object]
DECODERS: tuple[Decode, ...] = (decode_request, decode_answer)

TEXTS = st.text(st.characters())
"""Also with lone surrogates and control characters"""
IDS = st.none() | st.from_regex(MESSAGE_ID, fullmatch=True)
REQUEST_MESSAGES = st.one_of(
    st.builds(Synthesize, text=TEXTS, id=IDS, voice=st.none() | TEXTS), st.builds(Cancel, id=IDS)
)
ANSWER_MESSAGES = st.one_of(*(st.builds(kind) for kind in ANSWERS.values()))
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=8,
)
KINDS: dict[str, Any] = {**REQUESTS, **ANSWERS}
FIELDS = sorted({name.rstrip("_") for kind in KINDS.values() for name in kind.__dataclass_fields__})


@given(REQUEST_MESSAGES)
def test_every_request_arrives_as_it_was_sent(message: Synthesize | Cancel) -> None:
    assert decode_request(encode(message)) == message


@given(ANSWER_MESSAGES)
def test_every_answer_arrives_as_it_was_sent(message: Answer) -> None:
    assert decode_answer(encode(message)) == message


@given(REQUEST_MESSAGES | ANSWER_MESSAGES)
def test_a_frame_is_plain_ascii_and_one_object_with_its_type(message: Any) -> None:
    frame = encode(message)
    assert frame.isascii()
    fields = json.loads(frame, parse_constant=pytest.fail)
    assert KINDS[fields["type"]] is type(message)
    assert ("id" in fields) == (getattr(message, "id", None) is not None)


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (
            Synthesize("Hello.", id="7", voice="vixen"),
            '{"text": "Hello.", "id": "7", "voice": "vixen", "language": null, "stream": true, '
            '"audio": "base64", "engines": "all", "priority": "dialogue", "budget_ms": null, '
            '"prepared": false}',
        ),
        (
            Synthesize("Hi.", speed=1.5),
            '{"text": "Hi.", "voice": null, "language": null, "stream": true, "audio": "base64", '
            '"engines": "all", "priority": "dialogue", "budget_ms": null, "prepared": false, "speed": 1.5}',
        ),
        (Cancel(), "{}"),
        (Accepted("7", 20), '{"id": "7", "predicted_first_audio_ms": 20}'),
        (Unavailable("7", "open"), '{"id": "7", "reason": "open", "detail": "", "retry_after_ms": null}'),
        (Audio(None, "", 24_000, final=True), '{"data": "", "sample_rate": 24000, "final": true}'),
        (
            Takeover("7", 1, "mlx", "espeak", "died"),
            '{"id": "7", "sentence": 1, "from": "mlx", "to": "espeak", "reason": "died"}',
        ),
        (
            Start("7", 24_000, 1, "espeak", "en+f4", {"pitch": 72}, substitute=Substitute("mlx", "open")),
            '{"id": "7", "sample_rate": 24000, "channels": 1, "engine": "espeak", "voice": "en+f4", '
            '"settings": {"pitch": 72}, "stored": false, '
            '"substitute": {"for": "mlx", "reason": "open", "detail": ""}}',
        ),
        (
            Complete("7", 900, warnings=("speed is not followed by this voice",)),
            '{"id": "7", "duration_ms": 900, "spoken": [], '
            '"warnings": ["speed is not followed by this voice"]}',
        ),
        (
            Complete("7", 900, (Spoken(0, "espeak", "en", substitute=Reason("open", "it rests")),)),
            '{"id": "7", "duration_ms": 900, "spoken": [{"sentence": 0, "engine": "espeak", "voice": "en", '
            '"settings": {}, "samples": 0, "sample_rate": 0, "stored": false, '
            '"substitute": {"code": "open", "text": "it rests"}, "repeated": false}]}',
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_clients_in_other_languages_rely_on_these_fields(message: Any, fields: str) -> None:
    written = json.loads(encode(message))
    assert written.pop("type") == type(message).__name__.lower()
    assert written == json.loads(fields)


def test_the_shortest_request_is_a_text() -> None:
    assert decode_request('{"type": "synthesize", "text": "Hello."}') == Synthesize("Hello.")
    assert decode_request('{"type": "cancel"}') == Cancel()


@given(REQUEST_MESSAGES, st.dictionaries(TEXTS.map(lambda name: f"x_{name}"), JSON_VALUES))
def test_fields_of_a_newer_version_are_ignored(message: Synthesize | Cancel, extra: dict[str, Any]) -> None:
    assert decode_request(json.dumps({**extra, **json.loads(encode(message))})) == message


def test_a_type_of_a_newer_gateway_is_ignored_and_one_of_a_client_refused() -> None:
    assert decode_answer('{"type": "snoring"}') is None
    assert decode_answer("{}") is None
    for frame in ('{"type": "sing"}', "{}", '{"type": null}', '{"type": ["cancel"]}', '{"type": {"a": 1}}'):
        with pytest.raises(InvalidMessage, match="type must be one of synthesize, cancel"):
            decode_request(frame)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "text is missing"),
        ({"text": None}, "text must be a string"),
        ({"text": 7}, "text must be a string"),
        ({"text": ["Hello."]}, "text must be a string"),
        ({"text": "", "id": 7}, "id must be a string"),
        ({"text": "", "id": ""}, "id must be 1 to 64 printable"),
        ({"text": "", "id": "x" * 65}, "id must be 1 to 64 printable"),
        ({"text": "", "id": "a\n"}, "id must be 1 to 64 printable"),
        ({"text": "", "id": "a\x00"}, "id must be 1 to 64 printable"),
        ({"text": "", "id": "\x1b[31m"}, "id must be 1 to 64 printable"),
        ({"text": "", "id": "\u202e"}, "id must be 1 to 64 printable"),
        ({"text": "", "id": "\ud800"}, "id must be 1 to 64 printable"),
        ({"text": "", "audio": "mp3"}, "audio must be one of base64, binary"),
        ({"text": "", "audio": {}}, "audio must be one of base64, binary"),
        ({"text": "", "voice": 7}, "voice must be a string"),
    ],
    ids=str,
)
def test_a_field_that_is_wrong_is_named_where_no_sound_would_be_the_right_one(
    fields: dict[str, Any], problem: str
) -> None:
    with pytest.raises(InvalidMessage, match=f"^{problem}") as caught:
        decode_request(json.dumps({"type": "synthesize", **fields}))
    assert caught.value.field == problem.partition(" ")[0]


@pytest.mark.parametrize(
    ("spoken", "problem"),
    [
        ("all", "spoken must be a list"),
        ([1], r"spoken\[0\] must be an object"),
        ([{"sentence": 0, "engine": "espeak"}], r"spoken\[0\].voice is missing"),
        (
            [{"sentence": 0, "engine": "e", "voice": "v"}, {"sentence": "1"}],
            r"spoken\[1\].sentence must be a",
        ),
        ([{"sentence": 0, "engine": "e", "voice": "v", "settings": []}], r"spoken\[0\].settings must be an"),
        (
            [{"sentence": 0, "engine": "e", "voice": "v", "settings": {"pitch": "72"}}],
            r"spoken\[0\].settings.pitch must be a whole number",
        ),
        (
            [{"sentence": 0, "engine": "e", "voice": "v", "substitute": {"code": "open"}}],
            r"spoken\[0\].substitute.text is missing",
        ),
    ],
    ids=str,
)
def test_a_field_deep_inside_is_named_with_its_path(spoken: object, problem: str) -> None:
    with pytest.raises(InvalidMessage, match=f"^{problem}"):
        decode_answer(json.dumps({"type": "complete", "duration_ms": 1, "spoken": spoken}))


@given(st.text(st.characters()) | JSON_VALUES.map(json.dumps))
def test_garbage_is_an_invalid_message_or_one_that_is_ignored(frame: str) -> None:
    with pytest.raises(InvalidMessage):
        decode_request(frame)
    with contextlib.suppress(InvalidMessage):
        assert decode_answer(frame) is None


@pytest.mark.slow
@given(
    st.sampled_from([*KINDS]),
    st.dictionaries(st.sampled_from(FIELDS) | TEXTS, JSON_VALUES, max_size=8),
)
def test_any_values_make_a_message_or_an_invalid_one(kind: str, fields: dict[str, Any]) -> None:
    frame = json.dumps({**fields, "type": kind})
    for decode in DECODERS:
        try:
            message: Any = decode(frame)
        except InvalidMessage as error:
            assert len(error.message) < 200 or decode is decode_answer
            continue
        assert message is None or type(message) is KINDS[kind]


@pytest.mark.parametrize("decode", DECODERS)
@pytest.mark.parametrize(
    "frame",
    [
        "",
        '"cancel"',
        "NaN",
        "{'type': 'cancel'}",
        '{"type": "cancel"',
        '{"type": "cancel"}{"type": "cancel"}',
        "\ufeff{}",
        "[" * MESSAGE_BYTES,
        '{"a":' * (MESSAGE_BYTES // 5),
        '{"type":' + "[" * 30_000 + "]" * 30_000 + "}",
        '{"type": "cancel", "id": ' + "9" * 5000 + "}",
    ],
    ids=lambda frame: frame[:24] if isinstance(frame, str) else frame.__name__,
)
def test_what_is_no_json_object_is_refused(decode: Decode, frame: str) -> None:
    with pytest.raises(InvalidMessage, match="send one JSON object per text frame"):
        decode(frame)


@pytest.mark.parametrize("depth", [*range(50, 1000, 50), 5000])
def test_a_type_nested_as_deep_as_python_reads_is_no_type(depth: int) -> None:
    frame = '{"type":' + "[" * depth + "]" * depth + "}"
    with pytest.raises(InvalidMessage):
        decode_request(frame)
    with contextlib.suppress(InvalidMessage):
        assert decode_answer(frame) is None


def test_of_a_field_that_comes_twice_the_last_counts() -> None:
    assert decode_request('{"type": "synthesize", "type": "cancel", "id": "1", "id": "2"}') == Cancel("2")


def test_a_number_without_end_is_read_as_it_is() -> None:
    frame = '{"type": "synthesize", "text": "", "budget_ms": 1' + "0" * 4000 + "}"
    assert decode_request(frame) == Synthesize("", budget_ms=10**4000)
