"""`robotvoice status`: why it sounds as it does today, at one look."""

import argparse
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from edge_client.commands import terminal
from edge_client.commands.options import configured, settings_of
from edge_client.pairing.strangers import where
from robotvoice.console.command_line import Commands, add_command
from robotvoice.console.output import counted, moment, show, show_json, width
from robotvoice.console.tables import sheet

if TYPE_CHECKING:
    from edge_client.settings.settings import Settings

Answer = Mapping[str, Any]

EXAMPLES = {
    "robotvoice status": "in words; without a daemon it asks the gateway itself",
    "robotvoice status --json": "the same for a program",
    "robotvoice discover": "which gateways there are",
}
EXIT_CODES = terminal.USUAL | {
    terminal.OK: "a daemon runs here, and its state was printed",
    terminal.NOTHING_SPOKE: "no daemon runs here; what can be known without one was printed",
    terminal.NOT_PLAYED: "the daemon hangs, or the result cannot be written",
}


def add_to(commands: Commands) -> None:
    add_command(commands, "status", "why it sounds as it does today", run, EXAMPLES, EXIT_CODES, configured())


def run(options: argparse.Namespace) -> int:
    terminal.run(_tell(settings_of(options), as_json=options.json))
    return terminal.OK


async def _tell(settings: "Settings", *, as_json: bool) -> None:
    """By the daemon, else by the gateway itself: then it is told, too, that there is no daemon."""
    from edge_client.daemon.daemon_client import reach_or_raise
    from edge_client.daemon.daemon_errors import NoDaemon

    try:
        async with await reach_or_raise(settings.daemon_port) as daemon:
            answer = await daemon.status()
    except NoDaemon:
        from edge_client.commands import status_alone

        alone = await status_alone.look(settings)
        show_json(alone) if as_json else show(status_alone.page(alone, width()))
        raise
    show_json(answer) if as_json else show(page(answer, width()))


def page(status: Answer, width: int | None = None) -> str:
    """One look at it answers why the robot sounds as it does; `width` is in columns of a terminal."""
    rows = sheet(list(_rows(status)), width, " ")
    # A daemon that was not started again after an update has no sentence for it.
    return f"{summary}\n\n{rows}" if (summary := status.get("summary")) else rows


def _rows(status: Answer) -> Iterator[tuple[str, str]]:
    yield "Daemon", f"version {status['version']}, since {moment(status['since'])}"
    yield from (("Settings" if not n else "", line) for n, line in enumerate(_settings(status)))
    yield "Gateway", _gateway(status["gateway"])
    if twin := status["gateway"].get("twin"):
        yield "", f"warning: {twin}"
    yield from (("Paired" if not n else "", line) for n, line in enumerate(paired(status.get("pairing"))))
    yield from _with_heading("Strangers", strangers(status.get("strangers", ())), None)
    yield "Local voice", status["local"]
    phrasebook = status["phrasebook"]
    if_none = "empty" if phrasebook["limit_bytes"] else "off"
    yield from _with_heading("Phrasebook", _phrasebook(phrasebook), if_none)
    yield from _with_heading("Consent", _consents(status), None)
    yield from _with_heading("Spoken", map(_spoken, status["spoken"]), "nothing yet")
    yield from _with_heading("Why", map(_why, status["reasons"]), None)
    yield from _with_heading("Queue", _queue(status), "empty")
    yield from _with_heading("Loudspeaker", _loudspeaker(status["loudspeaker"]), None)
    errors = (f"{moment(each['at'])}  {each['error']}" for each in reversed(status["errors"]))
    yield from _with_heading("Errors", errors, "none")


def _with_heading(heading: str, lines: Iterator[str], if_none: str | None) -> Iterator[tuple[str, str]]:
    found = list(lines) or ([if_none] if if_none else [])
    for number, line in enumerate(found):
        yield "" if number else heading, line


def _settings(status: Answer) -> Iterator[str]:
    """Only what is to be done about them; a daemon of before an update tells nothing of them."""
    told = status.get("settings", {})
    if problem := told.get("problem"):
        yield "restart needed, once their file is mended:"
        yield from problem.splitlines()
    elif changed := told.get("changed"):
        yield f"restart needed, as their file was changed: {', '.join(changed)}"
        yield "type: systemctl --user restart robotvoice (or end the daemon and start it again)"


