"""`persona remove` says every place where a voice is, and leaves nothing in any of them."""

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.engines.cache.audio_store import AudioKeys, cache_secret
from gateway.ground.folders import bundled_personas
from gateway.requests.app_keys import PERSONAS
from robotvoice.persona import ModelVoice
from tests.gateway.engines.test_erasure import Calendar, keeping
from tests.gateway.in_process import RunningGateway, soon
from tests.gateway.personas.loading import load_personas

CLONED = """name: Nova
language: en
aliases: [Stella]
voice: {engine: mlx, model: a/model, reference: clip.wav, x_vector_only: true}
fallbacks: [{engine: espeak, voice: en}]
consent: {subject: Ada, granted_by: Ada, scope: home}
"""


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a user who has nothing else."""
    for variable in ("ROBOTVOICE_CONFIG", "ROBOTVOICE_PERSONAS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "robotvoice"


@pytest.fixture
def personas(state: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "config" / "robotvoice" / "personas"
    write(folder, "nova", CLONED)
    return folder


def write(folder: Path, id: str, text: str) -> None:
    (folder / id).mkdir(parents=True)
    (folder / id / "clip.wav").write_bytes(id.encode())
    (folder / id / "persona.yaml").write_text(text)


def voice(personas: Path, id: str = "nova") -> ModelVoice:
    made = load_personas(personas).find(id).voice.model_voice
    assert made
    return made


def kept(state: Path, personas: Path, id: str = "nova") -> None:
    """A sentence and two phrases of this persona, as a gateway keeps them."""
    shelf = state / "audio" / AudioKeys(cache_secret(state)).shelf("mlx", voice(personas, id))
    for folder, name in ((shelf, "a.audio"), (state / "phrases" / f"{id}.0123", "a.wav")):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"sound")


def files(*folders: Path) -> list[str]:
    return sorted(str(path) for folder in folders for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", ["nova", "Nova", "stella", " NOVA "])
def test_all_of_it_goes_and_is_told_before_and_after(
    name: str, state: Path, personas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(personas, "bob", CLONED.replace("Nova", "Bob").replace("Stella", "Bobby"))
    others = files(personas / "bob")
    kept(state, personas)
    mine = files(personas / "nova", state / "audio", state / "phrases")
    assert len(mine) == 4
    kept(state, personas, "bob")
    before = files(personas, state)
    assert main(["persona", "remove", name, "--yes"]) == 0
    assert sorted(set(before) - set(files(personas, state))) == mine
    assert set(others) <= set(files(personas))
    told = capsys.readouterr().out
    for place in (personas / "nova", *(state / "audio").iterdir(), state / "phrases" / "nova.0123"):
        if "bob" not in str(place) and not place.exists():
            assert told.count(f"{place}  (") == 2
    assert told.count("erased ") == 3 and "robots erase what they hold at their next contact" in told


def test_a_voice_that_another_persona_has_too_stays_in_the_cache(state: Path, personas: Path) -> None:
    shutil.copytree(personas / "nova", personas / "twin")
    file = personas / "twin" / "persona.yaml"
    file.write_text(CLONED.replace("Nova", "Twin").replace("Stella", "Other"))
    kept(state, personas)
    assert main(["persona", "remove", "nova", "--yes"]) == 0
    assert len(files(state / "audio")) == 1 and not files(state / "phrases")


def test_what_came_with_robotvoice_is_hidden_instead(
    state: Path, personas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["persona", "remove", "vixen", "--yes"]) == 2
    assert 'hide = ["vixen"]' in capsys.readouterr().err
    assert (bundled_personas() / "vixen").is_dir()
    write(personas, "vixen", CLONED.replace("Nova", "Vixen"))
    assert main(["persona", "remove", "vixen", "--yes"]) == 0
    assert not (personas / "vixen").exists() and (bundled_personas() / "vixen").is_dir()
    assert "came with robotvoice is used again" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["nobody", "../nova", "", ".", "nova/..", "/etc"])
def test_nobody_else_is_removed(
    name: str, state: Path, personas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(personas)
    assert main(["persona", "remove", name, "--yes"]) == 2
    assert "of yours that could be removed; there are nova" in capsys.readouterr().err
    assert files(personas) == before


def test_a_broken_one_goes_too_and_of_a_link_only_the_link(
    state: Path, personas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (personas / "nova" / "persona.yaml").write_text("broken")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept").touch()
    (personas / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("nova", "link"):
        assert main(["persona", "remove", name, "--yes"]) == 0
    assert list(personas.iterdir()) == [] and files(tmp_path / "elsewhere")
    assert "which stays: erase it yourself" in " ".join(capsys.readouterr().out.split())


@pytest.mark.slow
def test_without_yes_it_asks_and_where_nobody_is_it_does_nothing(
    state: Path, personas: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path(os.devnull).open() as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)
        assert main(["persona", "remove", "nova"]) == 2
    assert "add --yes" in capsys.readouterr().err
    assert (personas / "nova").is_dir()
    command = [sys.executable, "-m", "gateway", "persona", "remove", "nova"]
    for answer, code in (("no", 1), ("yes", 0)):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, text=True)
        os.write(ours, f"{answer}\n".encode())
        told, _ = process.communicate(timeout=30)
        os.close(ours)
        os.close(theirs)
        assert process.returncode == code, told
        assert (personas / "nova").is_dir() == (answer == "no")


def clones(gateway: RunningGateway, id: str) -> bool:
    persona = gateway.app[PERSONAS].library.personas.get(id)
    return persona is not None and persona.voice.clones


@pytest.mark.parametrize("default", ["bob", "nova"])
async def test_a_gateway_that_runs_clones_it_no_more(default: str, state: Path, personas: Path) -> None:
    """Who speaks when nobody is named stays, with a plain voice."""
    write(personas, "bob", CLONED.replace("Nova", "Bob").replace("Stella", "Bobby"))
    everybody = load_personas(personas).personas.values()
    more = {"watched": personas, "default_persona": default}
    async with keeping(state, Calendar(), *everybody, **more) as (gateway, parrot):
        for name in ("nova", "bob"):
            assert (await gateway.say("One moment.", name)).headers["X-Voice-Substitute"] == "none"
        await soon(lambda: len(list((state / "audio").rglob("*.audio"))) == 2)
        assert main(["persona", "remove", "nova", "--yes"]) == 0
        await soon(lambda: not clones(gateway, "nova"))
        answer = await gateway.say("One moment.", "stella")
        assert answer.status == (200 if default == "nova" else 404)
        assert answer.status == 404 or answer.headers["X-Voice-Engine"] == "espeak"
        await soon(lambda: len(list((state / "audio").rglob("*.audio"))) == 1)
        assert len(parrot.begun) == 2
