"""A slip of the hand in a variable's name is told; what others read is left alone."""

import dataclasses

import pytest

from edge_client.settings.settings import CONFIG_VARIABLE
from edge_client.settings.settings import Settings as RobotSettings
from gateway.settings.environment import OF_THE_ROBOT, misspelt
from gateway.settings.settings import Settings


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("ROBOTVOICE_PROT", "ROBOTVOICE_PORT"),
        ("ROBOTVOICE_LOGLEVEL", "ROBOTVOICE_LOG_LEVEL"),
        ("ROBOTVOICE_CONFIGG", "ROBOTVOICE_CONFIG"),
        ("robotvoice_lann", "ROBOTVOICE_LAN"),
    ],
)
def test_a_misspelt_variable_is_told_with_the_right_name(variable: str, meant: str) -> None:
    (line,) = misspelt([variable, "PATH"])
    assert line == f"{variable} is no setting and is not read; did you mean {meant}?"


def test_what_somebody_reads_is_not_told() -> None:
    """The gateway's settings in any case, those of the robot's side, and what belongs to others."""
    robot = {name.name.upper() for name in dataclasses.fields(RobotSettings)}
    robot.add(CONFIG_VARIABLE.removeprefix("ROBOTVOICE_"))
    ours = {name.upper() for name in Settings.model_fields}
    variables = [f"ROBOTVOICE_{name}" for name in robot | ours | {"CONFIG", "TESTS_REQUIRE_ALL"}]
    assert misspelt([*variables, "robotvoice_port", "PORT", "XROBOTVOICE_PROT", "ROBOTVOICE_"]) == []
    assert robot - ours == OF_THE_ROBOT
