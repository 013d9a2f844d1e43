"""Framed messages arrive as they were sent, or not at all."""

import pytest

from gateway.engines.mlx.worker_messages import (
    MAX_BODY,
    PREFIX,
    Audio,
    BrokenFrame,
    Cancel,
    Failed,
    Finished,
    Forget,
    Message,
    Prepare,
    Prepared,
    Ready,
    Speak,
    frame,
    lengths,
    message_of,
)


@pytest.mark.parametrize(
    ("message", "body"),
    [
        (Prepare("key", None, False), b"\x00" * 1000),
        (Speak(1, 'Grüß "Gott"\n🙂\x00', instruct="Leise."), b""),
        (Cancel(7), b""),
        (Forget(("one", "two")), b""),
        (Audio(7), bytes(range(256))),
        (Finished(7, {"wall": 0.5}), b""),
        (Failed(None, "bad_reference", "why"), b""),
        (Prepared("new", ("old", "older")), b""),
        (Ready("qwen3_tts", "base", "0b6", 24_000, "mlx", ("ryan",)), b""),
    ],
)
def test_a_message_arrives_as_it_was_sent(message: Message, body: bytes) -> None:
    sent = frame(message, body)
    head, tail = lengths(sent[: PREFIX.size])
    rest = sent[PREFIX.size :]
    assert message_of(rest[:head]) == message
    assert rest[head:] == body
    assert tail == len(body)


@pytest.mark.parametrize(
    "head",
    [b"", b"\xff", b"[]", b"{}", b'{"type": "Shout"}', b'{"type": "Cancel"}', b'{"type": "Cancel", "x": 1}'],
)
def test_what_is_no_message_is_refused(head: bytes) -> None:
    with pytest.raises(BrokenFrame):
        message_of(head)


def test_a_frame_without_bounds_is_refused_before_it_is_read() -> None:
    with pytest.raises(BrokenFrame):
        lengths(PREFIX.pack(10, MAX_BODY + 1))
    with pytest.raises(BrokenFrame):
        lengths(b"Warning:")
