"""Whatever of eSpeak NG is missing or broken, the engine takes what works or tells what to do."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from robotvoice.chain.breaker import CircuitBreaker
from robotvoice.chain.chain_events import Ended
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry, GuardedEngine
from robotvoice.engines.espeak.espeak_backend import EspeakBackend
from robotvoice.engines.espeak.espeak_command import EspeakCommandBackend
from robotvoice.engines.espeak.espeak_engine import BackendChoice, EspeakEngine
from robotvoice.engines.espeak.espeak_library import EspeakLibrary, EspeakLibraryBackend
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.utterance import Outcome
from tests.robotvoice.chain.chain import utterance
from tests.robotvoice.conftest import MakeEngine
from tests.robotvoice.engines.espeak.real_espeak import (
    HELLO,
    LIBRARIES,
    PLAIN,
    VIXEN,
    children,
    hear,
    library,
    make_backend,
)

NO_LIBRARY = EspeakLibrary("/nonexistent/libespeak-ng.so")
HEADER = 'head -c 44 "$0.wav"'
"""What a stand-in command says before its audio"""

StandIn = Callable[[str], EspeakCommandBackend]


@pytest.fixture
def stand_in(tmp_path: Path) -> StandIn:
    """A command that has the voices of espeak-ng and speaks as a shell script says."""
    make_backend("command")

    def make(script: str) -> EspeakCommandBackend:
        command = tmp_path / "espeak-ng"
        command.write_text(
            f'#!/bin/sh\ncase "$1" in --v*) exec {shutil.which("espeak-ng")} "$@";; esac\n{script}\n'
        )
        command.chmod(0o755)
        header = b"RIFF" + bytes(20) + (22_050).to_bytes(4, "little") + bytes(16)
        (tmp_path / "espeak-ng.wav").write_bytes(header)
        return EspeakCommandBackend(str(command))

    return make


@pytest.mark.parametrize(("choice", "needs"), [("library", "bundled library"), ("command", "command")])
async def test_what_is_installed_is_found(choice: BackendChoice, needs: str, nothing_left: None) -> None:
    make_backend(needs)
    engine = EspeakEngine.installed(choice)
    await engine.start()
    assert f"({choice} " in engine.description
    await engine.close()


async def test_without_any_espeak_the_readiness_tells_how_to_install_it(make_engine: MakeEngine) -> None:
    engine = make_engine(EspeakLibraryBackend(NO_LIBRARY), EspeakCommandBackend("no-such-espeak"))
    await engine.start()
    readiness = engine.readiness(VIXEN)
    assert not readiness
    assert readiness.reason is not None
    assert readiness.reason.code == "not_installed"
    assert "sudo apt install espeak-ng" in readiness.reason.text
    assert "pip install 'robotvoice[espeak]'" in readiness.reason.text
    assert engine.description == readiness.reason.text
    with pytest.raises(EngineUnavailable, match="apt install"):
        await hear(engine)
    with pytest.raises(EngineFailure, match="apt install"):
        await engine.probe()
    assert children() == []


async def test_a_probe_finds_an_espeak_that_was_installed_since(
    make_engine: MakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_backend("command")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    engine = make_engine(EspeakCommandBackend("espeak-of-tomorrow"))
    await engine.start()
    assert not engine.readiness(PLAIN)
    (tmp_path / "espeak-of-tomorrow").symlink_to(str(shutil.which("espeak-ng")))
    await engine.probe()
    assert engine.readiness(PLAIN)
    assert (await hear(engine)).seconds > 0.7


async def test_the_next_espeak_is_taken_when_one_does_not_run(
    backend: EspeakBackend, make_engine: MakeEngine, tmp_path: Path
) -> None:
    broken = tmp_path / "libespeak-ng.so"
    broken.write_bytes(b"\x7fELF and then nothing")
    engine = make_engine(EspeakLibraryBackend(EspeakLibrary(str(broken))), backend)
    await engine.start()
    assert backend.description in engine.description
    assert (await hear(engine)).seconds > 0.7


async def test_a_library_without_its_voices_says_so(nothing_left: None, tmp_path: Path) -> None:
    found = library("bundled library")
    with pytest.raises(EngineFailure, match=r"eSpeak NG: .*voice data was not found"):
        await EspeakLibraryBackend(EspeakLibrary(found.library, tmp_path)).start()


async def test_a_library_that_is_none_says_so(nothing_left: None) -> None:
    with pytest.raises(EngineFailure, match="nonexistent"):
        await EspeakLibraryBackend(NO_LIBRARY).start()


async def test_voices_deep_in_the_file_system_speak(make_engine: MakeEngine, tmp_path: Path) -> None:
    """eSpeak NG itself ends the process when the path of its voice data has 160 characters."""
    found = library("bundled library")
    assert found.data is not None
    data = tmp_path / ("deep " * 20) / ("ünder " * 20) / "espeak-ng-data"
    assert len(str(data)) > 200
    shutil.copytree(found.data, data)
    copied = data.with_name(Path(found.library).name)
    shutil.copy(found.library, copied)
    engine = make_engine(EspeakLibraryBackend(EspeakLibrary(str(copied), data)))
    await engine.start()
    assert (await hear(engine, voice=VIXEN)).seconds > 0.7


@pytest.mark.parametrize("which", LIBRARIES)
async def test_a_child_that_does_not_get_ready_is_given_up(
    which: str, nothing_left: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("robotvoice.engines.espeak.espeak_library.READY_WITHIN", 0.005)
    with pytest.raises(EngineFailure, match=r"not ready in 0\.005 s"):
        await make_backend(which).start()


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("exec sleep 60", r"did not answer in 0\.2 s"),
        ("exit 0", "cannot be read"),
        ("echo eSpeak NG text-to-speech: 1.51; echo no table", "cannot be read"),
        ("head -c 100000 /dev/urandom", "cannot be read"),
    ],
)
async def test_a_command_that_is_no_espeak_is_not_used(
    command: str, problem: str, tmp_path: Path, nothing_left: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("robotvoice.engines.espeak.espeak_command.READY_WITHIN", 0.2)
    path = tmp_path / "espeak-ng"
    path.write_text(f"#!/bin/sh\n{command}\n")
    path.chmod(0o755)
    with pytest.raises(EngineFailure, match=problem):
        await EspeakCommandBackend(str(path)).start()


async def test_a_command_that_cannot_be_started_is_not_used(tmp_path: Path, nothing_left: None) -> None:
    path = tmp_path / "espeak-ng"
    path.write_text("neither a script nor a program")
    path.chmod(0o755)
    with pytest.raises(EngineFailure, match="could not be started"):
        await EspeakCommandBackend(str(path)).start()


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("exit 3", "ended with status 3 before audio"),
        ("kill -9 $$", "ended with status -9 before audio"),
        ("head -c 20 /dev/zero", "ended with status 0 before audio"),
        (f"{HEADER}; head -c 5000 /dev/urandom; exit 1", "ended with status 1 in a sentence"),
        (f"{HEADER}; head -c 5000 /dev/urandom; kill -9 $$", "ended with status -9 in a sentence"),
        ("exec <&-; exit 1", "ended with status 1 before audio"),
    ],
)
async def test_a_command_that_ends_badly_fails_the_sentence(
    script: str, problem: str, stand_in: StandIn, make_engine: MakeEngine
) -> None:
    engine = make_engine(stand_in(script))
    await engine.start()
    with pytest.raises(EngineFailure, match=problem) as failed:
        await hear(engine)
    assert failed.value.reason == "died"


async def test_half_a_sample_at_the_end_is_dropped(stand_in: StandIn, make_engine: MakeEngine) -> None:
    script = f"{HEADER}; printf a; sleep 0.1; printf bcdef; sleep 0.1; printf g"
    engine = make_engine(stand_in(script))
    await engine.start()
    assert (await hear(engine)).pcm == b"abcdef"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exec sleep 60", "stalled"),
        (f"{HEADER}; exec sleep 60", "stalled"),
        (f"{HEADER}; head -c 5000 /dev/urandom; exec sleep 60", "stalled"),
        (HEADER, "no_audio"),
    ],
)
async def test_a_command_that_hangs_or_says_nothing_ends_the_utterance_and_is_killed(
    script: str, reason: str, stand_in: StandIn, make_engine: MakeEngine
) -> None:
    engine = make_engine(stand_in(script))
    await engine.start()
    engine.first_audio_cap = 0.5
    guarded = GuardedEngine(engine, CircuitBreaker("espeak"))
    chain = FallbackChain([ChainEntry(guarded, PLAIN)], stall=0.2)
    *_, last = [event async for event in chain.speak(utterance(HELLO))]
    assert isinstance(last, Ended)
    assert last.outcome is Outcome.INCOMPLETE
    assert last.reason is not None
    assert last.reason.code == reason
    assert psutil.Process().children(recursive=True) == []
