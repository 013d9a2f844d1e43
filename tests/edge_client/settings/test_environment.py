"""A slip of the hand in a variable's name is told; what others read is left alone."""

import subprocess
import sys
from dataclasses import fields

import pytest

from edge_client.settings.environment import OF_THE_GATEWAY, misspelt
from edge_client.settings.settings import SETTINGS, Settings
from gateway.settings.settings import Settings as GatewaySettings
from tests.edge_client.rig import Commands


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("ROBOTVOICE_PLAYR", "ROBOTVOICE_PLAYER"),
        ("ROBOTVOICE_DAEMONPORT", "ROBOTVOICE_DAEMON_PORT"),
        ("ROBOTVOICE_ROBOTCONFIG", "ROBOTVOICE_ROBOT_CONFIG"),
        ("ROBOTVOICE_Volume", "ROBOTVOICE_VOLUME"),
    ],
)
def test_a_misspelt_variable_is_told_with_the_right_name(variable: str, meant: str) -> None:
    assert misspelt([variable, "PATH"]) == [
        f"{variable} is no setting and is not read; did you mean {meant}?"
    ]


def test_what_somebody_reads_is_not_told() -> None:
    """The robot's settings, the gateway's on the same machine, and what belongs to others."""
    robot = {each.name.upper() for each in fields(Settings)}
    gateway = {name.upper() for name in GatewaySettings.model_fields} | {"CONFIG"}
    variables = [f"ROBOTVOICE_{name}" for name in robot | gateway | {"ROBOT_CONFIG", "TESTS_REQUIRE_ALL"}]
    assert misspelt([*variables, "PLAYR", "XROBOTVOICE_PLAYR", "ROBOTVOICE_"]) == []
    assert gateway - robot == OF_THE_GATEWAY
    assert {name.upper() for name in SETTINGS} == robot


def test_the_command_goes_on_and_says_it_on_standard_error(robotvoice: Commands) -> None:
    done = robotvoice("stop", ROBOTVOICE_PLAYR="aplay")
    assert done.stderr.splitlines() == [
        "robotvoice: ROBOTVOICE_PLAYR is no setting and is not read; did you mean ROBOTVOICE_PLAYER?",
        "robotvoice: nothing was stopped, as no daemon runs here",
    ]


def test_without_a_mistake_nothing_is_loaded_for_it() -> None:
    script = (
        "import sys; from edge_client.settings.environment import misspelt;"
        "misspelt(['PATH', 'ROBOTVOICE_PLAYER']); print('difflib' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == "False\n"
