"""Lets scripts of the system's `python3`, as robots have them, import robotvoice from its own environment.

A small file for each name goes into the folder that the machine's administrator owns (/usr/local on Debian),
and does nothing until a script imports it. No package of the system's is replaced and no installer is asked:
where the system says that its Python is managed by somebody else (PEP 668), that stays so.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from robotvoice.service.installer import LIMIT, Steps, read_there
from robotvoice.service.service import InstallFailed, intact, sealed

LOCAL = Path("/usr/local")
"""Whose folders no package manager owns"""
NOT_OURS = "is not as robotvoice wrote it, so it stays; remove it yourself"
AS_ROOT = "type: sudo robotvoice python-path"
ASK = """
import json, sys, sysconfig
from importlib.machinery import PathFinder
from pathlib import Path
spec = PathFinder.find_spec(sys.argv[1])
print(json.dumps({
    "version": list(sys.version_info[:2]),
    "folder": sysconfig.get_path("purelib"),
    "path": sys.path,
    "own": sys.prefix != sys.base_prefix,
    "managed": Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED").exists(),
    "found": spec and (spec.origin or str(spec.submodule_search_locations)),
}))
"""
MODULE = Template('''\
"""Lets scripts of this Python import $name, which is in an environment of its own.

Made by `robotvoice python-path --install`, taken away by `--uninstall`. It does nothing until it is imported.
"""

import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec

FOLDERS = $folders

found = PathFinder.find_spec(__name__, FOLDERS)
if found is None or found.loader is None:
    raise ImportError(
        f"$name is not in {' or '.join(FOLDERS)} any more; install it there again, "
        "or type: sudo robotvoice python-path --uninstall"
    )
# Before the system's packages, as it needs its own versions of some; behind the script's and Python's own.
packages = [at for at, folder in enumerate(sys.path) if folder.endswith(("site-packages", "dist-packages"))]
place = min(packages, default=len(sys.path))
sys.path[place:place] = [folder for folder in FOLDERS if folder not in sys.path]
# Whoever imports this gets what is there in its place.
sys.modules[__name__] = module = module_from_spec(found)
found.loader.exec_module(module)
''')


@dataclass(frozen=True, slots=True)
class _Python:
    """What the system's Python tells of itself."""

    program: str
    folder: Path
    """Where the administrator's packages are"""
    found: str | None
    """Where it finds the name that is to be imported"""


@dataclass(frozen=True, slots=True)
class PythonPath(Steps):
    """For the package `name`, which this process has imported."""

    name: str
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def folders(self) -> list[str]:
        """What another Python of the same version needs on its path. Raises InstallFailed."""
        file = getattr(sys.modules.get(self.name), "__file__", None)
        if file is None:
            raise InstallFailed(f"{self.name} is not loaded from a file, so nobody else can load it")
        own = str(Path(file).absolute().parents[1])
        paths = sysconfig.get_paths()
        return list(dict.fromkeys([own, paths["purelib"], paths["platlib"]]))

    def install(self) -> None:
        """Raises InstallFailed."""
        python = self._python()
        file, content = python.folder / f"{self.name}.py", self._content()
        there = read_there(file)
        if there is None and python.found:
            self.tell(f"{python.program} has {self.name} already, from {python.found}: nothing was changed")
            return
        if there == content:
            self.tell(f"{file} is in place: nothing was changed")
        else:
            if there is not None and not intact(there):
                raise InstallFailed(f"{file} {NOT_OURS}")
            self.write(file, content, f"{AS_ROOT} --install")
            if self.dry_run:
                return
        self._prove(python)

    def uninstall(self) -> None:
        """Raises InstallFailed."""
        file = self._python().folder / f"{self.name}.py"
        there = read_there(file)
        if there is None:
            self.tell(f"there is no {file}: nothing was changed")
        elif not intact(there):
            raise InstallFailed(f"{file} {NOT_OURS}")
        else:
            self.do(f"remove {file}", file.unlink, f"{AS_ROOT} --uninstall")

    def _content(self) -> bytes:
        return sealed(MODULE.substitute(name=self.name, folders=json.dumps(self.folders())).encode())

    def _python(self) -> _Python:
        """The one that `python3` means to everybody but this environment. Raises InstallFailed."""
        own = Path(sys.prefix, "bin")
        path = [each for each in self.environ.get("PATH", os.defpath).split(os.pathsep) if Path(each) != own]
        program = shutil.which("python3", path=os.pathsep.join(path))
        if program is None:
            raise InstallFailed("there is no python3 besides the one of this environment; install python3")
        code, told = _said(program, "-I", "-c", ASK, self.name)
        try:
            found = json.loads(told) if code == 0 else None
        except ValueError:
            found = None
        if found is None:
            raise InstallFailed(f"{program} does not say what it is ({told or f'exit code {code}'})")
        version, ours = ".".join(map(str, found["version"])), "%d.%d" % sys.version_info[:2]  # noqa: UP031 - a pair
        if version != ours:
            raise InstallFailed(
                f"{program} is Python {version} and this environment was made with {ours}, whose packages it "
                f"cannot load; make the environment anew with {program} -m venv"
            )
        folder = Path(found["folder"])
        if found["own"]:
            raise InstallFailed(f"{program} belongs to another environment; leave that first, or change PATH")
        if str(folder) not in found["path"] or (found["managed"] and not folder.is_relative_to(LOCAL)):
            raise InstallFailed(
                f"{program} keeps no folder for what its administrator adds; use this environment's own "
                f"Python: {sys.executable}"
            )
        return _Python(program, folder, found["found"])

    def _prove(self, python: _Python) -> None:
        """Raises InstallFailed if a script could not import it after all."""
        where = f"import {self.name}; print({self.name}.__file__)"
        code, told = _said(python.program, "-I", "-c", where)
        if code:
            raise InstallFailed(f"{python.program} cannot import {self.name} all the same: {told}")
        self.tell(f"{python.program} and sudo {python.program} import {self.name} from {told}")


def _said(*words: str) -> tuple[int, str]:
    """The exit code, and what was printed; what went wrong if it is not 0."""
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT)
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    return done.returncode, (done.stderr if done.returncode else done.stdout).strip()
