"""A persona made from a recording and its transcript: checked before it is there, and never over another."""

import hashlib
import re
import shlex
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from gateway.clips.clip import CheckedClip
from gateway.clips.reference_clips import load_persona_clip, wav_of
from gateway.clips.transcripts import not_plain_text
from gateway.console.persona.persona_check import check_personas
from gateway.engines.mlx.packages import not_installed
from gateway.ground.folder_files import spelled_there
from gateway.ground.folders import owned_personas, reachable
from gateway.models.model_folders import is_folder, local_model, resolved, why_no_model
from gateway.models.models import revisions
from gateway.personas.persona_files import FILE_NAME
from gateway.personas.persona_sources import PersonaSources
from gateway.personas.voice_files import READ_LIMIT
from gateway.settings.settings import Settings
from robotvoice.console.output import show
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.errors import InvalidPersona, UnknownLanguage, UnknownVoice
from robotvoice.ground.installation import how_to_install
from robotvoice.ground.state_files import make_private
from robotvoice.languages import language_of, language_tag
from robotvoice.persona import PERSONA_ID

TRANSCRIPT = "transcript.txt"


@dataclass(frozen=True, slots=True)
class NewPersona:
    """What its owner typed."""

    name: str
    clip: Path
    transcript: str | None
    """The words, or the name of a file that holds them"""
    language: str
    model: str
    consent: Mapping[str, str | None]

    @property
    def id(self) -> str:
        """Raises InvalidPersona if none can be made of the name."""
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode().lower()
        made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:32].rstrip("-")
        if not PERSONA_ID.fullmatch(made):
            raise InvalidPersona(
                f"no id can be made of the name {self.name!r}; give one with letters from a to z or digits"
            )
        return made


async def make_persona(wanted: NewPersona, settings: Settings) -> int:
    """Makes it in its owner's folder, and prints a report on it; returns the exit code.

    Raises InvalidPersona and InvalidClip, and then it was not made.
    """
    try:
        language = language_tag(wanted.language)
    except UnknownLanguage as error:
        raise InvalidPersona(f"language: {error.message}") from error
    words = None if wanted.transcript is None else _words(wanted.transcript)
    wanted = replace(
        wanted,
        model=_model(wanted.model),
        clip=spelled_there(wanted.clip),
        transcript=words,
        language=language,
    )
    checked = await load_persona_clip(wanted.clip, words, wanted.language)
    fallback, note = await _fallback(wanted.language, settings)
    folder = settings.personas or _owned_folder()
    _refuse_if_taken(wanted, folder, settings)
    target = folder / wanted.id
    try:
        make_private(folder)
        # Beside its place, so that it comes there in one step; hidden, so that it is no persona before.
        with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as place:
            draft = Path(place) / wanted.id
            draft.mkdir(mode=0o700)
            _write(wanted, draft, checked, fallback)
            for file in draft.iterdir():
                file.chmod(0o600)
            _check(draft)
            draft.rename(target)
    except OSError as error:
        raise InvalidPersona(f"{target} cannot be written ({error.strerror}); make room there") from error
    show(f"made {target}")
    if note:
        show(f"note: {note}")
    code = await check_personas(settings, wanted.id)
    show("\n".join(["go on with:", *(f"  {step}" for step in _next_steps(wanted, settings))]))
    return code


async def _fallback(language: str, settings: Settings) -> tuple[str, str | None]:
    """The voice of eSpeak NG that stands in, and what its owner should know of it."""
    espeak = EspeakEngine.installed(settings.espeak)
    try:
        await espeak.start()
        voice, own = espeak.voice_for(language)
    finally:
        await espeak.close()
    if own:
        return voice, None
    wanted, reads = language_of(language).name, language_of(voice.partition("-")[0]).name
    return voice, (
        f"eSpeak NG has no voice for {wanted}, so while the model is away {voice} ({reads}) reads it; "
        "another one may be better: espeak-ng --voices"
    )


def _next_steps(wanted: NewPersona, settings: Settings) -> Iterator[str]:
    """What is still to be typed until it is heard."""
    if not_installed():
        yield how_to_install("mlx")
    pinned = revisions(settings.state_dir).get(wanted.model)
    if not is_folder(wanted.model) and local_model(wanted.model, pinned) is None:
        yield f"robotvoice-gateway models pull {shlex.quote(wanted.model)}"
    where = f" --personas {shlex.quote(str(settings.personas))}" if settings.personas else ""
    yield f"robotvoice-gateway serve{where}     (one that runs takes it into use by itself)"
    greeting = shlex.quote(f"Hello, I am {wanted.name}.")
    yield f"robotvoice say --persona {wanted.id} {greeting}     (to hear it)"


