"""`robotvoice-gateway models pull [ID]` and `models list`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.console.persona import DEFAULT_MODEL

if TYPE_CHECKING:  # A base installation must be able to show the help.
    from gateway.settings import Settings

USABLE, MISSING = 0, 2


def add_models_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Puts `models` among the commands."""
    models = commands.add_parser("models", help="fetch the models that the personas need, or list them")
    actions = models.add_subparsers(dest="action", required=True, metavar="ACTION")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="FILE", help="settings as TOML")
    common.add_argument("--personas", type=Path, metavar="FOLDER", help="the personas, a folder for each")
    pull = actions.add_parser("pull", parents=[common], help="fetch a model from the Hub and check it")
    pull.add_argument(
        "id", nargs="?", metavar="ID", help=f"its name there; else all that personas need, or {DEFAULT_MODEL}"
    )
    pull.add_argument(
        "--revision", metavar="COMMIT", help="another one than before, such as main for the newest"
    )
    actions.add_parser("list", parents=[common], help="say which models are needed and which are here")


def run_models_command(options: argparse.Namespace, settings: "Settings") -> int:
    """Returns the exit code. Raises InvalidModel and InvalidPersona."""
    from gateway.models import models_of
    from gateway.persona_files import load_personas

    if options.action == "pull" and options.id:
        wanted = [options.id]
    else:
        needed = models_of(load_personas(settings.personas_folder).personas.values())
        if options.action == "list":
            return _list(needed, settings.state_dir)
        wanted = [model for model in needed if not Path(model).expanduser().is_dir()] or [DEFAULT_MODEL]
    from gateway.console.model_pull import pull

    for model in wanted:
        pull(model, settings.state_dir, options.revision)
    print("go on with: robotvoice-gateway serve (one that runs finds the model by itself within a minute)")
    return USABLE


def _list(needed: dict[str, list[str]], state: Path) -> int:
    from gateway.models import as_size, pulled_models

    pulled = pulled_models(state)
    code = USABLE
    for model in [*needed, *(name for name in pulled if name not in needed)]:
        told, there = _state_of(model, state)
        who = f"for {', '.join(needed[model])}" if model in needed else "for no persona"
        size = f", {as_size(pulled[model].size)}" if there and model in pulled else ""
        print(f"{model}: {told}{size}, {who}")
        if model in needed and not there:
            code = MISSING
    if not needed:
        print("no persona needs a model")
    if code == MISSING:
        print("fetch what is missing with: robotvoice-gateway models pull", file=sys.stderr)
    return code


def _state_of(model: str, state: Path) -> tuple[str, bool]:
    """What there is of it, and whether that is enough."""
    from gateway.hub_cache import local_model
    from gateway.models import kind_of, pulled_models, unlike
    from speech.errors import InvalidModel

    if Path(model).expanduser().is_dir():
        try:
            return f"a folder, {kind_of(Path(model).expanduser())}", True
        except InvalidModel as error:
            return error.message, False
    record = pulled_models(state).get(model)
    if record is None:
        return "not pulled", False
    folder = local_model(model, record.revision)
    if folder is None or unlike(folder, record):
        return "pulled, but not complete any more", False
    return f"here, {kind_of(folder)}, commit {record.revision[:12]}", True
