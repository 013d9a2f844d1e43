"""The Pythons of this machine, found without starting any, and the one that `python3` means to everybody."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.namespaces import unshared

SUPPORTED = ("3.11", "3.12", "3.13")
OWN = "%d.%d" % sys.version_info[:2]  # noqa: UP031 - a pair
BASE = Path(getattr(sys, "_base_executable", sys.executable))
"""The one that this environment was made with"""
SYSTEM = Path("/usr/bin/python3")


def interpreter_of(version: str) -> Path | None:
    """On the PATH, or among those of pyenv, whose shims are there also for versions that are not."""
    if version == OWN:
        return BASE
    pyenv = Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser()
    folders = [Path(each) for each in os.get_exec_path() if Path(each).name != "shims"]
    folders += sorted(pyenv.glob(f"versions/{version}.*/bin"))
    programs = (folder / f"python{version}" for folder in folders)
    return next((each for each in programs if os.access(each, os.X_OK)), None)


def interpreters() -> dict[str, Path]:
    """By version; "system" is the one of the system's packages, if it is none of the others."""
    found = {each: path for each in SUPPORTED if (path := interpreter_of(each))}
    # The system's is often a link to python3.11 and the like, which says its version.
    real = SYSTEM.resolve()
    if real.name.removeprefix("python") in SUPPORTED and real not in {
        each.resolve() for each in found.values()
    }:
        found["system"] = SYSTEM
    return found


@dataclass(frozen=True, slots=True)
class SystemPython:
    """A machine on which `python3` is `python`, also for sudo, and `robotvoice` this program.

    What its administrator adds to that Python goes into `packages`, and root's home is in `folder` as well:
    nothing outside of `folder` is changed. There is no network.
    """

    folder: Path
    python: Path
    robotvoice: Path

    @property
    def packages(self) -> Path:
        return self.folder / "site-packages"

    def make(self) -> None:
        programs = self.folder / "bin"
        for each in (self.packages, programs, self.folder / "root"):
            each.mkdir()
        (programs / "python3").symlink_to(self.python)
        (programs / "robotvoice").symlink_to(self.robotvoice)
        lines = Path("/etc/passwd").read_text().splitlines()
        moved = [self._moved(line) if line.split(":")[2:3] == ["0"] else line for line in lines]
        (self.folder / "passwd").write_text("\n".join(moved) + "\n")

    def _moved(self, line: str) -> str:
        fields = line.split(":")
        fields[5] = str(self.folder / "root")
        return ":".join(fields)

    def run(self, *command: str, folder: Path | None = None) -> "subprocess.CompletedProcess[str]":
        """Skips the test where the system allows no file system of its own, or sudo asks for a password."""
        ask = [str(self.python), "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
        purelib = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
        # The first folder in which root looks for programs, by sudo too.
        places = [
            (self.packages, purelib),
            (self.folder / "bin", "/usr/local/sbin"),
            (self.folder / "passwd", "/etc/passwd"),
        ]
        mounts = [f'mount --bind "{here}" "{there}"' for here, there in places]
        inside = ("sh", "-c", " && ".join([*mounts, 'exec "$@"']), "sh")
        trial = ("sudo", "-n", "true") if command[0] == "sudo" else ("true",)
        return subprocess.run(
            [*unshared("--mount", trial=trial), *inside, *command],
            cwd=folder or self.folder,
            env={"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "HOME": str(self.folder / "root")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )  # fmt: skip
