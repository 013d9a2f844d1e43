"""The robot's settings: where they are read from, which source wins, and what a mistake is told."""

import os
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from edge_client.personas.known_personas import load_known_personas, save_known_personas
from edge_client.settings.settings import NO_FOLDER, Settings, load_settings
from robotvoice.errors import InvalidSettings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "robot.toml"


def refusal(environ: dict[str, str], config: Path | None = None, **overrides: object) -> str:
    with pytest.raises(InvalidSettings) as refused:
        load_settings(environ, config, **overrides)
    return refused.value.message


def test_nothing_given_gives_the_documented_defaults(tmp_path: Path) -> None:
    settings = load_settings({"HOME": str(tmp_path)})
    assert settings == Settings(state_dir=tmp_path / ".local/state/robotvoice")
    assert (settings.gateway, settings.persona, settings.player) == (None, "spark", "auto")
    assert (settings.connect_timeout, settings.discovery_timeout, settings.before_timeout) == (0.6, 1.5, 3.0)


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(FrozenInstanceError):
        load_settings({}).persona = "vixen"  # type: ignore[misc]  # that it is refused is the promise


def test_each_source_wins_over_the_one_below(config: Path) -> None:
    config.write_text('persona = "gremlin"\nplayer = "paplay"\ndevice = "from-file"')
    environ = {"ROBOTVOICE_PERSONA": "vixen", "ROBOTVOICE_DEVICE": "from-environment"}
    settings = load_settings(environ, config, persona="spark", device=None)
    assert (settings.player, settings.device, settings.persona) == ("paplay", "from-environment", "spark")


def test_every_field_but_commands_is_read_from_the_environment() -> None:
    texts = {
        "gateway": "mac.local",
        "gateway_id": "0f",
        "persona": "vixen",
        "player": "aplay",
        "device": "plughw:1",
        "volume": "70",
        "before": "amp --on 'left side'",
        "before_timeout": "0.5",
        "lead_in": "0.7",
        "rest": "5",
        "earcon": "no",
        "connect_timeout": "1",
        "discovery_timeout": "2",
        "mdns": "off",
        "interface": "10.0.0.2",
        "state_dir": "/var/lib/robot",
        "espeak": "command",
        "phrasebook_mb": "5",
        "daemon_port": "17870",
        "voice_lock": "/run/robot.lock",
    }
    assert texts.keys() == {each.name for each in fields(Settings)} - {"voices"}
    assert load_settings({f"ROBOTVOICE_{name.upper()}": text for name, text in texts.items()}) == Settings(
        gateway="mac.local:7860",
        gateway_id="0f",
        persona="vixen",
        player="aplay",
        device="plughw:1",
        volume=70,
        before=("amp", "--on", "left side"),
        before_timeout=0.5,
        lead_in=0.7,
        rest=5.0,
        earcon=False,
        connect_timeout=1.0,
        discovery_timeout=2.0,
        mdns=False,
        interface="10.0.0.2",
        state_dir=Path("/var/lib/robot"),
        espeak="command",
        phrasebook_mb=5,
        daemon_port=17870,
        voice_lock=Path("/run/robot.lock"),
    )


def test_a_file_gives_values_with_their_own_types(config: Path) -> None:
    config.write_text('mdns = false\nconnect_timeout = 2\nbefore = "amp on"')
    settings = load_settings({"ROBOTVOICE_ROBOT_CONFIG": str(config)})
    assert (settings.mdns, settings.connect_timeout, settings.before) == (False, 2.0, ("amp", "on"))


def test_the_usual_file_is_read_when_it_exists(tmp_path: Path) -> None:
    assert load_settings({"XDG_CONFIG_HOME": str(tmp_path)}).persona == "spark"
    (tmp_path / "robotvoice").mkdir()
    (tmp_path / "robotvoice/robot.toml").write_text('persona = "vixen"')
    assert load_settings({"XDG_CONFIG_HOME": str(tmp_path)}).persona == "vixen"


def test_an_empty_variable_counts_as_not_given(config: Path) -> None:
    config.write_text('device = "from-file"')
    assert load_settings({"ROBOTVOICE_DEVICE": " "}, config).device == "from-file"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("192.168.1.20", "192.168.1.20:7860"),
        ("mac.local:80", "mac.local:80"),
        ("http://mac.local:7860/", "mac.local:7860"),
        ("[fe80::1%eth0]", "[fe80::1%eth0]:7860"),
        ("[::1]:9000", "[::1]:9000"),
    ],
)
def test_an_address_may_be_written_in_these_ways(written: str, read: str) -> None:
    assert load_settings({"ROBOTVOICE_GATEWAY": written}).gateway == read