def _owned_folder() -> Path:
    """Where personas are looked for first."""
    owned = owned_personas()
    if owned is None:
        raise InvalidPersona("this user has no home folder; name a folder for the personas with --personas")
    return owned


def _check(draft: Path) -> None:
    lines: list[str] = []
    try:
        library = PersonaSources(draft.parent, named=True).load()
        lines = [line for line in library.warnings if ": consent.expires: " in line]
        if lines:
            raise InvalidPersona("\n".join(["", *lines]))
    except InvalidPersona as error:
        _, *lines = error.message.splitlines()
        # Nobody has seen the draft, so where in it something stands helps nobody.
        told = [line.removeprefix(str(draft / FILE_NAME)).lstrip(":0123456789 ") for line in lines]
        raise InvalidPersona("\n".join(told)) from error


def _refuse_if_taken(wanted: NewPersona, folder: Path, settings: Settings) -> None:
    taken = f"{folder / wanted.id} is there already; give another name, or remove it first"
    if reachable(folder / wanted.id):
        raise InvalidPersona(taken)
    try:
        library = settings.persona_sources.load()
    except InvalidPersona:
        return  # nobody there can be used, so nobody has the name
    for name in (wanted.id, wanted.name):
        try:
            owner = library.find(name)
        except UnknownVoice:
            continue
        raise InvalidPersona(f"{owner.id} is called {name!r} already; give another name")


def _model(given: str) -> str:
    """A folder as seen from where this is typed, or a name on the Hub. Raises InvalidPersona."""
    model = resolved(given, Path.cwd())
    if why := why_no_model(model):
        raise InvalidPersona(f"--model: {why}")
    return model


def _write(wanted: NewPersona, draft: Path, checked: CheckedClip, fallback: str) -> None:
    """The files of a persona."""
    clip = _copied(wanted.clip, draft, checked)
    voice = {"engine": "mlx", "model": wanted.model, "reference": clip.name}
    if wanted.transcript is not None:
        (draft / TRANSCRIPT).write_text(f"{wanted.transcript}\n", encoding="utf-8")
        voice["transcript"] = TRANSCRIPT
    consent = dict(wanted.consent) | {"clip_sha256": hashlib.sha256(clip.read_bytes()).hexdigest()}
    file = {
        "name": wanted.name,
        "language": wanted.language,
        "voice": voice,
        # Its pitch and rate are the owner's to set.
        "fallbacks": [{"engine": "espeak", "voice": fallback}],
        "consent": {key: value for key, value in consent.items() if value is not None},
    }
    text = yaml.safe_dump(file, sort_keys=False, allow_unicode=True, width=100)
    (draft / FILE_NAME).write_text(text, encoding="utf-8")


def _copied(file: Path, draft: Path, checked: CheckedClip) -> Path:
    """The clip in the draft: as it is, or what a program of this machine made of it; others have none."""
    if checked.heard and checked.heard.file.converted:
        clip = draft / "reference.wav"
        clip.write_bytes(wav_of(checked.clip))
        return clip
    suffix = file.suffix.lower()
    clip = draft / f"reference{suffix if re.fullmatch('[.][a-z0-9]{1,8}', suffix) else '.sound'}"
    shutil.copyfile(file, clip)
    return clip


def _words(transcript: str) -> str:
    """What the file of that name holds, or the text itself."""
    try:
        named = spelled_there(Path(transcript))
        if named.is_file():
            with named.open("rb") as file:
                raw = file.read(READ_LIMIT)
            if why := not_plain_text(raw):
                raise InvalidPersona(f"{transcript} {why}")
            return raw.decode("utf-8-sig")
    except (OSError, ValueError):  # no name of a file: too long, or with a character no name has
        return transcript
    if re.fullmatch(r"\S+\.(?:txt|rtf|docx?|odt|pages|pdf|html?|srt|vtt|json|md)", transcript, re.IGNORECASE):
        raise InvalidPersona(f"there is no file {transcript}; name one that is there, or give the words")
    return transcript
