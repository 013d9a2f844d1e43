"""A transcript is the words of its clip as plain text; what is anything else is told as what it is."""

import pytest

from gateway.clips.transcripts import marks_in, not_plain_text, words_only

WORDS = "The robot walked slowly through the garden."


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"{\\rtf1\\ansi\\ansicpg1252 " + WORDS.encode() + b"}", "is RTF"),
        (b"<!DOCTYPE html>\n<p>" + WORDS.encode(), "is HTML"),
        (b"<html><body>" + WORDS.encode(), "is HTML"),
        (b"<p>" + WORDS.encode() + b"</p>", "is HTML"),
        (b"<?xml version='1.0'?><tt>", "is HTML"),
        (b"1\n00:00:01,000 --> 00:00:04,000\n" + WORDS.encode(), "is a file of subtitles (SRT)"),
        (b"1\r\n00:00:01,000 --> 00:00:04,000\r\n" + WORDS.encode(), "is a file of subtitles (SRT)"),
        (b"0:00:01.000,0:00:04.000\n" + WORDS.encode(), "is a file of subtitles (SRT)"),
        (b"WEBVTT\n\n00:01.000 --> 00:04.000\n" + WORDS.encode(), "is a file of subtitles (VTT)"),
        (b'{"text": "' + WORDS.encode() + b'"}', "is JSON"),
        (b'[{"start": 0.0, "text": "x"}]', "is JSON"),
        (b'{"text": "broken off', "is JSON"),
        (b"[Script Info]\nTitle: x", "is a file of another program"),
        (b"PK\x03\x04\x14\x00", "is a Word, Pages or OpenDocument file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is a Word file"),
        (b"%PDF-1.7\n", "is a PDF file"),
        (b"RIFF\x00\x00\x00\x00WAVE", "is a sound file"),
        (WORDS.encode("utf-16"), "is not UTF-8; save it as UTF-8"),
        (WORDS.encode("utf-16-le"), "is not UTF-8; save it as UTF-8"),
        ("Müller".encode("latin-1"), "is not UTF-8; save it as UTF-8"),
    ],
)
def test_what_is_no_plain_text_is_told_as_what_it_is(raw: bytes, told: str) -> None:
    """B8."""
    why = not_plain_text(raw)
    assert why is not None
    assert why.startswith(told)
    assert "; save it as " in why


@pytest.mark.parametrize(
    "text",
    [
        WORDS,
        f"\ufeff{WORDS}",
        "She said: come here. It was half past { and 3 < 5, he thought (as always).",
        "[Speaker 1]: hello",
        "日本語の文章です。",
        '"Really?" she said.',
    ],
)
def test_plain_text_is_plain_text(text: str) -> None:
    assert not_plain_text(text.encode()) is None
    assert words_only(text) is None


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("[Speaker 1]: Hello there.", 1, "the name of a speaker"),
        ("Speaker 2: Hello there.", 1, "the name of a speaker"),
        ("Hello there.\nINTERVIEWER: And you?", 2, "the name of a speaker"),
        ("Anna: Hello.\nBen: Hi.", 1, "the name of a speaker"),
        ("00:12 Hello there.", 1, "a time"),
        ("[0:03] Hello there.", 1, "a time"),
        ("Hello.\n(00:01:12) There.", 2, "a time"),
        ("Hello [laughs] there.", 1, "a remark in brackets"),
        ("Hello (laughs) there.", 1, "a remark in brackets"),
        ("♪ la la", 1, "a remark in brackets"),
        ("# Hello\nthere", 1, "a mark of Markdown"),
        ("- Hello\n- there", 1, "a mark of Markdown"),
    ],
)
def test_marks_that_nobody_says_are_warned_of_with_their_line(text: str, line: int, what: str) -> None:
    """B8."""
    found = marks_in(text)
    assert found is not None
    assert (found.level, found.text.partition(",")[0]) == ("warning", f"line {line} holds {what}")


@pytest.mark.parametrize(
    "text",
    [WORDS, "Attention: mind the gap.", "It was 12:30 already.", "He (a small one) said so.", "It is 3 - 2."],
)
def test_what_may_be_said_is_no_mark(text: str) -> None:
    assert marks_in(text) is None
