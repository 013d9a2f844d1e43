"""What a file of settings says by now is told until the program that uses it is started again."""

import os
from pathlib import Path

from edge_client.commands.status import page
from edge_client.settings.settings import SETTINGS, config_file, load_settings
from robotvoice.service.settings_changes import SettingsChanges


def of_a_robot(folder: Path) -> SettingsChanges:
    environ = {"XDG_CONFIG_HOME": str(folder), "HOME": str(folder), "ROBOTVOICE_VOLUME": "50"}

    def load() -> object:
        return load_settings(environ, persona="vixen")

    return SettingsChanges(load(), SETTINGS, load, lambda: config_file(environ, None))


def test_a_change_is_told_by_the_names_of_the_settings_until_it_is_undone(tmp_path: Path) -> None:
    file = tmp_path / "robotvoice" / "robot.toml"
    file.parent.mkdir()
    changes = of_a_robot(tmp_path)
    assert changes.now().as_json() == {"changed": [], "problem": None}
    file.write_text('device = "plughw:2"\nearcon = false\n')
    assert changes.now().names == ("device", "earcon")
    file.write_text('device = "plughw:2"\n')
    assert changes.now().names == ("device",)
    file.write_text("device = plughw:2\n")
    told = changes.now()
    assert told.names == () and told.problem is not None and "put it in quotes" in told.problem
    file.unlink()
    assert changes.now().as_json() == {"changed": [], "problem": None}


def test_what_comes_before_the_file_and_what_only_looks_different_is_no_change(tmp_path: Path) -> None:
    file = tmp_path / "robotvoice" / "robot.toml"
    file.parent.mkdir()
    changes = of_a_robot(tmp_path)
    file.write_text('volume = 70 # the environment says 50\npersona = "spark"\nmdns = true\n')
    assert changes.now().names == ()


def test_a_file_that_was_not_written_is_not_read_again(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("")
    read = []
    changes = SettingsChanges(object(), (), lambda: read.append(1), lambda: file)
    for _ in range(3):
        changes.now()
    assert read == []
    os.utime(file, (1, 1))
    for _ in range(3):
        changes.now()
    assert read == [1]


def test_the_page_says_that_a_restart_is_needed_and_how_it_is_typed() -> None:
    gateway = {"address": "a:1", "ready": True, "since": 1.0, "last_seen": None, "reason": None}
    book = {"personas": [], "limit_bytes": 1, "pulling": None, "problem": None}
    speaker = {
        "player": "aplay",
        "device": None,
        "card": None,
        "sink": None,
        "mixer": None,
        "lead_in_s": 0.0,
        "what_to_do": None,
        "underruns": 0,
        "earcons": 0,
        "problem": None,
        "before": None,
    }
    status = {
        **{"version": "1", "since": 1.0, "gateway": gateway, "local": "espeak", "phrasebook": book},
        **{
            "spoken": [],
            "reasons": [],
            "speaking": None,
            "waiting": [],
            "loudspeaker": speaker,
            "errors": [],
        },
    }
    assert "restart" not in page(status)
    shown = page({**status, "settings": {"changed": ["device", "volume"], "problem": None}})
    assert "Settings    restart needed, as their file was changed: device, volume" in shown
    assert "type: systemctl --user restart robotvoice" in shown
    assert "once their file is mended" in page({**status, "settings": {"changed": [], "problem": "a\nb"}})