@pytest.mark.parametrize(
    "address",
    ["fe80::1", "https://mac", "mac:0", "mac:65536", "mac:x", "mac/path", "[mac]", "[1:2]", "a b", "u@h"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    assert "gateway (from ROBOTVOICE_GATEWAY)" in refusal({"ROBOTVOICE_GATEWAY": address})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gateway_id", 7),
        ("persona", "../spark"),
        ("device", "a\0b"),
        ("device", "\ud800"),
        ("volume", 101),
        ("volume", "-1"),
        ("volume", 0.5),
        ("volume", True),
        ("before", "amp 'on"),
        ("before_timeout", float("nan")),
        ("earcon", "soft"),
        ("connect_timeout", 0),
        ("connect_timeout", True),
        ("discovery_timeout", "61"),
        ("mdns", "maybe"),
        ("mdns", 1),
        ("interface", "eth0"),
        ("state_dir", 3),
        ("espeak", ["auto"]),
        ("phrasebook_mb", -1),
        ("phrasebook_mb", True),
        ("phrasebook_mb", 100_001),
        ("daemon_port", 65_536),
        ("daemon_port", True),
    ],
)
def test_a_wrong_value_is_refused_by_name_and_shown(name: str, value: object) -> None:
    message = refusal({}, None, **{name: value})
    assert f"{name} (from the caller): {value!r}" in message


def test_a_long_wrong_value_does_not_flood_the_message() -> None:
    assert len(refusal({}, persona="X" * 10_000)) < 300


def test_all_problems_are_told_at_once_with_their_sources(config: Path) -> None:
    config.write_text('playr = "aplay"\nmdns = 7\n[link]\nspeed = 1')
    message = refusal({"ROBOTVOICE_PLAYER": "alpay"}, config)
    assert f"playr (from {config}) is not a setting, did you mean player?" in message
    assert f"mdns (from {config}): 7 is neither true nor false" in message
    assert f"link (from {config}) is not a setting; there are gateway, " in message
    assert "player (from ROBOTVOICE_PLAYER): 'alpay' is not known, did you mean aplay" in message


@pytest.mark.parametrize("content", [b"persona = ", b'persona = "\xff"', b"persona = 1\npersona = 2"])
def test_a_broken_file_is_named(config: Path, content: bytes) -> None:
    config.write_bytes(content)
    assert f"{config} is not valid TOML" in refusal({}, config=config)


def test_a_named_file_must_exist_and_be_readable(config: Path) -> None:
    assert f"there is no file {config}" in refusal({"ROBOTVOICE_ROBOT_CONFIG": str(config)})
    config.mkdir()
    assert f"{config} cannot be read" in refusal({}, config=config)


@pytest.mark.parametrize(
    "environ", [{}, {"HOME": "/proc/nobody"}, {"HOME": "", "XDG_STATE_HOME": "relative"}]
)
def test_without_a_home_state_goes_to_a_folder_of_this_user(environ: dict[str, str]) -> None:
    folder = load_settings(environ).state_dir
    assert folder.is_absolute()
    assert folder.name == f"robotvoice-{os.getuid()}"


def test_state_goes_where_the_owner_says(tmp_path: Path) -> None:
    assert load_settings({"XDG_STATE_HOME": str(tmp_path)}).state_dir == tmp_path / "robotvoice"
    assert load_settings({"ROBOTVOICE_STATE_DIR": "~/robot"}).state_dir == Path("~/robot").expanduser()
    assert load_settings({}, state_dir=tmp_path).state_dir == tmp_path


def test_every_setting_is_in_the_documentation() -> None:
    told = (Path(__file__).parents[3] / "docs/daemon.md").read_text().partition("## Settings")[2]
    assert [each.name for each in fields(Settings) if f"\n| `{each.name}` |" not in told] == []


def test_reading_settings_loads_nothing_heavy() -> None:
    heavy = "asyncio pydantic pydantic_settings yaml numpy zeroconf aiohttp tomllib difflib"
    script = (
        "import sys, edge_client.settings.settings as s; s.load_settings({'HOME': '/'});"
        f"print([name for name in '{heavy}'.split() if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_folder_that_a_stranger_made_below_tmp_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    homeless = {"HOME": "/nonexistent"}
    ours = load_settings(homeless).state_dir
    assert ours == tmp_path / f"robotvoice-{os.getuid()}"
    assert load_settings(homeless).state_dir == ours
    ours.chmod(0o777)
    assert load_settings(homeless).state_dir == NO_FOLDER
    assert "nothing is kept" in caplog.text
    known = load_known_personas(NO_FOLDER)
    assert not known.learned
    save_known_personas(NO_FOLDER, known)
