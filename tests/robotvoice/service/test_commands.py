"""`install` and `uninstall` as they are typed, with a systemctl that only takes notes."""

import configparser
import re
import sys

import pytest

from tests.robotvoice.service.rig import ODD, Machine

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "darwin", reason="systemd is on Linux only"),
]
UNITS = ".config/systemd/user"
BOTH = pytest.mark.parametrize("name", ["robotvoice", "robotvoice-gateway"])


@BOTH
def test_the_service_runs_the_environment_that_installed_it(machine: Machine, name: str) -> None:
    done = machine.type(name, "install")
    assert (done.returncode, done.stderr) == (0, "")
    assert machine.typed() == [
        "systemctl --user daemon-reload",
        f"systemctl --user enable {name}.service",
        f"systemctl --user reset-failed {name}.service",
        f"systemctl --user restart {name}.service",
    ]
    assert machine.runs
    (path,) = machine.files()
    assert path == f"{UNITS}/{name}.service"
    unit = configparser.RawConfigParser()
    unit.read(machine.home / path)
    assert ODD in str(machine.program(name))
    told = str(machine.program(name)).replace("%", "%%")
    assert unit["Service"]["ExecStart"] == f':"{told}" {"daemon" if name == "robotvoice" else "serve"}'


@BOTH
def test_installing_twice_changes_nothing_and_says_so(machine: Machine, name: str) -> None:
    machine.type(name, "install")
    before = machine.typed() and machine.files()
    done = machine.type(name, "install")
    assert done.returncode == 0
    assert "in place and in use: nothing was changed" in done.stdout
    assert (machine.typed(), machine.files()) == ([], before)


def test_a_service_that_does_not_run_is_started_again(machine: Machine) -> None:
    machine.type("robotvoice", "install")
    (machine.folder / "stubs" / "runs").unlink()
    assert machine.type("robotvoice", "install").returncode == 0
    assert machine.runs


@BOTH
def test_a_dry_run_shows_all_and_changes_nothing(machine: Machine, name: str) -> None:
    shown = machine.type(name, "install", "--dry-run").stdout
    assert (machine.typed(), machine.files()) == ([], {})
    machine.type(name, "install")
    ((path, content),) = machine.files().items()
    assert f"would write {machine.home / path}:\n{content.decode()}" in shown
    for line in machine.typed():
        assert f"would run {line}\n" in shown
    before = machine.files()
    shown = machine.type(name, "uninstall", "--dry-run").stdout
    assert (machine.typed(), machine.files(), machine.runs) == ([], before, True)
    assert f"would remove {machine.home / path}\n" in shown
    machine.type(name, "uninstall")
    for line in machine.typed():
        assert f"would run {line}\n" in shown


@BOTH
def test_uninstalling_stops_it_and_leaves_no_file(machine: Machine, name: str) -> None:
    machine.type(name, "install")
    machine.typed()
    done = machine.type(name, "uninstall")
    assert (done.returncode, done.stderr) == (0, "")
    assert machine.typed()[0] == f"systemctl --user disable --now {name}.service"
    assert (machine.runs, machine.files()) == (False, {})
    again = machine.type(name, "uninstall")
    assert (again.returncode, machine.typed()) == (0, [])
    assert "nothing was changed" in again.stdout


def test_one_is_removed_without_the_other(machine: Machine) -> None:
    machine.type("robotvoice", "install")
    machine.type("robotvoice-gateway", "install")
    machine.type("robotvoice", "uninstall")
    assert list(machine.files()) == [f"{UNITS}/robotvoice-gateway.service"]


def test_the_settings_file_that_is_named_is_the_services_too(machine: Machine) -> None:
    for number, (name, variable) in enumerate(
        [("robotvoice", "ROBOTVOICE_ROBOT_CONFIG"), ("robotvoice-gateway", "ROBOTVOICE_CONFIG")]
    ):
        file = machine.folder / f"100% {number}.toml"
        file.touch()
        told = f'Environment="{variable}={str(file).replace("%", "%%")}"\n'
        assert told in machine.type(name, "install", "--dry-run", **{variable: file.name}).stdout
        assert told in machine.type(name, "install", "--dry-run", "--config", file.name).stdout


def test_settings_that_a_service_does_not_see_are_named(machine: Machine) -> None:
    done = machine.type("robotvoice", "install", "--dry-run", ROBOTVOICE_PERSONA="vixen")
    assert "the service does not see ROBOTVOICE_PERSONA: write into" in done.stdout
    assert "does not see" not in machine.type("robotvoice", "install", "--dry-run").stdout


@BOTH
def test_the_other_programs_settings_are_not_named(machine: Machine, name: str) -> None:
    both = {"ROBOTVOICE_DAEMON_PORT": "7871", "ROBOTVOICE_LOG_LEVEL": "debug"}
    own = {"robotvoice": "ROBOTVOICE_DAEMON_PORT", "robotvoice-gateway": "ROBOTVOICE_LOG_LEVEL"}[name]
    done = machine.type(name, "install", "--dry-run", **both)
    assert f"the service does not see {own}: write into" in done.stdout


def test_a_gateway_that_no_robot_reaches_says_what_to_write(machine: Machine) -> None:
    assert "lan = true" in machine.type("robotvoice-gateway", "install").stdout
    (machine.home / ".config/robotvoice").mkdir()
    (machine.home / ".config/robotvoice/gateway.toml").write_text("lan = true\n")
    assert "lan = true" not in machine.type("robotvoice-gateway", "install").stdout


@BOTH
def test_what_could_not_start_is_not_installed(machine: Machine, name: str) -> None:
    (machine.folder / "bad.toml").write_text("prot = 1\n")
    done = machine.type(name, "install", "--config", "bad.toml")
    assert done.returncode == 2
    assert "prot" in done.stderr
    assert (machine.typed(), machine.files()) == ([], {})


def test_without_systemd_a_line_says_so(machine: Machine) -> None:
    done = machine.type("robotvoice", "install", PATH=str(machine.bin))
    assert (done.returncode, machine.files()) == (1, {})
    assert re.fullmatch("robotvoice: systemctl cannot be run .*\n", done.stderr)
