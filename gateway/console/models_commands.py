"""`robotvoice-gateway models pull [ID]` and `models list`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.console.persona.persona_commands import DEFAULT_MODEL
from gateway.ground.shown import complain, show
from robotvoice.console.help_page import HelpPage, page_end

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


def add_models_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Puts `models` among the commands."""
    models = commands.add_parser(
        "models",
        help="fetch the models that the personas need, or list them",
        epilog=page_end(EXAMPLES, EXIT_CODES),
        formatter_class=HelpPage,
    )
    actions = models.add_subparsers(dest="action", metavar="ACTION")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="FILE", help="the settings file (TOML)")
    common.add_argument(
        "--personas", type=Path, metavar="FOLDER", help="a folder of personas, besides the shipped ones"
    )
    pull = actions.add_parser(
        "pull",
        parents=[common],
        help="fetch a model from the Hub and check it",
        epilog=page_end(PULL_EXAMPLES, EXIT_CODES),
        formatter_class=HelpPage,
    )
    pull.add_argument(
        "id", nargs="?", metavar="ID", help=f"its Hub name; else all that personas need, or {DEFAULT_MODEL}"
    )
    pull.add_argument(
        "--revision", metavar="COMMIT", help="not the recorded one, such as main for the newest"
    )
    actions.add_parser(
        "list",
        parents=[common],
        help="say which models are needed and which are here",
        epilog=page_end({"robotvoice-gateway models list": "needs no network"}, EXIT_CODES),
        formatter_class=HelpPage,
    )


def run_models_command(options: argparse.Namespace, settings: "Settings") -> int:
    """Returns the exit code. Raises InvalidModel and InvalidPersona."""
    from gateway.models.model_folders import HUB_NAME, is_folder
    from gateway.models.models import models_of
    from robotvoice.errors import InvalidModel

    if options.action == "pull" and options.id:
        if not HUB_NAME.fullmatch(options.id):
            raise InvalidModel(
                f"{options.id} is no name on the Hub; give OWNER/NAME, such as {DEFAULT_MODEL}. A folder "
                "needs no pull: copy the model into it"
            )
        wanted = [options.id]
    else:
        needed = models_of(settings.persona_sources.load().personas.values())
        if options.action == "list":
            return _list(needed, settings.state_dir)
        wanted = [model for model in needed if not is_folder(model)] or [DEFAULT_MODEL]
    from gateway.console.model_pull import pull

    for model in wanted:
        pull(model, settings.state_dir, options.revision)
    show("go on with: robotvoice-gateway serve (one that runs finds the model by itself within a minute)")
    return USABLE


def _list(needed: dict[str, list[str]], state: Path) -> int:
    from gateway.models.models import as_size, pulled_models

    pulled = pulled_models(state)
    code = USABLE
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
    from gateway.models.hub_cache import local_model
    from gateway.models.model_folders import is_folder, why_no_model
    from gateway.models.models import kind_of, pulled_models, unlike
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
    if folder is None or unlike(folder, record):
        return "pulled, but not complete any more", False
    return f"here, {kind_of(folder)}, commit {record.revision[:12]}", True
