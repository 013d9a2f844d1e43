"""`robotvoice-gateway persona check [ID]`, `new NAME CLIP` and `remove NAME`: how they are typed."""

import argparse
import asyncio
import datetime
from pathlib import Path

from gateway.console.options import DEFAULT_MODEL, Load, with_personas
from robotvoice.console.command_line import Commands, add_actions, add_command

CHECK_EXAMPLES = {
    "robotvoice-gateway persona check": "all of them",
    "robotvoice-gateway persona check nova": "one",
}
NEW_EXAMPLES = {
    "robotvoice-gateway persona new nova clip.wav --transcript words.txt \\\n"
    '      --granted-by "its owner" --scope home': "a cloned voice",
}
REMOVE_EXAMPLES = {
    "robotvoice-gateway persona remove nova": "it says what would go, and asks",
    "robotvoice-gateway persona remove nova --yes": "without asking",
}
EXIT_CODES = {
    0: "nothing is wrong",
    1: "something broke, or the result cannot be written",
    2: "something cannot be used: a persona, a recording, the command line or a setting",
}


def add_to(commands: Commands) -> None:
    about = "check the personas, make one from a recording, or remove one"
    examples = CHECK_EXAMPLES | NEW_EXAMPLES | REMOVE_EXAMPLES
    actions = add_actions(commands, "persona", about, examples, EXIT_CODES)
    about, common = "say what is good and bad about each persona", with_personas()
    check = add_command(actions, "check", about, _check, CHECK_EXAMPLES, EXIT_CODES, common)
    check.add_argument("id", nargs="?", metavar="ID", help="only this one")
    about = "make a persona from a recording of its voice"
    new = add_command(actions, "new", about, _new, NEW_EXAMPLES, EXIT_CODES, common)
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
    about = "erase a persona and all that was made of its voice here"
    remove = add_command(actions, "remove", about, _remove, REMOVE_EXAMPLES, EXIT_CODES, with_personas())
    remove.add_argument("persona_name", metavar="NAME", help="its id, name or alias")
    remove.add_argument("--yes", action="store_true", help="do not ask")


def _check(options: argparse.Namespace, load: Load) -> int:
    from gateway.console.persona.persona_check import check_personas

    return asyncio.run(check_personas(load(), options.id))


def _new(options: argparse.Namespace, load: Load) -> int:
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
    return asyncio.run(make_persona(wanted, load()))


def _remove(options: argparse.Namespace, load: Load) -> int:
    from gateway.console.persona.persona_remove import remove_persona

    return remove_persona(options.persona_name, load(), sure=options.yes)
