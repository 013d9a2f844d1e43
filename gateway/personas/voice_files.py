"""The files beside a persona.yaml that its voices name: clips to clone and the words in them."""

import datetime
import hashlib
import json
from pathlib import Path

from gateway.clips.reference_clips import FILE_LIMIT
from gateway.clips.transcripts import marks_in, not_plain_text
from gateway.ground.folder_files import Unreadable, read_inside, spelled_there
from gateway.models.model_folders import resolved
from gateway.personas.consent import consent_ended, consent_problems
from gateway.personas.persona_schema import PersonaFile
from gateway.personas.voice_schema import MlxVoice, NeuralVoice, UpstreamBlock, printable, speakable
from gateway.personas.yaml_lines import Location
from robotvoice.persona import ModelVoice, UpstreamVoice

TRANSCRIPT_LIMIT = 4 * 1024
"""Bytes; nobody says so much in 15 s"""
READ_LIMIT = 1024 * 1024
"""Bytes of its file: enough to tell a document from a text"""
TIMBRE_ONLY = (
    "has no transcript, so only its timbre is cloned; write its words into a file and name that as "
    "transcript, or say x_vector_only: true"
)

WRITE_THE_WORDS = "write the words of the clip into it, or remove the key"


class VoiceFiles:
    """What the files beside a persona.yaml say of each voice that may be a clone, and what is wrong there."""

    def __init__(self, file: PersonaFile, folder: Path, root: Path, today: datetime.date) -> None:
        """Reads them all; nothing outside of `root` is read."""
        self.model_voices: dict[Location, ModelVoice] = {}
        self.upstream_voices: dict[Location, UpstreamVoice] = {}
        self.problems: list[tuple[Location, str]] = []
        self.warnings: list[tuple[Location, str]] = []
        self._folder, self._root, self._language = folder, root, file.language
        self._clips: list[str | None] = []
        for at, block in file.voices.items():
            if isinstance(block, MlxVoice):
                self.model_voices[at] = self._model_voice(block, at)
            elif isinstance(block, UpstreamBlock):
                self.upstream_voices[at] = self._upstream_voice(block, at)
        self.problems += consent_problems(file.consent, self._clips)
        self.ended = tuple(consent_ended(file.consent, self._clips, today))
        """That the consent to what is cloned is over"""

    def _model_voice(self, block: MlxVoice, at: Location) -> ModelVoice:
        reference, clip, transcript = self._to_clone(block, at)
        # Seen from here: a relative folder is another one for another persona.
        model = resolved(block.model, self._folder.resolve())
        sounding = (model, clip, transcript, block.speaker, block.instruct, self._language)
        return ModelVoice(
            model=model,
            key=hashlib.sha256(json.dumps(sounding).encode()).hexdigest(),
            reference=reference,
            transcript=transcript,
            speaker=block.speaker,
            instruct=block.instruct,
            language=self._language,
        )

    def _upstream_voice(self, block: UpstreamBlock, at: Location) -> UpstreamVoice:
        reference, clip, transcript = self._to_clone(block, at)
        if block.cloned and block.reference is None:
            self._clips.append(None)
        sounding = (block.voice, block.model, clip, transcript, block.instruct, self._language)
        return UpstreamVoice(
            key=hashlib.sha256(json.dumps(sounding).encode()).hexdigest(),
            model=block.model,
            reference=reference,
            transcript=transcript,
            instruct=block.instruct,
            language=self._language,
            cloned=block.cloned,
        )

    def _to_clone(self, block: NeuralVoice, at: Location) -> tuple[Path | None, str | None, str | None]:
        """The clip, its SHA-256 and what is said in it."""
        reference = clip = transcript = None
        if block.reference is not None:
            reference, clip = self._clip(block.reference, (*at, "reference"))
            if block.transcript is None and not block.x_vector_only:
                self.warnings.append(((*at, "reference"), TIMBRE_ONLY))
        if block.transcript is not None:
            transcript = self._words(block.transcript, (*at, "transcript"))
        return reference, clip, transcript

    def _clip(self, name: str, at: Location) -> tuple[Path | None, str | None]:
        """Where it is, and its SHA-256. Whether it holds a voice is found out when it is needed."""
        raw = self._read(name, FILE_LIMIT, at)
        sha256 = None if raw is None else hashlib.sha256(raw).hexdigest()
        self._clips.append(sha256)
        return (None, None) if raw is None else (spelled_there(self._folder / name).resolve(), sha256)

    def _words(self, name: str, at: Location) -> str | None:
        """A transcript on one line, as models take it."""
        raw = self._read(name, READ_LIMIT, at)
        if raw is None:
            return None
        if why := not_plain_text(raw):
            self.problems.append((at, f"{name} {why}"))
            return None
        if len(raw) > TRANSCRIPT_LIMIT:
            self.problems.append((at, f"{name} is larger than {TRANSCRIPT_LIMIT // 1024} KiB; shorten it"))
            return None
        text = raw.decode("utf-8-sig")
        if found := marks_in(text):
            self.warnings.append((at, f"{name}: {found.text}"))
        try:
            words = " ".join(text.split())
            if words:
                return speakable(printable(words))
            self.problems.append((at, f"{name} is empty; {WRITE_THE_WORDS}"))
        except ValueError as error:
            self.problems.append((at, f"{name}: {error}"))
        return None

    def _read(self, name: str, limit: int, at: Location) -> bytes | None:
        try:
            return read_inside(self._folder / name, self._root, limit)
        except Unreadable as error:
            self.problems.append((at, f"{name} {error}"))
            return None
