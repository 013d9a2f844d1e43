"""A slip of the hand in a variable's name is told; what others read is left alone."""

import subprocess
import sys
from dataclasses import fields

import pytest

from edge_client.settings.settings import CONFIG_VARIABLE, SETTINGS, Settings
from gateway.settings.settings import Settings as GatewaySettings
from robotvoice.ground.setting_variables import GATEWAY, PREFIX, ROBOT, misspelt

ALL_READ = [f"ROBOTVOICE_{name}" for name in ROBOT | GATEWAY | {"TESTS_REQUIRE_ALL"}]


def test_they_are_all_that_the_settings_have() -> None:
    robot = {each.name for each in fields(Settings)}
    assert {name.upper() for name in robot} | {CONFIG_VARIABLE.removeprefix(PREFIX)} == ROBOT
    assert set(SETTINGS) == robot
    assert {name.upper() for name in GatewaySettings.model_fields} | {"CONFIG"} == GATEWAY


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("ROBOTVOICE_PLAYR", "ROBOTVOICE_PLAYER"),
        ("ROBOTVOICE_DAEMONPORT", "ROBOTVOICE_DAEMON_PORT"),
        ("ROBOTVOICE_ROBOTCONFIG", "ROBOTVOICE_ROBOT_CONFIG"),
        ("ROBOTVOICE_Volume", "ROBOTVOICE_VOLUME"),
    ],
)
def test_one_of_the_robots_is_told_with_the_right_name(variable: str, meant: str) -> None:
    assert misspelt([variable, "PATH"], ROBOT) == [
        f"{variable} is no setting and is not read; did you mean {meant}?"
    ]


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("ROBOTVOICE_PROT", "ROBOTVOICE_PORT"),
        ("ROBOTVOICE_LOGLEVEL", "ROBOTVOICE_LOG_LEVEL"),
        ("ROBOTVOICE_CONFIGG", "ROBOTVOICE_CONFIG"),
        ("robotvoice_lann", "ROBOTVOICE_LAN"),
    ],
)
def test_one_of_the_gateways_is_told_with_the_right_name(variable: str, meant: str) -> None:
    (line,) = misspelt([variable, "PATH"], GATEWAY, any_case=True)
    assert line == f"{variable} is no setting and is not read; did you mean {meant}?"


def test_what_somebody_reads_is_not_told() -> None:
    """The side's own settings, those of the other side on the same machine, and what belongs to others."""
    assert misspelt([*ALL_READ, "PLAYR", "XROBOTVOICE_PLAYR", "ROBOTVOICE_"], ROBOT) == []
    others = ["robotvoice_port", "PORT", "XROBOTVOICE_PROT", "ROBOTVOICE_"]
    assert misspelt([*ALL_READ, *others], GATEWAY, any_case=True) == []


def test_without_a_mistake_nothing_is_loaded_for_it() -> None:
    script = (
        "import sys; from robotvoice.ground.setting_variables import ROBOT, misspelt;"
        "misspelt(['PATH', 'ROBOTVOICE_PLAYER'], ROBOT); print('difflib' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == "False\n"
