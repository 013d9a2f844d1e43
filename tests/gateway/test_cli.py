"""The command line: what a gateway cannot start with is told in a line with what to do, and an exit code."""

import logging
import re
import shlex
import socket
import sys
from pathlib import Path

import pytest

from gateway.cli import main


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nothing of the user's, and the logging of the tests as it was; returns the working folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ROBOTVOICE_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "empty.toml").touch()
    monkeypatch.setenv("ROBOTVOICE_CONFIG", str(tmp_path / "empty.toml"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    monkeypatch.setattr(logging.getLogger(), "level", logging.WARNING)
    return tmp_path


UNKNOWN_FILE = ("--config", "unknown.toml")
REFUSED: dict[str, tuple[tuple[str, ...], dict[str, str], int, str]] = {
    "an unknown setting": (UNKNOWN_FILE, {}, 2, r"prot: read from unknown.toml: .*did you mean port\?"),
    "a file that is not there": (("--config", "none.toml"), {}, 2, r"none.toml: No such file"),
    "a file that is not TOML": (("--config", "bad.toml"), {}, 2, r"bad.toml: is not TOML: .*line 1"),
    "a bad value in the environment": (
        (),
        {"ROBOTVOICE_MAX_REQUESTS": "many"},
        2,
        "max_requests: 'many', read from environment variable ROBOTVOICE_MAX_REQUESTS",
    ),
    "a bad port": (("--port", "70000"), {}, 2, "port: 70000, read from option port"),
    "a host that is none": (("--host", "not a host"), {}, 2, "host: 'not a host', read from option host"),
    "a host with an empty part": (("--host", "a..b"), {}, 4, r"a..b:0 cannot be listened on .*give --host"),
    "a host with a long part": (("--host", "a" * 70), {}, 4, r"a{70}:0 cannot be listened on .*give --host"),
    "an address of another machine": (
        ("--host", "192.0.2.1"),
        {},
        4,
        r"192.0.2.1:0 cannot be listened on \(.*give --host with an address of this machine",
    ),
    "a default persona that is not there": (
        (),
        {"ROBOTVOICE_DEFAULT_PERSONA": "nobody"},
        2,
        "default_persona: no voice 'nobody'.*gremlin, spark, vixen",
    ),
    "no persona": (
        ("--personas", "empty"),
        {"ROBOTVOICE_HIDE": "*"},
        2,
        r"no persona in empty can be used, and \* is left out by hide; add a folder",
    ),
}


@pytest.mark.parametrize(("options", "variables", "code", "said"), REFUSED.values(), ids=REFUSED)
def test_what_it_cannot_start_with_is_told_in_one_line(
    alone: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    variables: dict[str, str],
    code: int,
    said: str,
) -> None:
    (alone / "unknown.toml").write_text("prot = 7860\n")
    (alone / "bad.toml").write_text("port = = 7860\n")
    (alone / "empty").mkdir()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main(["serve", "--no-mdns", "--port", "0", *options]) == code
    output, errors = capsys.readouterr()
    assert output == ""
    assert re.fullmatch(rf"robotvoice-gateway: .*{said}.*\n", errors), errors


def test_a_port_in_use_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--no-mdns", "--port", str(port)]) == 4
    assert capsys.readouterr().err == (
        f"robotvoice-gateway: 127.0.0.1:{port} is in use, perhaps by another gateway; stop that one or give "
        "--port with another number (0 takes a free one)\n"
    )


def test_personas_that_are_all_broken_are_each_told(
    alone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ann", "bob"):
        (alone / "all" / name).mkdir(parents=True)
        (alone / "all" / name / "persona.yaml").write_text("name: Ann\nlanguage: en\nvoyce: 1\n")
    monkeypatch.setenv("ROBOTVOICE_HIDE", "*")
    assert main(["serve", "--personas", "all"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert all(line.startswith("robotvoice-gateway: ") for line in lines)
    assert "no persona in all can be used" in lines[0]
    for name in ("ann", "bob"):
        assert any(f"all/{name}/persona.yaml:3: voyce: " in line for line in lines)


@pytest.mark.parametrize("arguments", [[], ["fly"], ["serve", "--fly"], ["serve", "--port", "x"]])
def test_what_it_does_not_understand_ends_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert capsys.readouterr().err.startswith("usage: robotvoice-gateway")


def test_a_base_installation_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gateway.serve", None)
    assert main(["serve"]) == 2
    said = capsys.readouterr().err
    assert "in your clone of robotvoice, type: " in said
    line = shlex.split(said.rpartition("type: ")[2])
    assert line == [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-e",
        ".[gateway,espeak]",
        "-c",
        "constraints.txt",
    ]


def test_a_variable_that_is_almost_a_setting_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on: the variable may be another program's."""
    monkeypatch.setenv("ROBOTVOICE_PORTT", "7861")
    monkeypatch.setenv("ROBOTVOICE_MAX_REQUESTS", "many")
    assert main(["serve"]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first == (
        "robotvoice-gateway: ROBOTVOICE_PORTT is no setting and is not read; did you mean ROBOTVOICE_PORT?"
    )
    assert "max_requests: 'many'" in second


def test_the_exit_codes_are_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["serve", "--help"])
    assert end.value.code == 0
    assert re.findall(r"^  (\d)  ", capsys.readouterr().out, re.MULTILINE) == ["0", "1", "2", "4"]
