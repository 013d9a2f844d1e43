"""Settings come from four places, and a bad one is told with the place it was read from."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.ground.folders import bundled_personas
from gateway.personas.persona_sources import PersonaSources
from gateway.settings.settings import Settings, load_settings
from robotvoice.errors import InvalidSettings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without any settings."""
    for name in os.environ:
        if name.upper().startswith(("ROBOTVOICE_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def toml(home: Path) -> Callable[[str], Path]:
    def write(text: str, name: str = ".config/robotvoice/gateway.toml") -> Path:
        file = home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    return write


def refusal(config: Path | None = None, **overrides: Any) -> list[str]:
    with pytest.raises(InvalidSettings) as caught:
        load_settings(config, **overrides)
    return caught.value.message.splitlines()


def test_the_defaults_keep_the_gateway_on_this_machine(home: Path) -> None:
    settings = load_settings()
    assert (settings.listen_host, settings.port) == ("127.0.0.1", 7860)
    assert (settings.announce, settings.espeak, settings.max_requests, settings.log_level) == (
        True,
        "auto",
        32,
        "info",
    )
    assert settings.state_dir == home / ".local/state/robotvoice"
    assert settings.announced_name.startswith("robotvoice on ")
    assert len(settings.announced_name) <= 40


def test_lan_opens_every_interface() -> None:
    assert load_settings(lan=True).listen_host == "::"


def test_an_option_wins_over_the_environment_the_file_and_the_default(
    toml: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    toml('port = 1\nhost = "::1"\nmax_requests = 3\nname = "Den"')
    monkeypatch.setenv("ROBOTVOICE_PORT", "2")
    monkeypatch.setenv("ROBOTVOICE_HOST", "127.0.0.2")
    settings = load_settings(port=4)
    assert (settings.port, settings.host, settings.max_requests) == (4, "127.0.0.2", 3)
    assert (settings.announced_name, settings.log_level) == ("Den", "info")


def test_an_option_that_was_not_given_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROBOTVOICE_PORT", "2")
    assert load_settings(port=None).port == 2


def test_an_empty_environment_variable_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROBOTVOICE_PORT", "")
    monkeypatch.setenv("ROBOTVOICE_CONFIG", "")
    assert load_settings().port == 7860


def test_a_named_file_wins_over_the_environments_and_that_over_the_usual_one(
    toml: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    toml("port = 1")
    assert load_settings().port == 1
    toml("port = 2", "two.toml")
    monkeypatch.setenv("ROBOTVOICE_CONFIG", "~/two.toml")
    assert load_settings().port == 2
    assert load_settings(toml("port = 3", "three.toml")).port == 3


def test_base_folders_follow_xdg_unless_they_are_relative(
    toml: Callable[..., Path], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml("port = 1", "etc/robotvoice/gateway.toml")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "etc"))
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    settings = load_settings()
    assert (settings.port, settings.state_dir) == (1, home / ".local/state/robotvoice")


def test_personas_are_those_of_the_package_and_the_owners_in_the_usual_or_the_named_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owned = home / ".config/robotvoice/personas"
    assert load_settings().persona_sources == PersonaSources(owned, bundled_personas())
    mine = load_settings(personas="~/mine").persona_sources
    assert mine == PersonaSources(home / "mine", bundled_personas(), named=True)
    monkeypatch.setenv("ROBOTVOICE_HIDE", "spark, vixen gremlin")
    assert load_settings().persona_sources.hide == {"spark", "vixen", "gremlin"}


def test_the_packages_personas_are_found_past_another_folder_of_that_name(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "personas").mkdir()
    monkeypatch.syspath_prepend(home)
    monkeypatch.delitem(sys.modules, "personas", raising=False)
    assert {folder.name for folder in bundled_personas().iterdir()} >= {"spark", "gremlin", "vixen"}


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("host", "a b", "the address to listen on, such as 127.0.0.1"),
        ("port", "70000", "a number from 0 to 65535; 0 takes any free port"),
        ("port", "x", "a number from 0 to 65535; 0 takes any free port"),
        ("lan", "perhaps", "true to listen on all interfaces, or false"),
        ("personas", "~nobody-of-this-name/x", "the folder that holds the personas"),
        ("default_persona", " ", "the id or name of a persona, at most 64 characters"),
        ("name", "a\tb", "a name of at most 40 characters and 63 bytes, without control characters"),
        ("name", "a" * 41, "a name of at most 40 characters and 63 bytes, without control characters"),
        ("name", "ü" * 40, "a name of at most 40 characters and 63 bytes, without control characters"),
        ("announce", "2", "true to announce the gateway by mDNS, or false"),
        ("state_dir", "\x7f", "a folder the gateway may write to"),
        ("espeak", "festival", "auto, library or command"),
        ("max_requests", "0", "a number from 1 to 1024"),
        ("log_level", "loud", "debug, info, warning or error"),
    ],
)
def test_a_bad_value_is_told_with_its_variable_and_what_to_give(
    name: str, value: str, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = f"ROBOTVOICE_{name.upper()}"
    monkeypatch.setenv(variable, value)
    assert refusal() == [
        f"{name}: {value!r}, read from environment variable {variable}, cannot be used; give {wanted}"
    ]


def test_everything_wrong_with_one_load_is_told_at_once(
    toml: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = toml("prot = 1\nport = true\n[gateway]\nport = 1")
    monkeypatch.setenv("ROBOTVOICE_ESPEAK", "maybe")
    known = f"known are {', '.join(Settings.model_fields)}"
    assert refusal(max_requests=0, colour="red") == [
        f"prot: read from {file}: there is no such setting; did you mean port?",
        f"gateway: read from {file}: there is no such setting; {known}",
        f"colour: read from option colour: there is no such setting; {known}",
        f"port: true, read from {file}, cannot be used; give a number from 0 to 65535; 0 takes any free port",
        "espeak: 'maybe', read from environment variable ROBOTVOICE_ESPEAK, cannot be used; "
        "give auto, library or command",
        "max_requests: 0, read from option max_requests, cannot be used; give a number from 1 to 1024",
    ]


def test_a_file_that_is_no_toml_is_told_with_its_line(toml: Callable[[str], Path]) -> None:
    for text in ("port = 1\nhost =", "port = 1\nhost = = 2\nlan = true"):
        file = toml(text)
        (line,) = refusal()
        assert line.startswith(f"{file}: is not TOML: ")
        assert "line 2" in line


@pytest.mark.parametrize("text", ["port = " + "9" * 5000, "port = 0x" + "f" * 5000, "port = " + "[" * 5000])
def test_a_monstrous_file_is_refused_in_one_short_line(text: str, toml: Callable[[str], Path]) -> None:
    (line,) = refusal(toml(text))
    assert len(line) < 400


def test_a_named_file_must_be_there_and_be_text(home: Path) -> None:
    (line,) = refusal(home / "absent.toml")
    assert (
        line == f"{home / 'absent.toml'}: No such file or directory; name a file that is there and readable"
    )
    latin = home / "latin.toml"
    latin.write_bytes(b'name = "\xfc"')
    assert refusal(latin) == [f"{latin}: is not UTF-8; save it as UTF-8"]


def test_a_user_without_a_home_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", homeless)
    assert refusal() == ["state_dir: this user has no home folder; set ROBOTVOICE_STATE_DIR to a folder"]
    monkeypatch.setenv("ROBOTVOICE_STATE_DIR", "/var/lib/robotvoice")
    assert load_settings().state_dir == Path("/var/lib/robotvoice")


def test_a_setting_that_is_gone_is_read_over_with_a_warning(
    toml: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An update must not keep a gateway from starting."""
    file = toml('gateway_id = "den"\nport = 7870')
    assert load_settings().port == 7870
    assert f"gateway_id, read from {file}, is no setting any more" in caplog.text
    file.unlink()
    monkeypatch.setenv("ROBOTVOICE_GATEWAY_ID", "den")
    assert load_settings().port == 7860
    assert "gateway_id, read from environment variable ROBOTVOICE_GATEWAY_ID, is" in caplog.text


def test_settings_do_not_change() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1
