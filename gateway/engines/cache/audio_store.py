"""Sentences that were spoken once and are kept: the newest in memory, more of them on disk."""

import asyncio
import datetime
import json
import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

from gateway.ground.problems import what_to_do
from robotvoice.ground.state_files import read_whole
from robotvoice.kept_sound.kept_sound import DiskTrouble, KeptSound, folders_in
from robotvoice.kept_sound.sealed_sound import SECRET_BYTES, Seal, digest, secret_in
from robotvoice.persona import ModelVoice, VoiceSpec
from robotvoice.sound.pcm import AudioFormat, Origin
from robotvoice.utterance import Sentence

log = logging.getLogger(__name__)

T = TypeVar("T")
SEAL = Seal(b"RVA1")  # without a secret: names have one already
ENDING = ".audio"
SECRET = "cache-secret"
UNKEPT = "audio cannot be kept on disk (%s), only in memory; make room or make it writable"


@dataclass(frozen=True, slots=True)
class StoredAudio:
    """A whole sentence, as the engine made it."""

    pcm: bytes
    format: AudioFormat
    origin: Origin


class AudioStore:
    """What goes in under a key comes out bit-equal, or not at all; the one unused for longest goes first.

    One process has a folder; a second one, and one that cannot write there, keeps in memory only.
    """

    def __init__(self, folder: Path, *, disk_bytes: int, memory_bytes: int) -> None:
        self._files = KeptSound(folder, disk_bytes, lock="lock", ending=ENDING)
        self._trouble = DiskTrouble(log, UNKEPT, folder)
        self._memory: OrderedDict[str, StoredAudio] = OrderedDict()
        self._memory_limit = memory_bytes
        self._memory_bytes = 0
        # One thread: nothing on disk is read and evicted at the same time.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="audio store")
        self._on_disk = False
        self._closed = False

    @property
    def description(self) -> str:
        """How much is kept where; for a person."""
        number = len(self._memory)
        memory = f"{number} sentence{'' if number == 1 else 's'} in memory"
        return f"{memory}, {len(self._files.sizes)} on disk" if self._on_disk else f"{memory}, none on disk"

    async def open(self) -> None:
        """Until then, and if the folder cannot be had, audio is kept in memory."""
        try:
            await self._blocking(self._open)
            self._on_disk = True
        except BlockingIOError:
            log.warning("another gateway keeps its audio in %s; this one's is not kept", self._files.folder)
        except OSError as error:
            log.warning(
                "audio cannot be kept in %s (%s), only in memory; %s",
                self._files.folder,
                error.strerror,
                what_to_do(error),
            )

    async def close(self) -> None:
        """What is being written is finished first."""
        if self._closed:
            return
        self._closed, self._on_disk = True, False
        await self._blocking(self._files.close)
        self._thread.shutdown(wait=False)

    def holds(self, key: str) -> bool:
        """Answered from memory."""
        return key in self._memory or (self._on_disk and self._path(key) in self._files.sizes)

    async def get(self, key: str) -> StoredAudio | None:
        """None if it is not held, or is damaged. Does not wait unless it has to be read from disk."""
        audio = self._memory.get(key)
        if audio:
            self._memory.move_to_end(key)
        elif self.holds(key):
            audio = await self._blocking(lambda: self._read(key))
            if audio:
                self._remember(key, audio)
        return audio

    async def put(self, key: str, audio: StoredAudio) -> None:
        """It can be had at once; returns when it is on disk too, if it can be."""
        self._remember(key, audio)
        if self._on_disk:
            await self._blocking(lambda: self._write(key, audio))

    async def erase(self, shelf: str) -> int:
        """All that is kept of a voice, see `AudioKeys.shelf`, from memory and disk; how many sentences.

        Raises OSError.
        """
        held = [key for key in self._memory if key.startswith(f"{shelf}/")]
        for key in held:
            self._memory_bytes -= len(self._memory.pop(key).pcm)
        on_disk = await self._blocking(lambda: self._erase(shelf)) if self._on_disk else 0
        return max(on_disk, len(held))

    async def keep_only(self, shelves: Collection[str], *, at_once: bool = False) -> int:
        """Others go when nobody wanted them for a day, as a persona's file may have a slip, or at once.

        How many sentences went at once. Raises OSError.
        """
        if not self._on_disk:
            return 0
        if at_once:
            return await self._blocking(lambda: sum(map(self._erase, self._others(shelves))))
        await self._blocking(lambda: self._files.unwanted(shelves))
        return 0

    def _remember(self, key: str, audio: StoredAudio) -> None:
        before = self._memory.pop(key, None)
        self._memory_bytes -= len(before.pcm) if before else 0
        if len(audio.pcm) > self._memory_limit:
            return
        self._memory[key] = audio
        self._memory_bytes += len(audio.pcm)
        while self._memory_bytes > self._memory_limit:
            _, oldest = self._memory.popitem(last=False)
            self._memory_bytes -= len(oldest.pcm)

    def _open(self) -> None:
        self._files.open()
        for path in [path for path in self._files.sizes if path.parent == self._files.folder]:
            self._files.remove(path)  # from before each voice had a shelf: nobody can say whose it is
        self._files.make_room(0)

    def _read(self, key: str) -> StoredAudio | None:
        path = self._path(key)
        try:
            found = self._files.read_sealed(path, SEAL)
            if found is None:
                self._files.remove(path)
        except OSError as error:
            self._trouble.tell(error)
            return None
        if found is None or path not in self._files.sizes:
            return None
        self._files.sizes.move_to_end(path)
        about, pcm = found
        audio_format = AudioFormat(about["sample_rate"], about["channels"])
        origin = Origin(about["engine"], about["voice"], about["settings"])
        return StoredAudio(bytes(pcm), audio_format, origin)

    def _others(self, shelves: Collection[str]) -> list[str]:
        return [each.name for each in folders_in(self._files.folder) if each.name not in shelves]

    def _erase(self, shelf: str) -> int:
        folder = self._files.folder / shelf
        going = [path for path in self._files.sizes if path.parent == folder]
        self._files.remove(folder)
        return len(going)

    def _write(self, key: str, audio: StoredAudio) -> None:
        """What cannot be written is told in the log, and the rest goes on."""
        about = {
            "sample_rate": audio.format.sample_rate,
            "channels": audio.format.channels,
            "engine": audio.origin.engine,
            "voice": audio.origin.voice,
            "settings": dict(audio.origin.settings),
        }
        path = self._path(key)
        content = SEAL.closed(path.stem, about, audio.pcm)
        try:
            if self._files.is_open and self._files.make_room(len(content)):
                self._files.put(path, content)
                self._trouble.over()
        except OSError as error:
            self._trouble.tell(error)

    def _path(self, key: str) -> Path:
        return self._files.folder / (key + ENDING)

    async def _blocking(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


class AudioKeys:
    """Names what would sound equal equally; without the secret a name tells nothing of the text."""

    def __init__(
        self,
        secret: bytes,
        revisions: Mapping[str, str] | None = None,
        today: Callable[[], datetime.date] = datetime.date.today,
    ) -> None:
        """`revisions`: the commit of each model that is pinned; `today` says which consents have ended."""
        self.today = today
        self._secret = secret
        self._revisions = dict(revisions or {})

    def of(self, sentence: Sentence, voice: VoiceSpec) -> str | None:
        """The key of a sentence as the engine of the voice is given it; None: not to be kept."""
        model_voice = voice.model_voice
        if model_voice is None or model_voice.ad_hoc or voice.has_ended(self.today()):
            return None
        return self.key(voice.engine, sentence.text, model_voice)

    def shelves(self, voices: Iterable[VoiceSpec]) -> frozenset[str]:
        """Of those of these voices that are kept."""
        made = ((voice.engine, voice.model_voice) for voice in voices)
        return frozenset(self.shelf(engine, each) for engine, each in made if each)

    def shelf(self, engine: str, voice: ModelVoice) -> str:
        """The folder of all that is kept of a voice, whatever single requests wish besides: 32 hex digits."""
        return digest(self._secret, json.dumps(["shelf", engine, voice.key]).encode()).hex()[:32]

    def key(self, engine: str, text: str, voice: ModelVoice) -> str:
        """Its shelf, a slash and 64 hex digits. `text` is what the engine is given."""
        sounding = {
            "engine": engine,
            "text": text,
            "revision": self._revisions.get(voice.model),
            "format": "pcm_s16le",
            # All fields, so that one that is added later counts too; but where the clip lies is no matter.
            "voice": {f.name: str(getattr(voice, f.name)) for f in fields(voice) if f.name != "reference"},
        }
        message = json.dumps(sounding, sort_keys=True).encode()
        return f"{self.shelf(engine, voice)}/{digest(self._secret, message).hex()}"


def secret_of_cache(state: Path) -> bytes | None:
    """The one that is kept; None if there is none, and so no audio either."""
    with suppress(OSError, ValueError):
        return read_whole(state / SECRET, SECRET_BYTES)
    return None


def cache_secret(state: Path) -> bytes:
    """Made once and kept in `state`/cache-secret, for its owner's eyes only.

    Where it cannot be kept it is a fresh one, with a warning: then nothing on disk is found again.
    """
    file = state / SECRET
    try:
        return secret_in(file)
    except OSError as error:
        log.warning(
            "the secret of the audio cache cannot be kept", extra={"file": str(file), "error": error.strerror}
        )
        return os.urandom(SECRET_BYTES)
