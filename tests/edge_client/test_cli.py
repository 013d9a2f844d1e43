"""`robotvoice` as it is typed: what it prints, what it writes and how it ends."""

import json
import re
import socket
import subprocess
from pathlib import Path

import pytest

from proofs.rig.gateway import Gateway
from tests.edge_client.rig import ROBOTVOICE, Commands, read_wav
from tests.fakes.fake_gateway import FakeGateway
from tests.fakes.faults import Fault

FIELDS = "persona text via found_by engine voice pitch rate substitute reason first_audio_ms audio_s file"
TEXT = "Good evening. This is a test."


def test_one_object_is_printed_and_the_file_is_whole(
    robotvoice: Commands, gateway: Gateway, wav: Path
) -> None:
    """Through a real gateway; nothing on standard error."""
    done = robotvoice(
        "say", TEXT, "--persona", "vixen", "--out", str(wav), "--json", "--gateway", gateway.address
    )
    assert (done.returncode, done.stderr) == (0, "")
    row = json.loads(done.stdout)
    assert " ".join(row) == FIELDS
    assert (row["via"], row["found_by"], row["substitute"], row["reason"]) == (
        "gateway",
        "address",
        False,
        None,
    )
    assert (row["engine"], row["voice"], row["pitch"], row["rate"]) == ("espeak", "en+f4", 72, 135)
    assert (row["text"], row["file"]) == (TEXT, str(wav))
    assert 0 < row["first_audio_ms"] < 60_000
    sound = read_wav(wav)
    assert sound.rate == 24_000
    assert sound.seconds == pytest.approx(row["audio_s"], abs=0.001)


@pytest.mark.slow
def test_a_frozen_gateway_costs_one_command_a_moment_and_the_next_ones_nothing(
    robotvoice: Commands, gateway: Gateway, wav: Path
) -> None:
    """The robot speaks by itself, says so in one line, and takes the gateway back when it wakes."""
    arguments = "say", TEXT, "--persona", "spark", "--out", str(wav), "--json", "--gateway", gateway.address
    assert json.loads(robotvoice(*arguments).stdout)["via"] == "gateway"
    gateway.freeze()
    for _ in range(2):
        done = robotvoice(*arguments)
        row = json.loads(done.stdout)
        assert (done.returncode, row["via"], row["substitute"]) == (0, "robot", False)
        assert (row["voice"], row["pitch"], row["rate"]) == ("en-gb", 95, 100)
        assert row["reason"] == "gateway did not answer in time"
        line = (
            r"spoken by the robot: the Mac does not answer since \d\d:\d\d: wake it, or start "
            r"`robotvoice-gateway serve --lan` there\n"
        )
        assert re.fullmatch(line, done.stderr)
        assert read_wav(wav).rate == 22_050
    gateway.wake()
    while json.loads(robotvoice(*arguments).stdout)["via"] == "robot":
        pass


def test_without_json_nothing_is_printed(robotvoice: Commands, fake: FakeGateway, wav: Path) -> None:
    done = robotvoice("say", TEXT, "--out", str(wav), "--gateway", fake.address)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_gateway_that_was_never_seen_is_told_as_such(robotvoice: Commands) -> None:
    done = robotvoice("say", TEXT, "--gateway", "127.0.0.1:1")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        "spoken by the robot: the Mac refuses the connection: start `robotvoice-gateway serve --lan` there\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "spoken"),
    [
        ("Hello from a pipe.\n", True),
        (b"Caf\xe9 \xff\xfe noir \x00 and more.", True),
        ("\ufeffHello.", True),
        ("", False),
        ("\n\n", False),
        ("a" * 100_001, False),
        (b"\xff" * 10, False),
    ],
)
def test_a_dash_reads_standard_input(robotvoice: Commands, given: str | bytes, spoken: bool) -> None:
    """Whatever comes from there is spoken or refused."""
    done = robotvoice("say", "-", "--json", stdin=given)
    assert done.returncode == (0 if spoken else 2)
    assert bool(done.stdout) is spoken
    assert len(done.stderr.splitlines()) == 1


def test_a_text_may_look_like_an_option(robotvoice: Commands) -> None:
    """After two dashes; a text with a space in it needs none."""
    for arguments in (["--json", "--", "--version"], ["-5 degrees outside", "--json"]):
        done = robotvoice("say", *arguments)
        assert done.returncode == 0
        assert json.loads(done.stdout)["text"].startswith("-")


def test_odd_texts_and_names_never_become_a_traceback(robotvoice: Commands) -> None:
    """Bytes that are no UTF-8 arrive as lone surrogates, which no result holds."""
    done = robotvoice("say", b"caf\xe9 noir".decode("utf-8", "surrogateescape"), "--json")
    assert (done.returncode, json.loads(done.stdout)["text"]) == (0, "caf\N{REPLACEMENT CHARACTER} noir")
    assert robotvoice("say", "Hi.", "--persona", b"\xe9".decode("utf-8", "surrogateescape")).returncode == 2
    assert robotvoice("say", "Hi.", "--persona", "").returncode == 2


