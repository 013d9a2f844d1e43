"""The wheel, installed as a user does: it adds three names, and a script's own files hide none of it."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.interpreters import SystemPython, interpreters
from tests.test_architecture import PACKAGES, ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
PYTHONS = interpreters()
TRAP = "raise SystemExit(f'took {__file__} for its own')\n"
THEIRS = (
    "speech.py",
    "gateway.py",
    "deploy.py",
    "voice.py",
    "settings.py",
    "wire.py",
    "personas/__init__.py",
)
DOORS = {
    "robotvoice": 'from robotvoice import Voice\nVoice("vixen").say("Hello.", file="x.wav", play=False)\n',
    "edge_client": 'from edge_client import Voice\nVoice("vixen").say("Hello.", file="x.wav", play=False)\n',
    "robot_hat": 'from edge_client.robot_hat import TTS\nassert TTS().tts("Hello.", "x.wav")\n',
}


def pip(*words: str, python: Path = Path(sys.executable)) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pip", "--python", str(python), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False, cwd=ROOT)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    fetched = pip("download", "--no-deps", "--dest", str(folder / "tools"), *tools)
    if fetched.returncode:
        pytest.skip(f"what builds a wheel cannot be fetched here: {fetched.stderr.strip()[-200:]}")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module", params=list(PYTHONS.values()), ids=list(PYTHONS))
def system(
    request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> SystemPython:
    """With that Python for everybody, and the wheel in an environment made with it."""
    folder = tmp_path_factory.mktemp("system")
    environment = folder / "robotvoice-env"
    # Debian's interpreters can make an environment without pip even if they cannot make one with it.
    made = subprocess.run(
        [request.param, "-m", "venv", "--without-pip", environment], timeout=60, check=False
    )
    assert made.returncode == 0
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    python = environment / "bin" / "python"
    fetched = pip("install", "--quiet", "--constraint", "constraints.txt", *needs, python=python)
    if fetched.returncode:
        pytest.skip(f"what a robot needs cannot be fetched here: {fetched.stderr.strip()[-200:]}")
    # Nothing more may be fetched: these are all that the wheel needs.
    installed = pip("install", "--quiet", "--no-index", str(wheel), python=python)
    assert installed.returncode == 0, installed.stderr
    system = SystemPython(folder, request.param, environment / "bin" / "robotvoice")
    system.make()
    return system


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A folder with a user's own files, each of which ends whoever takes it for ours."""
    for name in THEIRS:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(TRAP)
    (tmp_path / "personas" / "vixen").mkdir()
    (tmp_path / "personas" / "vixen" / "persona.yaml").write_text("not: [ours\n")
    return tmp_path


def test_a_wheel_adds_three_names_and_holds_its_data_below_one_of_them(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {name for name in tops if not name.endswith(".dist-info")} == set(PACKAGES)
    data = {each.relative_to(ROOT).as_posix() for each in ROOT.glob("personas/*/persona.yaml")}
    assert data and {f"robotvoice/shipped/{name}" for name in data} <= set(names)
    packages = {name for name in names if name.endswith(".py")}
    assert packages == {
        each.relative_to(ROOT).as_posix() for name in PACKAGES for each in ROOT.glob(f"{name}/**/*.py")
    }


@pytest.mark.parametrize("who", ["", "sudo -n"], ids=["python3", "sudo"])
def test_a_script_beside_files_called_like_ours_speaks_by_the_systems_python(
    who: str, system: SystemPython, theirs: Path
) -> None:
    ask = (
        "import os, sys; print(os.path.realpath(sys.executable), 'SUDO_UID' in os.environ); import robotvoice"
    )
    before = system.run(*who.split(), "python3", "-c", ask)
    program, by_sudo = before.stdout.split()
    assert (Path(program), by_sudo) == (system.python.resolve(), str(bool(who))), before.stderr
    assert "No module named 'robotvoice'" in before.stderr
    placed = system.run(*who.split(), "robotvoice", "python-path", "--install")
    assert (placed.returncode, placed.stderr) == (0, "")
    try:
        for door, text in DOORS.items():
            speaks(system, theirs, door, text, *who.split(), "python3")
    finally:
        gone = system.run(*who.split(), "robotvoice", "python-path", "--uninstall")
    assert (gone.returncode, list(system.packages.glob("*.py"))) == (0, [])


def test_a_script_beside_files_called_like_ours_speaks_by_the_environments_python(
    system: SystemPython, theirs: Path
) -> None:
    for door, text in DOORS.items():
        speaks(system, theirs, door, text, str(system.robotvoice.with_name("python")))


def speaks(system: SystemPython, folder: Path, door: str, text: str, *python: str) -> None:
    (folder / "script.py").write_text(text)
    done = system.run(*python, "script.py", folder=folder)
    assert done.returncode == 0, (door, done.stdout, done.stderr)
    assert (folder / "x.wav").stat().st_size > 5000, door
    (folder / "x.wav").unlink()
