"""The command `robotvoice-gateway`."""

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial

from gateway import serve_command
from gateway.console import breaker_command, doctor, install, key_commands, models_commands, status
from gateway.console.persona import persona_commands
from gateway.console.robots import pair_command, robots_command
from gateway.console.running_gateway import NotAnsweredError
from gateway.ground.problems import complain
from robotvoice.console.command_line import Run, program
from robotvoice.console.output import NotShown, write
from robotvoice.errors import RobotVoiceError
from robotvoice.ground import setting_variables
from robotvoice.ground.installation import how_to_install

COMMANDS = (
    serve_command,
    pair_command,
    robots_command,
    key_commands,
    persona_commands,
    models_commands,
    doctor,
    status,
    breaker_command,
    install,
)

EXAMPLES = {
    "robotvoice-gateway serve --lan": "speak for your robots in your network, until Ctrl-C",
    "robotvoice-gateway pair": "let a robot in: shows what to type on it",
    "robotvoice-gateway status": "which engine would speak now, and why not the clone",
    "robotvoice-gateway doctor": "what is well on this machine, and what to do about the rest",
}
EXIT_CODES = {
    0: "stopped as asked, or nothing is wrong",
    1: "something broke, doctor found something that fails, or no gateway answers",
    2: "the command line, a setting or the personas cannot be used",
    4: "the address to listen on is in use, or not one of this machine",
}
"""Of all commands; each one's page has its own"""


def main(arguments: Sequence[str] | None = None, *, loaded: Callable[[], None] = lambda: None) -> int:
    """Returns the exit code. Raises SystemExit for what cannot be understood.

    `loaded` is called when Ctrl-C may be an exception.
    """
    parser, commands = program(
        "robotvoice-gateway", "Gives the personas of your robots their voices.", EXAMPLES, EXIT_CODES
    )
    for each in COMMANDS:
        each.add_to(commands)
    options = parser.parse_args(arguments)
    if options.run is None:
        options.page.incomplete()
    try:
        # Late, so that a base installation says in a sentence what is missing.
        import gateway.serve  # noqa: F401 - all that a gateway needs
        from gateway.settings.settings import load_settings
    except ModuleNotFoundError as error:
        todo = how_to_install("gateway", "espeak")
        write(f"robotvoice-gateway needs its own packages ({error.name} is missing); {todo}", sys.stderr)
        return 2
    overrides = {
        name: getattr(options, name, None)
        for name in ("host", "port", "lan", "open_lan", "personas", "name", "announce", "log_level")
    }
    for line in setting_variables.misspelt(os.environ, setting_variables.GATEWAY, any_case=True):
        complain(line)
    command: Run = options.run
    try:
        loaded()
        return command(options, partial(load_settings, options.config, **overrides))
    except (NotAnsweredError, NotShown) as problem:
        complain(str(problem))
        return 1
    except RobotVoiceError as error:
        complain(error.message)
        return 2
    except KeyboardInterrupt:
        return 0
