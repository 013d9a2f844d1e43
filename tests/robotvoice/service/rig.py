"""A machine of its own: a home, an environment that robotvoice is installed in, and supervisors that obey."""

import subprocess
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[3]
ODD = "100% ours, and $HOME"
"""Part of a folder's name: each of its signs means something to systemd, XML or a shell"""

SUPERVISOR = """#!/bin/sh
# One service that runs or not, as systemctl and launchctl see it.
echo "${0##*/} $*" >> "$STUBS/typed"
case "$*" in
"print gui/"*/*) test -e "$STUBS/runs" ;;
print* | *show-environment) test ! -e "$STUBS/away" ;;
*is-enabled* | *is-active*) test -e "$STUBS/runs" ;;
*restart* | *kickstart*) touch "$STUBS/runs" ;;
bootstrap*) test ! -e "$STUBS/runs" && test ! -e "$STUBS/ends" && touch "$STUBS/runs" || {
    rm -f "$STUBS/ends"
    echo "Bootstrap failed: 5: Input/output error" >&2
    exit 5
} ;;
*disable*) rm -f "$STUBS/runs" ;;
bootout*) rm "$STUBS/runs" && touch "$STUBS/ends" ;; # it goes on for a moment
*reset-failed*) exit 1 ;;
esac
"""
QUESTIONS = " is-", " print ", " show-environment"
COMMANDS = {"robotvoice": "edge_client.cli", "robotvoice-gateway": "gateway.cli"}


@dataclass(slots=True)
class Machine:
    """What is typed on it runs in processes of its own."""

    folder: Path
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        for folder in (self.home, self.bin, self._stubs):
            folder.mkdir(parents=True)
        python = self.bin / "python"
        python.symlink_to(sys.executable)
        for name, module in COMMANDS.items():
            start = f"import sys; from {module} import main; sys.exit(main())"
            _script(self.program(name), f'#!/bin/sh\nexec "${{0%/*}}/python" -c "{start}" "$@"\n')
        for name in ("systemctl", "launchctl"):
            _script(self._stubs / name, SUPERVISOR)
        self.environment = {
            "PATH": f"{self._stubs}:/usr/bin:/bin",
            "PYTHONPATH": f"{ROOT}:{sysconfig.get_path('purelib')}",
            "HOME": str(self.home),
            "STUBS": str(self._stubs),
        }

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def bin(self) -> Path:
        return self.folder / ODD / "bin"

    @property
    def _stubs(self) -> Path:
        return self.folder / "stubs"

    @property
    def runs(self) -> bool:
        """The service"""
        return (self._stubs / "runs").exists()

    def program(self, name: str) -> Path:
        return self.bin / name

    def typed(self) -> list[str]:
        """What the supervisors were told since the last look; questions are left out."""
        file = self._stubs / "typed"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [line for line in lines if not any(each in line for each in QUESTIONS)]

    def files(self) -> dict[str, bytes]:
        """All in the home."""
        found = (path for path in self.home.rglob("*") if path.is_file())
        return {path.relative_to(self.home).as_posix(): path.read_bytes() for path in found}

    def type(self, name: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self.program(name), *arguments],
            env=self.environment | environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=30,
        )


def _script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