def paired(told: Answer | None) -> Iterator[str]:
    """A daemon of before an update tells nothing of it."""
    if told is None:
        return
    if told.get("outdated"):
        yield "this was changed just now; the daemon takes it into use in a moment, when nobody speaks"
    elif told["paired"]:
        yield f"with {told['gateway']}, which calls this robot {told['robot']}"
    else:
        yield told["problem"] or "with no gateway: only one on this machine is asked"


def strangers(told: Iterable[Answer]) -> Iterator[str]:
    """A line for all addresses of one name."""
    by_name: dict[str | None, list[Answer]] = {}
    for each in told:
        by_name.setdefault(each["name"], []).append(each)
    for name, same in by_name.items():
        place = where([each["address"] for each in same])
        who = f"{place} ({name})" if name else place
        answers = any(each["how"] == "certificate" for each in same)
        how = "answers in the place of" if answers else "has the name of"
        seen = moment(max(each["seen"] for each in same))
        yield f"{who} {how} the paired gateway, last seen {seen}: it gets no text"


def _gateway(gateway: Answer) -> str:
    where = gateway["address"]
    if where is None:
        return f"none known since {moment(gateway['since'])}: {gateway['reason']}"
    if gateway["ready"]:
        return f"{where}, there since {moment(gateway['since'])}"
    seen = f", last seen {moment(gateway['last_seen'])}" if gateway["last_seen"] else ", never seen yet"
    return f"{where}, away since {moment(gateway['since'])}: {gateway['reason']}{seen}"


def _phrasebook(told: Answer) -> Iterator[str]:
    for each in told["personas"]:
        phrases = counted(each["phrases"], "phrase") + ("" if each["complete"] else ", not all of them yet")
        kept = f", {counted(each['kept'], 'sentence')} heard often" if each["kept"] else ""
        yield f"{each['persona']}: {phrases}{kept}"
    if told["personas"]:
        pulled = f", last pulled at {moment(told['last_pull'])}" if told["last_pull"] else ""
        yield f"{told['bytes'] / 1e6:.1f} of {told['limit_bytes'] / 1e6:.0f} MB{pulled}"
    if told["pulling"]:
        yield f"{told['pulling']} is being pulled"
    if told["problem"]:
        yield f"not up to date: {told['problem']}"


def _consents(status: Answer) -> Iterator[str]:
    """Of voices with a last day, and of all while the gateway, which could name another one, is away."""
    for each in status.get("consents", []):
        if each["ended"]:
            yield f"{each['persona']}: its cloned voice is not used, as {each['ended']}"
        elif each["until"] and (each["consent_until"] or not status["gateway"]["ready"]):
            yield f"{each['persona']}: its cloned voice may be used until {each['until']}"


def _spoken(row: Answer) -> str:
    if row["stored"]:
        return f"{counted(row['sentences'], 'sentence')} from the phrasebook, made with {row['engine']}"
    who = "the gateway" if row["via"] == "gateway" else "the robot itself"
    return f"{counted(row['sentences'], 'sentence')} by {who}, with {row['engine']}"


def _why(row: Answer) -> str:
    sentences = counted(row["sentences"], "sentence")
    return f"{sentences} not by the gateway, last at {moment(row['last'])}: {row['reason']}"


def _queue(status: Answer) -> Iterator[str]:
    if now := status["speaking"]:
        yield f"speaking: {_line(now)}"
    for waiting in status["waiting"]:
        yield f"waiting: {_line(waiting)}"


def _line(line: Answer) -> str:
    return f"{line['id']}, {line['persona']}, {line['priority']}, {counted(line['sentences'], 'sentence')}"


def _loudspeaker(told: Answer) -> Iterator[str]:
    said = f"{told['player']}" + (f" on {told['device']}" if told["device"] else "")
    if card := told["card"]:
        said += f" (card {card['number']}, {card['name']})"
    elif told["sink"]:
        said += f" ({told['sink']})"
    if told["mixer"]:
        said += f", mixer {told['mixer']}"
    if told["lead_in_s"]:
        said += f", woken by {told['lead_in_s']:g} s of silence"
    if told["underruns"]:
        said += f", {counted(told['underruns'], 'underrun')}, {told['pre_buffer_ms']} ms held back"
    if told["earcons"]:
        said += f", {counted(told['earcons'], 'text')} ended with an earcon"
    yield ": ".join(filter(None, (said, told["problem"], told["before"])))
    if told["what_to_do"]:
        yield told["what_to_do"]
