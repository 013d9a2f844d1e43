"""The gateway that is measured, and the surroundings of all that is started beside it."""

from pathlib import Path

from proofs.rig.asking import LOOPBACK
from proofs.rig.gateway import Gateway
from proofs.rig.program import ROOT, environment


def surroundings(folder: Path, **variables: str) -> dict[str, str]:
    """mDNS stays on loopback, and no daemon of the owner's is asked."""
    alone = {"ROBOTVOICE_INTERFACE": LOOPBACK, "ROBOTVOICE_DAEMON_PORT": "0"}
    return environment(folder, **alone, **variables)


def ready_gateway(folder: Path) -> Gateway:
    """To be given to a `with`. Raises RunBroken."""
    gateway = Gateway(surroundings(folder, ROBOTVOICE_HIDE="*"), "--personas", str(ROOT / "personas"))
    gateway.until_ready()
    return gateway
