"""Nobody's voice is cloned without their leave, nor longer or from another clip than it was given for."""

import datetime
import hashlib
from pathlib import Path

import pytest

from gateway.personas.persona_files import PersonaLibrary
from tests.gateway.personas.loading import load_personas

TODAY = datetime.date(2026, 3, 1)
GIVEN = "subject: Ada, granted_by: Ada, scope: home"
TEXT = "text of 1 to 64 characters"


def library(folder: Path, consent: str, reference: str = "clip.wav") -> PersonaLibrary:
    """Personas read on TODAY, one of them with a cloned voice."""
    for name in ("good", "rook"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "good" / "persona.yaml").write_text(
        "name: Good\nlanguage: en\nvoice: {engine: espeak, voice: en}\n"
    )
    (folder / "rook" / "clip.wav").write_bytes(b"a voice")
    (folder / "rook" / "persona.yaml").write_text(
        f"name: Rook\nlanguage: en\nvoice: {{engine: mlx, model: m, x_vector_only: true, "
        f"reference: {reference}}}\n{consent}\n"
    )
    return load_personas(folder, today=lambda: TODAY)


def refused(folder: Path, consent: str) -> str:
    """The one thing that is told of the persona with this consent."""
    (line,) = library(folder, consent).problems
    return line.removeprefix(f"{folder / 'rook' / 'persona.yaml'}:")


def test_a_cloned_voice_without_consent_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, "") == (
        "1: consent: is missing; a cloned voice needs the leave of its owner: "
        "give a block such as {subject: Ada, granted_by: Ada, scope: our robot at home}"
    )


def test_all_that_a_consent_may_say_arrives(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"a voice").hexdigest()
    more = f"relationship: her mother, date: 2026-01-31, expires: 2026-03-01, clip_sha256: {digest}"
    personas = library(tmp_path, f"consent: {{{GIVEN}, {more}, guardian: Grace}}")
    assert personas.problems == ()
    consent = personas.find("rook").consent
    assert consent is not None
    assert (consent.subject, consent.granted_by, consent.scope) == ("Ada", "Ada", "home")
    assert (consent.relationship, consent.guardian) == ("her mother", "Grace")
    assert (consent.date, consent.expires) == ("2026-01-31", "2026-03-01")
    assert consent.clip_sha256 == digest


def test_a_consent_ends_after_its_last_day(tmp_path: Path) -> None:
    assert library(tmp_path, f"consent: {{{GIVEN}, expires: 2026-03-01}}").problems == ()
    ended = library(tmp_path, f"consent: {{{GIVEN}, expires: 2026-02-28}}")
    assert ended.problems == () and ended.find("rook").voice.has_ended(TODAY)
    assert [line.partition("persona.yaml:")[2] for line in ended.warnings] == [
        "4: consent.expires: ended with 2026-02-28, so no voice is cloned; ask for a new consent, or use "
        "another voice"
    ]


def test_a_consent_that_has_ended_counts_against_a_file_that_is_broken_besides(tmp_path: Path) -> None:
    """Or the last good one would clone on."""
    broken = library(tmp_path, f"consent: {{{GIVEN}, expires: 2026-02-28}}\nphrases: ['...']")
    assert [":4: consent.expires" in line for line in broken.problems] == [True, False]


def test_no_other_day_makes_it_sound_otherwise(tmp_path: Path) -> None:
    """What was recorded before a consent was given for longer is good still."""
    first = library(tmp_path, f"consent: {{{GIVEN}, expires: 2026-03-01}}").find("rook")
    later = library(tmp_path, f"consent: {{{GIVEN}, expires: 2027-03-01}}").find("rook")
    assert (first.consent_until, later.consent_until) == ("2026-03-01", "2027-03-01")
    assert (
        first.revision == later.revision == library(tmp_path, f"consent: {{{GIVEN}}}").find("rook").revision
    )


def test_a_consent_for_one_clip_is_none_for_another(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"another voice").hexdigest()
    assert refused(tmp_path, f"consent: {{{GIVEN}, clip_sha256: {digest}}}") == (
        "4: consent.clip_sha256: was given for another clip; "
        "put that clip back, or ask for leave to use this one"
    )


def test_a_clip_that_cannot_be_read_is_no_reason_to_doubt_the_consent(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"a voice").hexdigest()
    personas = library(tmp_path, f"consent: {{{GIVEN}, clip_sha256: {digest}}}", reference="gone.wav")
    (line,) = personas.problems
    assert ":3: voice.reference: gone.wav is missing" in line


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("expires: soon", "expires: 'soon' is no day; give one as 2026-01-31"),
        ("date: 2026-02-30", "date: '2026-02-30' is no day; give one as 2026-01-31"),
        ("date: 2026", "date: 2026 cannot be used; give the day it was given, such as 2026-01-31"),
        ("clip_sha256: abc", "clip_sha256: 'abc' cannot be used; give the 64 hex digits of the clip's"),
        ("guardian: ' '", f"guardian: ' ' cannot be used; give {TEXT}: who agreed for somebody"),
        ("relation: x", "relation: there is no such key; did you mean relationship?"),
    ],
)
def test_a_wrong_key_of_a_consent_is_told(key: str, told: str, tmp_path: Path) -> None:
    assert refused(tmp_path, f"consent: {{{GIVEN}, {key}}}").startswith(f"4: consent.{told}")
