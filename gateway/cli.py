"""The command `robotvoice-gateway`."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from gateway.console.breaker_command import add_breaker_command, run_breaker_command
from gateway.console.doctor import add_doctor_command, run_doctor_command
from gateway.console.install import add_install_commands, run_install_command
from gateway.console.models_commands import add_models_commands, run_models_command
from gateway.console.persona.persona_commands import add_persona_commands, run_persona_command
from gateway.console.status import add_status_command, run_status_command
from gateway.ground.shown import NotShown, complain
from robotvoice import __version__
from robotvoice.console.help_page import CommandLine, HelpPage, page_end
from robotvoice.console.output import write
from robotvoice.errors import RobotVoiceError
from robotvoice.ground import setting_variables
from robotvoice.ground.installation import how_to_install
from robotvoice.service.settings_changes import SettingsChanges

EXAMPLES = {
    "robotvoice-gateway serve --lan": "speak for every device on your network, until Ctrl-C",
    "robotvoice-gateway status": "who would speak now, and why not the clone",
    "robotvoice-gateway doctor": "what is well on this machine, and what to do about the rest",
}
EXIT_CODES = {
    0: "stopped as asked, or nothing is wrong",
    1: "something broke, doctor found something that fails, or no gateway answers",
    2: "the command line, a setting or the personas cannot be used",
    4: "the address to listen on is taken or not ours",
}
"""Of all commands; each one's page has its own"""
SERVE_EXAMPLES = {
    "robotvoice-gateway serve": "for programs on this machine",
    "robotvoice-gateway serve --lan": "for every device on your network",
    "robotvoice-gateway serve --port 7861": "beside another one",
}
SERVE_EXIT_CODES = {
    0: "stopped as asked",
    1: "something broke, and the log says what",
    2: "the command line, a setting or the personas cannot be used",
    4: "the address to listen on is taken or not ours",
}


def main(arguments: Sequence[str] | None = None, *, loaded: Callable[[], None] = lambda: None) -> int:
    """Returns the exit code. Raises SystemExit for what cannot be understood.

    `loaded` is called when Ctrl-C may be an exception.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None or getattr(options, "action", "") is None:
        page = options.pages.get(options.command, parser)
        page.print_help(sys.stderr)
        page.exit(2)
    try:
        # Late, so that a base installation says in a sentence what is missing.
        from gateway.serve import serve
        from gateway.settings.settings import load_settings, settings_file
    except ModuleNotFoundError as error:
        todo = how_to_install("gateway", "espeak")
        write(f"robotvoice-gateway needs its own packages ({error.name} is missing); {todo}", sys.stderr)
        return 2
    overrides = {
        name: getattr(options, name, None)
        for name in ("host", "port", "lan", "personas", "name", "announce", "log_level")
    }
    for line in setting_variables.misspelt(os.environ, setting_variables.GATEWAY, any_case=True):
        complain(line)
    load = partial(load_settings, options.config, **overrides)
    try:
        loaded()
        if options.command == "doctor":
            return asyncio.run(run_doctor_command(options, load))
        if options.command == "status":
            return asyncio.run(run_status_command(options, load))
        if options.command == "breaker":
            return asyncio.run(run_breaker_command(options, load))
        if options.command in {"install", "uninstall"}:
            return run_install_command(options, load)
        settings = load()
        if options.command == "persona":
            return asyncio.run(run_persona_command(options, settings))
        if options.command == "models":
            return run_models_command(options, settings)
        changes = SettingsChanges(
            settings, type(settings).model_fields, load, partial(settings_file, options.config)
        )
        return asyncio.run(serve(settings, changes))
    except RobotVoiceError as error:
        complain(error.message)
        return 2
    except NotShown as problem:
        complain(str(problem))
        return 1
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = CommandLine(
        prog="robotvoice-gateway",
        description="Gives the personas of your robots their voices.",
        epilog=page_end(EXAMPLES, EXIT_CODES),
        formatter_class=HelpPage,
    )
    parser.add_argument("--version", action="version", version=f"robotvoice {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    serve = commands.add_parser(
        "serve",
        help="speak for whoever asks, until stopped",
        epilog=page_end(SERVE_EXAMPLES, SERVE_EXIT_CODES),
        formatter_class=HelpPage,
    )
    serve.add_argument("--config", type=Path, metavar="FILE", help="settings as TOML")
    serve.add_argument("--host", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on (7860); 0 takes a free one")
    serve.add_argument(
        "--lan", action="store_const", const=True, help="let every device on your network use it"
    )
    serve.add_argument(
        "--personas", type=Path, metavar="FOLDER", help="your own personas, a folder for each; they add"
    )
    serve.add_argument("--name", help="the name it is announced by")
    serve.add_argument(
        "--no-mdns", dest="announce", action="store_const", const=False, help="do not announce it by mDNS"
    )
    serve.add_argument("--log-level", metavar="LEVEL", help="debug, info, warning or error (info)")
    add_persona_commands(commands)
    add_models_commands(commands)
    add_doctor_command(commands)
    add_status_command(commands)
    add_breaker_command(commands)
    add_install_commands(commands)
    parser.set_defaults(pages=commands.choices)
    return parser
