"""The robot's side works with each Python that is supported, whichever of them runs these tests.

`make test PYTHON=python3.13` runs all tests with another one.
"""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.interpreters import SUPPORTED, interpreter_of
from tests.test_architecture import CODE, ROOT, imports_of, relative

OLDEST = (3, 11)
REMOVED = {
    *("asynchat", "asyncore", "distutils", "imp", "smtpd"),
    *("aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3", "mailcap", "msilib", "nis"),
    *("nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib"),
}
"""With 3.12, and with 3.13"""
COMPILES = """
import pathlib, sys
for name in sys.stdin.read().splitlines():
    compile(pathlib.Path(name).read_bytes(), name, "exec")
"""


def test_what_is_promised_is_what_is_tested() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert told["project"]["requires-python"] == ">=" + ".".join(map(str, OLDEST))
    assert told["tool"]["mypy"]["python_version"] == SUPPORTED[0]
    assert told["tool"]["ruff"]["target-version"] == "py" + SUPPORTED[0].replace(".", "")


def test_no_file_uses_what_the_oldest_python_does_not_read() -> None:
    for path in CODE:
        ast.parse(path.read_bytes(), relative(path), feature_version=OLDEST)


@pytest.mark.slow
def test_no_file_imports_what_newer_pythons_have_removed() -> None:
    found = {f"{relative(path)}: {name}" for path in CODE for name in imports_of(path)}
    assert not [each for each in found if each.partition(": ")[2].partition(".")[0] in REMOVED]


@pytest.mark.slow
@pytest.mark.parametrize("version", SUPPORTED)
def test_every_file_compiles_with_each_python_that_is_here(version: str) -> None:
    """Where it is not, this one stands in for it."""
    files = "\n".join(map(str, CODE))
    done = subprocess.run(
        [interpreter_of(version) or sys.executable, "-W", "error", "-c", COMPILES],
        input=files,
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_base_install_is_all_that_the_robots_side_imports() -> None:
    """What a robot has that was installed without any extra."""
    base = {"aiohttp", "ifaddr", "zeroconf"}
    optional = {"espeakng_loader", "hibari", "numpy"}  # the last two in a child process only
    own = {"edge_client", "robotvoice"}
    robot = [path for path in CODE if path.relative_to(ROOT).parts[0] in own]
    loaded = {name.partition(".")[0] for path in robot for name in imports_of(path)}
    assert loaded - set(sys.stdlib_module_names) - own - optional <= base


def test_the_tests_of_this_file_see_all_of_the_robots_side() -> None:
    some = ("edge_client/daemon/robot_daemon.py", "robotvoice/chain/fallback.py")
    assert {Path(ROOT, name) for name in some} <= set(CODE)
