"""What comes with robotvoice and is no Python: the folders `personas` and `deploy`."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def shipped(name: str) -> Path:
    """The folder `name`: within the package where a wheel put it, beside the package in a clone.

    Found by way of this package, since any folder on the import path could be called so.
    """
    installed = PACKAGE / "shipped" / name
    return installed if installed.is_dir() else PACKAGE.parent / name
