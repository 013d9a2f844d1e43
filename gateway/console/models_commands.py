"""`robotvoice-gateway models pull [ID]` and `models list`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.console.options import DEFAULT_MODEL, Load, with_personas
from gateway.ground.problems import complain
from robotvoice.console.command_line import Commands, add_actions, add_command
from robotvoice.console.output import show

if TYPE_CHECKING:  # A base installation must be able to show the help.
    from gateway.settings.settings import Settings

USABLE, MISSING = 0, 2
PULL_EXAMPLES = {
    "robotvoice-gateway models pull": "all that the personas need",
    f"robotvoice-gateway models pull {DEFAULT_MODEL}": "this one",
}
EXAMPLES = {"robotvoice-gateway models list": "which are needed, and which are here"} | PULL_EXAMPLES
EXIT_CODES = {
    USABLE: "what is needed is here",
    1: "something broke, or the result cannot be written",
    MISSING: "something that is needed is not here or could not be fetched; or the command line or a setting "
    "cannot be used",
}


def add_to(commands: Commands) -> None:
    about = "fetch the models that the personas need, or list them"
    actions = add_actions(commands, "models", about, EXAMPLES, EXIT_CODES)
    about, common = "fetch a model from the Hub and check it", with_personas()
    pull = add_command(actions, "pull", about, _pull, PULL_EXAMPLES, EXIT_CODES, common)
    pull.add_argument(
        "id", nargs="?", metavar="ID", help=f"its Hub name; else all that personas need, or {DEFAULT_MODEL}"
    )
    pull.add_argument(
        "--revision", metavar="COMMIT", help="not the recorded one, such as main for the newest"
    )
    about = "say which models are needed and which are here"
    examples = {"robotvoice-gateway models list": "needs no network"}
    add_command(actions, "list", about, _list, examples, EXIT_CODES, common)


def _pull(options: argparse.Namespace, load: Load) -> int:
    from gateway.models.model_folders import HUB_NAME, is_folder
    from robotvoice.errors import InvalidModel

    settings = load()
    if options.id:
        if not HUB_NAME.fullmatch(options.id):
            raise InvalidModel(
                f"{options.id} is no name on the Hub; give OWNER/NAME, such as {DEFAULT_MODEL}. A folder "
                "needs no pull: copy the model into it"
            )
        wanted = [options.id]
    else:
        wanted = [model for model in _needed(settings) if not is_folder(model)] or [DEFAULT_MODEL]
    from gateway.console.model_pull import pull

    for model in wanted:
        pull(model, settings.state_dir, options.revision)
    show("go on with: robotvoice-gateway serve (one that runs finds the model by itself within a minute)")
    return USABLE


def _needed(settings: "Settings") -> dict[str, list[str]]:
    """The ids of the personas, by the model that they need."""
    from gateway.models.models import models_of

    return models_of(settings.persona_sources.load().personas.values())


def _list(options: argparse.Namespace, load: Load) -> int:
    from gateway.models.models import as_size, pulled_models

    settings = load()
    needed, state = _needed(settings), settings.state_dir
    pulled, code = pulled_models(state), USABLE
    for model in [*needed, *(name for name in pulled if name not in needed)]:
        told, there = _state_of(model, state)
        who = f"for {', '.join(needed[model])}" if model in needed else "for no persona"
        size = f", {as_size(pulled[model].size)}" if there and model in pulled else ""
        show(f"{model}: {told}{size}, {who}")
        if model in needed and not there:
            code = MISSING
    if not needed:
        show("no persona needs a model")
    if code == MISSING:
        complain("fetch what is missing; type: robotvoice-gateway models pull")
    return code


def _state_of(model: str, state: Path) -> tuple[str, bool]:
    """What there is of it, and whether that is enough."""
    from gateway.models.model_folders import is_folder, local_model, why_no_model
    from gateway.models.models import kind_of, mismatch, pulled_models
    from robotvoice.errors import InvalidModel

    if is_folder(model):
        if why := why_no_model(model):
            return why, False
        try:
            return f"a folder, {kind_of(Path(model))}", True
        except InvalidModel as error:
            return error.message, False
    record = pulled_models(state).get(model)
    if record is None:
        return "not pulled", False
    folder = local_model(model, record.revision)
    if folder is None or mismatch(folder, record):
        return "pulled, but not complete any more", False
    return f"here, {kind_of(folder)}, commit {record.revision[:12]}", True
