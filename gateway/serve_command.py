"""`robotvoice-gateway serve`: speaks for whoever asks."""

import argparse
import asyncio
from functools import partial

from gateway.console.options import Load, with_personas
from robotvoice.console.command_line import Commands, add_command

EXAMPLES = {
    "robotvoice-gateway serve": "for programs on this machine",
    "robotvoice-gateway serve --lan": "for every device on your network",
    "robotvoice-gateway serve --port 7870": "beside another one",
}
EXIT_CODES = {
    0: "stopped as asked",
    1: "something broke, and the log says what",
    2: "the command line, a setting or the personas cannot be used",
    4: "the address to listen on is in use, or not one of this machine",
}


def add_to(commands: Commands) -> None:
    about = "speak for whoever asks, until stopped"
    serve = add_command(commands, "serve", about, run, EXAMPLES, EXIT_CODES, with_personas())
    serve.add_argument("--host", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on (7860); 0 takes a free one")
    serve.add_argument(
        "--lan", action="store_const", const=True, help="let every device on your network use it"
    )
    serve.add_argument("--name", help="the name it is announced by")
    serve.add_argument(
        "--no-mdns", dest="announce", action="store_const", const=False, help="do not announce it by mDNS"
    )
    serve.add_argument("--log-level", metavar="LEVEL", help="debug, info, warning or error (info)")


def run(options: argparse.Namespace, load: Load) -> int:
    from gateway.serve import serve
    from gateway.settings.settings import settings_file
    from robotvoice.service.settings_changes import SettingsChanges

    settings, file = load(), partial(settings_file, options.config)
    return asyncio.run(serve(settings, SettingsChanges(settings, type(settings).model_fields, load, file)))