REFUSED = {
    ("say", ""): "There is nothing in the text that can be spoken",
    ("say", "a" * 100_001): "The text has 100001 characters; send at most 100000",
    ("say", "Hi.", "--gateway", "http://x:y"): "is not an address",
    ("say", "Hi.", "--player", "gramophone"): "is not known",
    ("say", "Hi.", "--config", "nowhere.toml"): "there is no file nowhere.toml",
    ("say",): "the following arguments are required: TEXT",
    ("say", "two", "words"): "the text is one argument, and 'words' is another: put the text in quotes",
    ("say", "--", "-5", "--out", "x"): 'last: robotvoice say --out FILE -- "TEXT"',
    ("say", "Hi.", "--loud"): "unrecognized arguments: --loud",
    ("say", "Hi.", "--out", ""): "argument --out: it needs the name of a file",
    ("say", "Hi.", "--out", "x.mp3"): "only WAV files are written, and 'x.mp3' names another kind",
    (
        "say",
        "Hi.",
        "--persona",
        "vixen",
        "--voice",
        "spark",
    ): "--persona vixen and --voice spark mean the same",
    ("say", "a" * 20_001, "--out", "x"): "The text has 20001 characters; send at most 20000",
    ("sing", "Hi."): "invalid choice: 'sing'",
    ("discover", "--timeout", "nan"): "seconds above 0, at most 60, not 'nan'",
    ("discover", "--timeout", "-1"): "seconds above 0, at most 60, not '-1'",
}


