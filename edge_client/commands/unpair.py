"""`robotvoice unpair`: this robot forgets its gateway, and all that it has learned of it."""

import argparse

from edge_client.commands import terminal
from edge_client.commands.options import configured, settings_of
from edge_client.commands.taken_into_use import IN_A_MOMENT, taken_into_use
from robotvoice.console.command_line import Commands, add_command
from robotvoice.console.output import show, show_json
from robotvoice.errors import RobotVoiceError

EXAMPLES = {
    "robotvoice unpair": "before it is given away",
    "robotvoice pair k7d2-m9qx": "pairs it again",
}
EXIT_CODES = terminal.USUAL | {
    terminal.OK: "it is paired with no gateway, and has nothing of any",
    terminal.NOT_PLAYED: "something could not be taken away, or the result cannot be written",
}


class NotForgotten(RobotVoiceError):
    """Something is left on disk; the message names it."""

    code = "not_written"


def add_to(commands: Commands) -> None:
    add_command(commands, "unpair", "forget the gateway", run, EXAMPLES, EXIT_CODES, configured())


def run(options: argparse.Namespace) -> int:
    from edge_client.pairing import pairing_file as file
    from edge_client.personas.learned import forget_learned

    settings = settings_of(options)
    known: file.Pairing | None = None
    damaged = False
    try:
        known = file.load(settings.state_dir)
    except file.DamagedPairing:
        damaged = True
    trouble: list[str] = []
    try:
        file.forget(settings.state_dir)
    except OSError as error:
        trouble.append(f"{settings.state_dir / file.FILE_NAME} ({error.strerror})")
    trouble += forget_learned(settings.state_dir)
    if trouble:
        raise NotForgotten(f"this could not be taken away: {', '.join(trouble)}; remove it by hand")
    taken = terminal.run(taken_into_use(settings.daemon_port, linked=False))
    if options.json:
        show_json({"paired": False, "gateway": known.name if known else None})
    elif known:
        show(f'"{known.name}" is not asked any more, and what was learned from it is gone.')
        todo = f"robotvoice-gateway robots forget {quoted(known.robot)}"
        show(f"It may still know this robot; on the Mac type: {todo}")
    elif damaged:
        show("the damaged pairing is gone, and what was learned from a gateway; it may still know this robot")
        show("on the Mac type: robotvoice-gateway robots")
    else:
        show("this robot is not paired; what it had learned from a gateway is gone")
    if not (taken or options.json):
        show(IN_A_MOMENT)
    return terminal.OK


def quoted(name: str) -> str:
    """As a shell needs it."""
    import shlex

    return shlex.quote(name)
