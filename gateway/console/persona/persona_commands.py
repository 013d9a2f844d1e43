"""`robotvoice-gateway persona check [ID]` and `persona new NAME CLIP`: how they are typed."""

import argparse
import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from robotvoice.console.help_page import HelpPage, page_end

if TYPE_CHECKING:  # A base installation must be able to show the help.
    from gateway.settings.settings import Settings

DEFAULT_MODEL = "mlx-community/Qwen3-TTS-12Hz-0.6B-Base-8bit"
CHECK_EXAMPLES = {
    "robotvoice-gateway persona check": "all of them",
    "robotvoice-gateway persona check nova": "one",
}
NEW_EXAMPLES = {
    "robotvoice-gateway persona new nova clip.wav --transcript words.txt \\\n"
    '      --granted-by "its owner" --scope home': "a cloned voice",
}
EXIT_CODES = {
    0: "nothing is wrong",
    1: "something broke, or the result cannot be written",
    2: "something cannot be used: a persona, a recording, the command line or a setting",
}


def add_persona_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Puts `persona` among the commands."""
    persona = commands.add_parser(
        "persona",
        help="check the personas, or make one from a recording",
        epilog=page_end(CHECK_EXAMPLES | NEW_EXAMPLES, EXIT_CODES),
        formatter_class=HelpPage,
    )
    actions = persona.add_subparsers(dest="action", metavar="ACTION")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="FILE", help="the settings file (TOML)")
    common.add_argument(
        "--personas", type=Path, metavar="FOLDER", help="a folder of personas, besides the shipped ones"
    )
    check = actions.add_parser(
        "check",
        parents=[common],
        help="say what is good and bad about each persona",
        epilog=page_end(CHECK_EXAMPLES, EXIT_CODES),
        formatter_class=HelpPage,
    )
    check.add_argument("id", nargs="?", metavar="ID", help="only this one")
    new = actions.add_parser(
        "new",
        parents=[common],
        help="make a persona from a recording of its voice",
        epilog=page_end(NEW_EXAMPLES, EXIT_CODES),
        formatter_class=HelpPage,
    )
    new.add_argument("persona_name", metavar="NAME", help="the persona's name")
    new.add_argument("clip", type=Path, metavar="CLIP", help="10 to 15 s of speech, as a sound file")
    new.add_argument(
        "--transcript", metavar="TEXT|FILE", help="the exact words of the clip, or a file of them"
    )
    new.add_argument("--granted-by", required=True, metavar="WHO", help="who allows the use of this voice")
    new.add_argument("--scope", required=True, metavar="WHAT", help="what the voice may be used for")
    new.add_argument("--subject", metavar="WHO", help="whose voice, if not the granter's")
    new.add_argument("--relationship", metavar="WHAT", help="how the two are related")
    new.add_argument("--guardian", metavar="WHO", help="who agreed in place of a child or a ward")
    new.add_argument("--expires", metavar="DAY", help="the last day it may be used, such as 2030-12-31")
    new.add_argument("--language", default="en", metavar="NAME", help="its language: en-GB, deu, German (en)")
    new.add_argument(
        "--model", default=DEFAULT_MODEL, help=f"the model that makes the voice ({DEFAULT_MODEL})"
    )


async def run_persona_command(options: argparse.Namespace, settings: "Settings") -> int:
    """Returns the exit code. Raises InvalidPersona and InvalidClip."""
    if options.action == "check":
        from gateway.console.persona.persona_check import check_personas

        return await check_personas(settings, options.id)
    from gateway.console.persona.persona_new import NewPersona, make_persona

    today = datetime.date.today().isoformat()
    wanted = NewPersona(
        name=options.persona_name,
        clip=options.clip,
        transcript=options.transcript,
        language=options.language,
        model=options.model,
        consent={
            "subject": options.subject or options.granted_by,
            "granted_by": options.granted_by,
            "scope": options.scope,
            "relationship": options.relationship,
            "guardian": options.guardian,
            "date": today,
            "expires": options.expires,
        },
    )
    return await make_persona(wanted, settings)
