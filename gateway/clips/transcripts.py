"""Whether a file holds the words of a clip and nothing else: no document, no subtitles, no marks."""

import json
import re
from collections import Counter
from collections.abc import Iterator

from gateway.clips.clip import ClipFinding

PLAIN = "save it as plain text that holds the words alone"
_BINARY = (
    (b"PK\x03\x04", "a Word, Pages or OpenDocument file"),
    (b"\xd0\xcf\x11\xe0", "a Word file"),
    (b"%PDF", "a PDF file"),
    (b"bplist", "a property list"),
    (b"\x1f\x8b", "a compressed file"),
    (b"RIFF", "a sound file"),
    (b"ID3", "a sound file"),
    (b"fLaC", "a sound file"),
    (b"OggS", "a sound file"),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_TIME = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
_CUE = re.compile(rf"^\s*{_TIME}\s*(?:-->|,)\s*{_TIME}", re.MULTILINE)
_TAG = re.compile(
    r"</?(?:html|head|body|p|div|span|br|h[1-6]|b|i|em|strong|ul|ol|li|table|font|tt)\b[^>]*>", re.IGNORECASE
)
_DOCUMENT = re.compile(r"\s*(?:<!doctype|<html|<\?xml)", re.IGNORECASE)
_JSON = re.compile(r'\s*[\[{]\s*(?:\{\s*)?"[^"\n]{1,60}"\s*[:,]')
_OTHERS = ("[Script Info]", "{\\", "\\documentclass", "start\tend\t", "id,start,end", "%YAML")
_SPEAKER = re.compile(
    r"\s*(?:[\[<(][^\])>]{1,40}[\])>]\s*:"
    r"|(?i:speaker|sprecher(?:in)?|locuteur|locutrice|hablante|interviewer|person|host|guest|narrator|voice)"
    r"[ _]?\w{0,3}:"
    r"|[A-Z][A-Z0-9.'_-]+(?: [A-Z0-9.'_-]+)?:)(?=\s)"
)
_LABEL = re.compile(r"\s*([^\W\d_][\w.'-]{0,20}(?: [\w.'-]{1,20})?):\s")
_STAMP = re.compile(rf"[\[(]\s*{_TIME}(?:\s*-+>?\s*{_TIME})?\s*[\])]|^\s*{_TIME}\b")
_ASIDE = re.compile(r"\[[^\]]{1,40}\]|<[^>]{1,40}>|\{[^}]{1,40}\}|\*[^*]{1,40}\*|\(\w+(?: \w+)?\)|♪|♫")
_MARKDOWN = re.compile(r"^\s*(?:#{1,6} |[-*+] |\d+[.)] |> |```)|\*\*|__")


def not_plain_text(raw: bytes) -> str | None:
    """What a transcript's file is instead of plain text: `is …; do …`. None if it may be that."""
    for sign, kind in _BINARY:
        if raw.startswith(sign):
            return f"is {kind}; {PLAIN}"
    if raw.startswith(_UTF16) or b"\0" in raw[:512]:
        return "is not UTF-8; save it as UTF-8"
    try:
        text = raw.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return "is not UTF-8; save it as UTF-8"
    name = _format_of(text)
    return f"is {name}; {PLAIN}" if name else None


def words_only(text: str) -> str | None:
    """The same of a text that came without a file."""
    name = _format_of(text.strip())
    return f"is {name}; send the words alone" if name else None


def marks_in(text: str) -> ClipFinding | None:
    """What in a plain text is no word of the clip, with its first line."""
    lines = text.splitlines()
    labels = Counter(label[1] for line in lines if (label := _LABEL.match(line)))
    for number, line in enumerate(lines, 1):
        label = _LABEL.match(line)
        # Once it may be said: `Attention: mind the gap.`
        named = label is not None and labels.total() > 1
        for name in ("the name of a speaker",) if named else _marks(line):
            return ClipFinding(
                "marks",
                "warning",
                f"line {number} holds {name}, which nobody says in the clip; leave only what is heard",
            )
    return None


def _format_of(text: str) -> str | None:
    if text.startswith("{\\rtf"):
        return "RTF, as TextEdit and Word save it"
    if text.startswith("WEBVTT"):
        return "a file of subtitles (VTT)"
    if _CUE.search(text):
        return "a file of subtitles (SRT)"
    if _DOCUMENT.match(text) or len(_TAG.findall(text)) >= 2:
        return "HTML"
    if text[:1] in ("{", "[") and _is_json(text):
        return "JSON"
    if text.startswith(_OTHERS):
        return "a file of another program"
    return None


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return _JSON.match(text) is not None


def _marks(line: str) -> Iterator[str]:
    if _STAMP.search(line):
        yield "a time"
    if _SPEAKER.match(line):
        yield "the name of a speaker"
    if _ASIDE.search(line):
        yield "a remark in brackets"
    if _MARKDOWN.search(line):
        yield "a mark of Markdown"
