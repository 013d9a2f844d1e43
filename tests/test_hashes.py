"""`hashes.txt`: what continuous integration installs is what `constraints.txt` pins, to the byte."""

import re
from collections import defaultdict
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^([\w.-]+)==([\w.+!]+)(?: ?; ?([^\\\n]+?))? *\\?$", re.MULTILINE)
MODELS = {"mlx", "mlx-audio"}
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def pins(file: str) -> dict[str, set[tuple[str, bool]]]:
    """By the package's name each version, and whether it is one for this machine."""
    found: dict[str, set[tuple[str, bool]]] = defaultdict(set)
    for name, version, marker in PIN.findall((ROOT / file).read_text()):
        found[canonicalize_name(name)].add((version, not marker or Marker(marker).evaluate()))
    return found


def test_every_version_that_is_pinned_has_hashes_and_no_other_has() -> None:
    hashed, pinned = pins("hashes.txt"), pins("constraints.txt")
    assert len(pinned) > 50
    assert {
        name: (versions, hashed[name])
        for name, versions in pinned.items()
        if name not in MODELS and {each for each, _ in versions} != {each for each, _ in hashed[name]}
    } == {}
    ours = {name: [here for _, here in versions] for name, versions in hashed.items()}
    assert all(sum(here) <= 1 for here in ours.values()), "two versions of one package for this machine"


def test_each_line_is_a_package_or_a_hash_of_it_and_no_address() -> None:
    lines = [each for each in (ROOT / "hashes.txt").read_text().splitlines() if not each.startswith("#")]
    packages = [number for number, line in enumerate(lines) if PIN.fullmatch(line)]
    hashes = {number for number, line in enumerate(lines) if HASH.fullmatch(line.strip(" \\"))}
    assert len(packages) + len(hashes) == len(lines)
    assert all(number + 1 in hashes for number in packages)