@pytest.mark.slow
@pytest.mark.parametrize("arguments", REFUSED)
def test_what_cannot_be_used_is_refused_in_a_sentence(
    robotvoice: Commands, arguments: tuple[str, ...]
) -> None:
    done = robotvoice(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert REFUSED[arguments] in done.stderr


def test_a_persona_may_be_asked_for_as_a_voice(robotvoice: Commands, wav: Path) -> None:
    for names in (["--voice", "vixen"], ["--voice", "Vixen", "--persona", "vixen"]):
        done = robotvoice("say", "Hi.", *names, "--json")
        assert (done.returncode, json.loads(done.stdout)["voice"]) == (0, "en+f4")


def test_not_to_wait_needs_a_daemon_and_the_command_says_so(robotvoice: Commands) -> None:
    done = robotvoice("say", "Hello.", "--no-wait", ROBOTVOICE_PLAYER="none")
    assert done.returncode == 0
    assert "this waits, as no daemon runs here; start it with: robotvoice daemon" in done.stderr


def test_an_unknown_persona_is_refused_with_the_known_names(
    robotvoice: Commands, fake: FakeGateway, tmp_path: Path
) -> None:
    """Whether a gateway can be asked or not."""
    done = robotvoice("say", "Hi.", "--persona", "vixn", "--gateway", fake.address)
    assert (done.returncode, done.stderr) == (
        2,
        "robotvoice: there is no persona 'vixn'; did you mean vixen? There are vixen, ada\n",
    )
    fake.state.always = Fault.HTML
    done = robotvoice("say", "Hi.", "--persona", "adam", "--gateway", fake.address)
    assert (done.returncode, done.stderr) == (
        2,
        "robotvoice: there is no persona 'adam'; did you mean ada? There are vixen, ada\n",
    )
    alone = robotvoice("say", "Hi.", "--persona", "vixn", ROBOTVOICE_STATE_DIR=str(tmp_path / "new"))
    assert alone.returncode == 2
    assert alone.stderr.endswith("did you mean vixen? There are gremlin, spark, vixen\n")


def test_nothing_can_speak(robotvoice: Commands, tmp_path: Path) -> None:
    """It says what to install."""
    done = robotvoice("say", "Hi.", ROBOTVOICE_ESPEAK="command", PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (3, "")
    assert "sudo apt install espeak-ng" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_command_before_playing_that_fails_is_told(robotvoice: Commands, tmp_path: Path) -> None:
    """In one line, and the text is spoken."""
    (tmp_path / "aplay").write_text(f'#!/bin/sh\n/bin/cat >> "{tmp_path}/heard"\n')
    (tmp_path / "aplay").chmod(0o755)
    failing = {"ROBOTVOICE_BEFORE": "/nonexistent/amplifier", "ROBOTVOICE_PLAYER": "aplay"}
    done = robotvoice("say", "Hi.", PATH=f"{tmp_path}:/usr/bin:/bin", **failing)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[0] == (
        "robotvoice: playing although the command before it failed: /nonexistent/amplifier: "
        "cannot be started (No such file or directory)"
    )
    assert (tmp_path / "heard").stat().st_size > 10_000


def test_nobody_can_hear(robotvoice: Commands, tmp_path: Path) -> None:
    """No player works: it says which were tried, and nothing else that may be wrong."""
    for espeak in ("auto", "command"):
        done = robotvoice(
            "say", "Hi.", ROBOTVOICE_PLAYER="auto", PATH=str(tmp_path), ROBOTVOICE_ESPEAK=espeak
        )
        assert (done.returncode, done.stdout) == (4, "")
        assert done.stderr == (
            "robotvoice: no sound can be played: aplay or pw-play or paplay is not installed; "
            "type: sudo apt install alsa-utils\n"
        )
        assert len(done.stderr.splitlines()) == 1


def test_a_full_disk_leaves_the_old_file(robotvoice: Commands, tmp_path: Path) -> None:
    """A limit on the size of files stands in for it. One line says so."""
    folder = tmp_path / "said"
    folder.mkdir()
    (folder / "hi.wav").write_bytes(b"old")
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 16; exec "$@"', "sh", *ROBOTVOICE, "say", "Hello.", "--out", "said/hi.wav"],
        env=robotvoice.environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.endswith(
        "robotvoice: said/hi.wav cannot be written (File too large): choose another place\n"
    )
    assert [(each.name, each.read_bytes()) for each in folder.iterdir()] == [("hi.wav", b"old")]


def test_a_file_that_cannot_be_written(robotvoice: Commands, tmp_path: Path) -> None:
    done = robotvoice("say", "Hi.", "--out", str(tmp_path / "nowhere" / "hi.wav"))
    assert done.returncode == 4
    assert done.stderr == (
        f"robotvoice: {tmp_path}/nowhere/hi.wav cannot be written (No such file or directory): "
        "choose another place\n"
    )
    full = robotvoice("say", "Hi.", "--out", "/dev/full")
    assert (full.returncode, "No space left on device" in full.stderr) == (4, True)


def test_only_the_beginning_was_spoken(robotvoice: Commands, fake: FakeGateway, tmp_path: Path) -> None:
    fake.state.cut_in_the_second()
    fake.state.cut_after(3)
    done = robotvoice("say", TEXT, "--gateway", fake.address, ROBOTVOICE_ESPEAK="command", PATH=str(tmp_path))
    assert done.returncode == 5
    assert done.stderr.startswith("robotvoice: only the first sentence was spoken: ")


PAGES = {
    "": "0 1 2 3 4 5 130",
    "say": "0 1 2 3 4 5 130",
    "discover": "0 1 2 3 4 130",
    "daemon": "0 1 2",
    "stop": "0 1 2 3 4 130",
    "status": "0 1 2 3 4 130",
    "install": "0 1 2",
    "python-path": "0 1 2",
}
"""The exit codes of each page of help"""


def test_each_command_has_its_own_examples_and_exit_codes(robotvoice: Commands) -> None:
    for command, codes in PAGES.items():
        done = robotvoice(*filter(None, [command]), "--help")
        assert done.returncode == 0
        examples, listed = done.stdout.partition("examples:\n")[2].split("exit codes:\n")
        assert f"  robotvoice {command}".rstrip() in examples
        assert re.findall(r"^  (\d+) ", listed, re.MULTILINE) == codes.split()
        assert max(map(len, done.stdout.splitlines())) <= 80


def test_without_a_command_the_help_is_shown(robotvoice: Commands) -> None:
    done = robotvoice()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == robotvoice("--help").stdout


@pytest.mark.parametrize("home", ["", "/proc/nobody"])
def test_no_home_is_needed(robotvoice: Commands, tmp_path: Path, home: str) -> None:
    done = robotvoice(
        "say", "Hi.", "--json", HOME=home, ROBOTVOICE_STATE_DIR="", ROBOTVOICE_ROBOT_CONFIG="",
        TMPDIR=str(tmp_path),
    )  # fmt: skip
    assert done.returncode == 0


def test_a_proxy_in_the_environment_is_not_used(robotvoice: Commands, fake: FakeGateway) -> None:
    """A robot's gateway is in its own network."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        url = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        done = robotvoice("say", "Hi.", "--json", "--gateway", fake.address, http_proxy=url, ALL_PROXY=url)
    assert json.loads(done.stdout)["via"] == "gateway"


def test_a_command_goes_on_after_a_misspelt_variable_and_says_it_on_standard_error(
    robotvoice: Commands,
) -> None:
    done = robotvoice("stop", ROBOTVOICE_PLAYR="aplay")
    assert done.stderr.splitlines() == [
        "robotvoice: ROBOTVOICE_PLAYR is no setting and is not read; did you mean ROBOTVOICE_PLAYER?",
        "robotvoice: nothing was stopped, as no daemon runs here",
    ]
