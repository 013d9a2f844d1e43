"""Pieces of answers, written by hand, with what of them should be heard.

In the files beside this one `¦` stands where a sentence ends for a reader, `⟦…⟧` around what is not to be
heard, `⟦…⇒…⟧` where something else is. Code between fences is not to be heard; tags are no words; an entity
is its character.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
FILES = {"english.txt": "en", "german.txt": "de", "romance.txt": "", "others.txt": "", "harder.txt": ""}
"""With their language; empty: it is the first word of each name"""
_NOISE = re.compile(r"⟦(?P<written>[^⟦⟧⇒]*)(?:⇒(?P<heard>[^⟦⟧]*))?⟧")
_FENCED = re.compile(r"^ *(```|~~~).*?^ *\1$", re.MULTILINE | re.DOTALL)
_TAG = re.compile(r"</?[a-z][^<>]*>")


@dataclass(frozen=True, slots=True)
class Block:
    """One of them, as it is written and as it is heard."""

    language: str
    name: str
    text: str
    sentences: tuple[str, ...]
    """The words of each"""


def words(spoken: str) -> list[str]:
    """What sounds of a text, word by word."""
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", spoken)  # noqa: RUF001 - an apostrophe


def blocks() -> Iterator[Block]:
    for file, language in FILES.items():
        for part in FOLDER.joinpath(file).read_text("utf-8").split("=== ")[1:]:
            name, _, marked = part.partition("\n")
            spoken_in, _, rest = name.partition(" ")
            yield read(language or spoken_in, f"{language} {name}" if language else name, marked.strip("\n"))
            assert language or rest


def read(language: str, name: str, marked: str) -> Block:
    text = _NOISE.sub(lambda noise: noise["written"], marked.replace("¦", ""))
    heard = _TAG.sub(" ", _NOISE.sub(lambda noise: noise["heard"] or "", _FENCED.sub("", marked)))
    heard = heard.replace("*", "")
    pieces = (" ".join(words(html.unescape(piece))) for piece in heard.split("¦"))
    return Block(language, name, text, tuple(piece for piece in pieces if piece))
