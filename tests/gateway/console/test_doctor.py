"""`doctor`: a row for all that a gateway needs, and what to do about what is not well."""

import asyncio
import importlib.metadata
import json
import shutil
import socket
import tempfile
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import main
from gateway.engines.mlx import packages
from gateway.ground.folders import bundled_personas
from gateway.mdns import names_and_addresses as announcement
from gateway.security.identity import identity_in
from robotvoice.ground.installation import how_to_install
from tests.gateway.clips.recordings import encoded, spoken
from tests.gateway.process import started

CLONED = """name: Rook
language: en
voice: {engine: mlx, model: some/Model, speaker: ryan}
fallbacks: [{engine: espeak, voice: en}]
"""

WITH_CLIP = """name: Rook
language: en
voice: {engine: mlx, model: some/Model, reference: clip.wav}
fallbacks: [{engine: espeak, voice: en}]
consent: {subject: Ada, granted_by: Ada, scope: our robot at home}
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of the user's; the packaged personas, on a port that was free just now."""
    for variable in ("ROBOTVOICE_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "HF_HOME", "HF_HUB_CACHE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ROBOTVOICE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("ROBOTVOICE_PERSONAS", str(tmp_path / "personas"))
    monkeypatch.setenv("ROBOTVOICE_HIDE", "*")
    shutil.copytree(bundled_personas(), tmp_path / "personas", ignore=shutil.ignore_patterns("__*"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setenv("ROBOTVOICE_PORT", str(free.getsockname()[1]))
    return tmp_path


def looked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code, and the rows by their names."""
    code = main(["doctor", "--json", *arguments])
    return code, {row["name"]: row for row in json.loads(capsys.readouterr().out)}


def test_a_machine_on_which_all_is_well(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, rows = looked(capsys)
    assert code == 0
    everyday = ["Python", "eSpeak NG", "settings", "personas", "state", "identity", "disk", "port", "mDNS"]
    everyday.append("network")
    assert list(rows) == [*everyday, "mlx-audio"]
    assert {row["state"] for name, row in rows.items() if name != "disk"} == {"ok"}
    assert "speaks" in rows["eSpeak NG"]["found"]
    assert rows["personas"]["found"] == f"gremlin, spark, vixen in {home / 'personas'}"
    assert "is free" in rows["port"]["found"]
    assert not list((home / "state").iterdir())


def test_a_key_that_others_can_read_or_that_is_damaged_is_told_and_left_as_it_is(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = identity_in(home / "state").file
    assert looked(capsys)[1]["identity"]["state"] == "ok"
    file.chmod(0o640)
    code, rows = looked(capsys)
    assert (code, rows["identity"]["state"]) == (0, "warn")
    assert f"chmod 600 {file}" in rows["identity"]["todo"]
    file.write_bytes(file.read_bytes()[:-50])
    code, rows = looked(capsys)
    assert (code, rows["identity"]["state"]) == (1, "fail")
    assert rows["identity"]["found"] == f"no robot can reach this gateway, since {file} is damaged"
    assert rows["identity"]["todo"].startswith(f"put it back from a copy, or type  rm -f {file}")
    assert file.stat().st_mode & 0o777 == 0o640


def test_the_table_is_plain_text_with_what_to_do_below(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "personas" / "bad").mkdir()
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    index = next(index for index, line in enumerate(lines) if line.startswith("warn  personas   gremlin"))
    assert lines[index + 1] == "                 -> robotvoice-gateway persona check"
    assert all(line.isascii() and len(line.split("  ")[0]) in (0, 2, 4) for line in lines)


@pytest.mark.slow
def test_what_fails_is_told_with_what_to_do_and_ends_with_1(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "state").write_text("a file")
    shutil.rmtree(home / "personas")
    (home / "personas" / "rook").mkdir(parents=True)
    monkeypatch.setenv("PATH", str(home))
    monkeypatch.setenv("ROBOTVOICE_ESPEAK", "command")
    disk = namedtuple("disk", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: disk(10_000_000))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, rows = looked(capsys, "--port", str(taken.getsockname()[1]))
    assert code == 1
    states = {name: row["state"] for name, row in rows.items() if row["state"] != "ok"}
    failed = dict.fromkeys(("eSpeak NG", "personas", "state", "port"), "fail")
    assert states == failed | {"disk": "warn"}
    assert all(rows[name]["todo"] for name in states)


def test_settings_that_cannot_be_used_are_told(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "mine.toml").write_text("prot = 7860\n")
    code, rows = looked(capsys, "--config", str(home / "mine.toml"))
    assert (code, list(rows)) == (1, ["settings"])
    assert "did you mean port?" in rows["settings"]["found"]


@pytest.mark.parametrize("installed", [True, False])
def test_what_a_model_needs_is_told(
    installed: bool, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "personas" / "rook").mkdir()
    (home / "personas" / "rook" / "persona.yaml").write_text(CLONED)
    monkeypatch.setattr(packages, "PACKAGES", () if installed else ("no_such_package",))
    monkeypatch.setattr(importlib.metadata, "version", lambda name: f"0.7.1 of {name}")
    code, rows = looked(capsys)
    assert code == 1
    if installed:
        assert rows["mlx-audio"]["state"] == "warn"
        assert "made for 0.6" in rows["mlx-audio"]["found"]
        assert rows["model"]["todo"] == "robotvoice-gateway models pull some/Model"
    else:
        assert rows["mlx-audio"]["state"] == "fail"
        assert how_to_install("mlx") in rows["mlx-audio"]["todo"]


def test_a_clip_that_other_users_can_copy_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "rook"
        folder.mkdir()
        (folder / "persona.yaml").write_text(WITH_CLIP)
        (folder / "clip.wav").write_bytes(encoded(spoken(4)))
        monkeypatch.setenv("ROBOTVOICE_PERSONAS", place)
        for mode, told in ((0o755, True), (0o700, False)):
            Path(place).chmod(mode)
            (folder / "clip.wav").chmod(0o644)
            _, rows = looked(capsys)
            assert ("clips" in rows) is told
            if told:
                assert rows["clips"]["found"] == "other users of this machine can copy the voice of rook"
                assert rows["clips"]["todo"] == f"chmod -R go= {folder}"
        Path(place).chmod(0o755)
        (folder / "clip.wav").chmod(0o600)
        assert "clips" not in looked(capsys)[1]


async def ran(capsys: pytest.CaptureFixture[str], port: int) -> tuple[int, dict[str, dict[str, Any]]]:
    code, rows = await asyncio.to_thread(looked, capsys, "--port", str(port))
    return code, rows


async def test_a_gateway_that_runs_is_asked_how_it_was_started(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not the settings, which know nothing of the options it was given."""
    (home / "more" / "rook").mkdir(parents=True)
    (home / "more" / "rook" / "persona.yaml").write_text(
        "name: Rook\nlanguage: en\nvoice: {engine: espeak, voice: en}\n"
    )
    async with started(home, "--lan", "--personas", str(home / "more")) as gateway:
        code, rows = await ran(capsys, gateway.port)
    assert code == 0
    assert rows["port"]["found"].endswith(f"answers at 127.0.0.1:{gateway.port}")
    assert rows["settings"]["found"].endswith(
        "the gateway that runs was started with others: it listens on every address, not on 127.0.0.1"
    )
    assert rows["mDNS"]["found"] == "the gateway that runs is not announced: switched off"
    assert "the gateway that runs has others: gremlin, rook, spark, vixen" in rows["personas"]["found"]


@pytest.mark.slow
async def test_it_never_says_that_only_this_machine_hears_a_gateway_for_the_network(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with started(home, "--lan", "--name", "den", mdns=True) as gateway:
        await gateway.until("/health", lambda answer: "announced as" in answer.json["mdns"])
        _, rows = await ran(capsys, gateway.port)
    assert rows["mDNS"]["found"].startswith("the gateway that runs is announced as den")
    assert rows["mDNS"]["found"].endswith("to your network")
    _, rows = await ran(capsys, gateway.port)
    assert "no gateway runs; with these settings only this machine" in rows["mDNS"]["found"]
    assert "read from" in rows["settings"]["found"] or "no file" in rows["settings"]["found"]


@pytest.mark.slow
async def test_a_gateway_at_another_address_of_this_machine_is_found(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `--host` may have put it there; by `status`, too."""
    monkeypatch.setattr(announcement, "own_addresses", lambda: ["::1"])
    async with started(home, "--host", "::1", ready=False) as gateway:
        _, rows = await ran(capsys, gateway.port)
        assert rows["port"]["found"].endswith(f"answers at [::1]:{gateway.port}")
        assert await asyncio.to_thread(main, ["status", "--port", str(gateway.port)]) == 0
    assert f"at [::1]:{gateway.port}, up " in capsys.readouterr().out
