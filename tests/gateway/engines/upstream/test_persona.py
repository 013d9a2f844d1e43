"""A persona may speak with the voice of an upstream; a clip leaves the machine only if that is said."""

import datetime
import json
from pathlib import Path

import pytest

from gateway.api.personas import described
from gateway.personas.active_personas import succeeded
from gateway.personas.persona_files import PersonaLibrary
from robotvoice.json_records import write_record
from robotvoice.persona import UpstreamVoice, VoiceSpec
from tests.gateway.personas.loading import load_personas

TODAY = datetime.date(2026, 3, 1)
CONSENT = "consent: {subject: Ada, granted_by: Ada, scope: home}\n"
NAMED = "{engine: upstream, upstream: studio, voice: nova, model: tts-1, lexicon: {Pi: pie}}"
SENT = (
    "{engine: upstream, upstream: studio, reference: clip.wav, transcript: words.txt, send_reference: true}"
)
GOOD = "name: Good\nlanguage: en\nvoice: {engine: espeak, voice: en}\n"


def library(folder: Path, voice: str, more: str = "") -> PersonaLibrary:
    for name in ("good", "rook"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "good" / "persona.yaml").write_text(GOOD)
    (folder / "rook" / "clip.wav").write_bytes(b"a voice")
    (folder / "rook" / "words.txt").write_text("My\nwords.")
    (folder / "rook" / "persona.yaml").write_text(f"name: Rook\nlanguage: en-GB\nvoice: {voice}\n{more}")
    return load_personas(folder, today=lambda: TODAY)


def refused(folder: Path, voice: str, more: str = "") -> str:
    """The one thing that is told of this voice."""
    (line,) = library(folder, voice, more).problems
    return line.removeprefix(f"{folder / 'rook' / 'persona.yaml'}:")


def test_a_voice_the_upstream_knows_is_given_by_its_name(tmp_path: Path) -> None:
    personas = library(tmp_path, NAMED)
    assert (personas.problems, personas.warnings) == ((), ())
    voice = personas.find("rook").voice
    assert voice.upstream_voice
    assert voice == VoiceSpec(
        "upstream:studio", "nova", lexicon=(("Pi", "pie"),), upstream_voice=voice.upstream_voice
    )
    assert voice.upstream_voice == UpstreamVoice(voice.upstream_voice.key, "tts-1", language="en-GB")
    assert not voice.clones


def test_a_clip_is_sent_with_its_words(tmp_path: Path) -> None:
    voice = library(tmp_path, SENT, CONSENT).find("rook").voice
    assert voice.clones and voice.voice == "" and voice.upstream_voice
    assert voice.upstream_voice.reference == (tmp_path / "rook" / "clip.wav").resolve()
    assert voice.upstream_voice.transcript == "My words."


def test_a_clip_leaves_the_machine_only_if_its_owner_agreed(tmp_path: Path) -> None:
    told = refused(tmp_path, SENT.replace(", send_reference: true", ""), CONSENT)
    assert told == (
        "3: voice.send_reference: the clip would leave this machine with each sentence; say "
        "send_reference: true if its owner agreed to that, or give a voice the upstream knows"
    )
    assert refused(tmp_path, SENT).startswith("1: consent: is missing; a cloned voice needs the leave")


def test_a_consent_that_has_ended_takes_the_clip_away_from_the_upstream_too(tmp_path: Path) -> None:
    fallback = "fallbacks: [{engine: espeak, voice: en}]\n"
    ended = CONSENT.replace("home", "home, expires: 2026-02-28")
    studio, espeak = library(tmp_path, SENT, ended + fallback).find("rook").voices
    assert (studio.has_ended(TODAY), espeak.has_ended(TODAY)) == (True, False)
    before = library(tmp_path, SENT, CONSENT + fallback)
    after = succeeded(before, library(tmp_path, SENT, fallback), tmp_path, "good")
    assert [voice.engine for voice in after.find("rook").voices] == ["espeak"]


def test_a_clone_that_the_upstream_has_by_name_needs_a_consent_too(tmp_path: Path) -> None:
    cloned = NAMED.replace("voice: nova", "voice: nova, cloned: true")
    assert refused(tmp_path, cloned).startswith("1: consent: is missing; a cloned voice needs the leave")
    ended = CONSENT.replace("home", f"home, clip_sha256: {'a' * 64}, expires: 2026-02-28")
    voice = library(tmp_path, cloned, ended).find("rook").voice
    assert voice.clones and voice.has_ended(TODAY)
    stock = library(tmp_path, NAMED.replace("voice: nova", "voice: nova, cloned: false"), ended).find("rook")
    assert not stock.voice.clones and not stock.voice.has_ended(TODAY)


@pytest.mark.parametrize(
    ("voice", "told"),
    [
        (
            "{engine: upstream, voice: nova}",
            "upstream: is missing; give the NAME of a table",
        ),
        ("{engine: upstream, upstream: A/B, voice: nova}", "upstream: 'A/B' cannot be used; give the NAME"),
        ("{engine: upstream, upstream: a}", "voice: an upstream needs to know who speaks; give a voice"),
        (
            "{engine: upstream, upstream: a, voice: n, reference: clip.wav, send_reference: true}",
            "voice: an upstream needs to know who speaks; give a voice it knows, or a reference and no voice",
        ),
        (
            "{engine: upstream, upstream: a, voice: n, send_reference: true}",
            "send_reference: there is no clip that could be sent; add reference, or remove this",
        ),
        (
            "{engine: upstream, upstream: a, voice: n, pitch: 3}",
            "pitch: there is no such key; known are",
        ),
        (
            "{engine: upstream, upstream: a, voice: n, modell: x}",
            "modell: there is no such key; did you",
        ),
    ],
)
def test_what_is_wrong_with_such_a_voice_is_told(voice: str, told: str, tmp_path: Path) -> None:
    assert refused(tmp_path, voice, CONSENT).startswith(f"3: voice.{told}")


def test_nothing_of_it_goes_over_the_wire(tmp_path: Path) -> None:
    persona = library(tmp_path, SENT, CONSENT).find("rook")
    shown = json.dumps([described(persona), write_record(persona.voice)])
    assert "clip.wav" not in shown and "My words" not in shown and "upstream_voice" not in shown


@pytest.mark.parametrize(
    ("old", "new"),
    [("nova", "onyx"), ("tts-1", "tts-2"), ("studio", "attic"), ("model:", "instruct: Whisper., model:")],
)
def test_what_changes_the_sound_changes_the_revision(old: str, new: str, tmp_path: Path) -> None:
    before = library(tmp_path, NAMED).find("rook").revision
    assert library(tmp_path, NAMED.replace(old, new)).find("rook").revision != before
    assert library(tmp_path, NAMED).find("rook").revision == before
