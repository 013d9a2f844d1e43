"""One text: by the gateway if it can, else completely by the robot, in the persona's local voice."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from edge_client.settings.settings import Settings
from edge_client.speaking.robot import FileNotWritten
from robotvoice.errors import EmptyText, NothingCanSpeak, TextTooLong, UnknownVoice
from robotvoice.sound.ai_mark import INFO_CHUNK
from tests.edge_client.rig import read_wav, say
from tests.fakes.fake_gateway import SENTENCE_SECONDS, FakeGateway, running
from tests.fakes.faults import Fault

pytestmark = pytest.mark.usefixtures("no_process_is_left")

Make = Callable[..., Settings]
TEXT = "Hello there. The second sentence is a bit longer than the first one."


async def test_the_gateway_speaks(fake: FakeGateway, settings: Make, wav: Path) -> None:
    """The row says so, and the file holds what it sent and nothing else."""
    said = await say(settings(gateway=fake.address), TEXT, out=wav)
    assert " ".join(field.name for field in fields(said)) == (
        "persona text via found_by engine voice pitch rate substitute reason first_audio_ms audio_s file "
        "warnings why"
    )
    assert (said.persona, said.text, said.file) == ("vixen", TEXT, str(wav))
    assert (said.via, said.found_by, said.substitute, said.reason) == ("gateway", "address", False, None)
    assert (said.engine, said.voice, said.pitch, said.rate) == ("fake", "clone", 1, None)
    sound = read_wav(wav)
    assert (sound.rate, sound.by_the_fake_gateway) == (24_000, 1.0)
    assert sound.seconds == pytest.approx(2 * SENTENCE_SECONDS) == said.audio_s
    assert [asked.text for asked in fake.state.requests] == [
        "Hello there.",
        "The second sentence is a bit longer than the first one.",
    ]


async def test_what_the_gateway_says_of_a_persona_is_used_when_it_is_gone(settings: Make, wav: Path) -> None:
    """Also when it differs from what was shipped, also for a persona that was never heard of before."""
    own = {"engine": "espeak", "voice": "en+f5", "pitch": 33, "rate": 210}
    with running() as fake:
        vixen, ada = fake.state.personas
        fake.state.personas = ({**vixen, "local_voices": [own]}, ada)
        pinned = settings(gateway=fake.address)
        assert (await say(pinned, "One.", out=wav)).via == "gateway"
    said = await say(pinned, "Two.", out=wav)
    assert (said.via, said.voice, said.pitch, said.rate) == ("robot", "en+f5", 33, 210)
    said = await say(pinned, "Three.", "countess", out=wav)
    assert (said.via, said.persona, said.voice, said.pitch) == ("robot", "ada", "en+f2", 40)


def is_marked(wav: Path) -> bool:
    return wav.read_bytes().endswith(INFO_CHUNK)


async def test_the_same_voice_made_on_the_robot_is_no_substitute(settings: Make, wav: Path) -> None:
    """As the gateway says what makes the persona's own voice, and any other voice is one."""
    for engine, substitute in (("espeak", False), ("mlx", True)):
        with running() as fake:
            fake.state.personas = tuple({**each, "engine": engine} for each in fake.state.personas)
            pinned = settings(gateway=fake.address, state_dir=wav.parent / engine)
            assert not (await say(pinned, "One.", out=wav)).substitute
        said = await say(pinned, "Two.", out=wav)
        assert (said.via, said.voice, said.substitute) == ("robot", "en+f4", substitute)
        assert said.reason == "gateway refused the connection"


async def test_personas_that_did_not_change_are_not_written_again(
    fake: FakeGateway, settings: Make, wav: Path
) -> None:
    """A card in a robot wears out."""
    pinned = settings(gateway=fake.address)
    await say(pinned, "One.", out=wav)
    assert is_marked(wav), "it says that no human spoke it"
    before = (pinned.state_dir / "personas.json").stat()
    await say(pinned, "Two.", out=wav)
    after = (pinned.state_dir / "personas.json").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


async def test_a_name_nobody_here_knows_is_asked_of_the_gateway(
    fake: FakeGateway, settings: Make, wav: Path
) -> None:
    """By id, by alias or by the name it is shown with; one the gateway does not know either is an error."""
    for number, name in enumerate(("ada", "COUNTESS", "Ada L.")):
        pinned = settings(gateway=fake.address, state_dir=wav.parent / str(number))
        said = await say(pinned, "Good day.", name, out=wav)
        assert (said.persona, said.via) == ("ada", "gateway")
    with pytest.raises(UnknownVoice, match=r"there is no persona 'vixxen'; did you mean vixen\? There are"):
        await say(settings(gateway=fake.address), "Good day.", "vixxen", out=wav)
    assert {asked.voice for asked in fake.state.requests} == {"ada"}


async def test_without_a_gateway_the_persona_that_is_set_speaks_in_a_plain_voice(
    fake: FakeGateway, settings: Make, wav: Path
) -> None:
    """And says so, if its owner set it and nobody has told the robot its gateway's names yet.

    The gateway is not asked twice, and its failure is remembered.
    """
    fake.state.always = Fault.SILENCE
    pinned = settings(gateway=fake.address, persona="ada")
    said = await say(pinned, "Good day.", "ada", out=wav)
    assert (said.persona, said.via, said.voice, said.pitch, said.rate) == ("ada", "robot", "en", 50, 175)
    assert said.reason == (
        "a plain voice, because nobody here knows 'ada' and no gateway could be asked: "
        "gateway did not answer in time"
    )
    again = await say(pinned, "Good day.", "ada", out=wav)
    assert again.reason == said.reason
    assert fake.state.connections == 1


async def test_an_unknown_persona_is_refused_without_a_gateway_too(
    fake: FakeGateway, settings: Make, wav: Path
) -> None:
    """By the names that were shipped, and by those that were learned."""
    with pytest.raises(UnknownVoice, match=r"'vixn'; did you mean vixen\? There are gremlin, spark, vixen$"):
        await say(settings(), "Good day.", "vixn", out=wav)
    pinned = settings(gateway=fake.address, state_dir=wav.parent / "other")
    await say(pinned, "Good day.", out=wav)
    fake.state.always = Fault.HTML
    with pytest.raises(UnknownVoice, match=r"'bob'; there are vixen, ada$"):
        await say(pinned, "Good day.", "bob", out=wav)


@pytest.mark.parametrize("fault", [None, Fault.HTML])
async def test_who_names_nobody_is_answered_though_the_gateway_has_nobody_of_the_name_that_is_set(
    fake: FakeGateway, settings: Make, wav: Path, fault: Fault | None, caplog: pytest.LogCaptureFixture
) -> None:
    """With the gateway and without it; one line says who speaks instead, and what to set."""
    pinned = settings(gateway=fake.address, persona="bob")
    await say(pinned, "Good day.", "vixen", out=wav)
    fake.state.always = fault
    said = await say(pinned, "Good day.", "bob", out=wav)
    assert said.persona == "vixen"
    (told,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert told == "there is no persona 'bob', so vixen speaks; set persona to one of vixen, ada"


@pytest.mark.parametrize("name", ["", "  ", "a\x1b[2Jb", "x" * 65, "a\udcffb"])
async def test_what_cannot_be_a_name_is_refused(settings: Make, name: str) -> None:
    with pytest.raises(UnknownVoice):
        await say(settings(), "Good day.", name)


async def test_a_learned_voice_this_robot_does_not_have_is_replaced_by_a_plain_one(
    fake: FakeGateway, settings: Make, wav: Path
) -> None:
    """Silence would be worse, and the row says so."""
    local = {"engine": "espeak", "voice": "en+no-such-variant", "pitch": 50}
    fake.state.personas = ({**fake.state.personas[0], "local_voices": [local]},)
    pinned = settings(gateway=fake.address, state_dir=wav.parent / "state")
    await say(pinned, "One.", out=wav)
    fake.state.fail_next(Fault.RESET, Fault.RESET)
    said = await say(pinned, TEXT, out=wav)
    assert (said.via, said.voice, said.pitch, said.rate) == ("robot", "en", 50, 175)
    assert said.reason == (
        "gateway broke the connection, and in a plain voice, as the robot's voice for vixen gave no sound"
    )


TEXTS = {
    "NUL": "Hello\0 there.",
    "surrogates": "Hello \ud800\udfff there.",
    "right to left": "\u202e\u05e9\u05dc\u05d5\u05dd\u202c.",
    "emoji": "\N{ROBOT FACE} Hello \N{ROBOT FACE}" * 20,
    "an option": "--help",
    "markup": "# **Hello** <b>there</b>",
}


@pytest.mark.parametrize("case", TEXTS)
async def test_odd_texts_are_spoken_on_both_sides(
    fake: FakeGateway, settings: Make, wav: Path, case: str
) -> None:
    pinned = settings(gateway=fake.address)
    assert (await say(pinned, TEXTS[case], out=wav)).via == "gateway"
    fake.state.fail_next(Fault.HTML)
    assert (await say(pinned, TEXTS[case], out=wav)).via == "robot"
    assert read_wav(wav).seconds > 0.1


@pytest.mark.parametrize(
    ("text", "error"), [("", EmptyText), (" \n", EmptyText), ("a" * 100_001, TextTooLong)]
)
async def test_a_text_that_cannot_be_spoken_is_refused_before_anything_is_asked(
    fake: FakeGateway, settings: Make, text: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await say(settings(gateway=fake.address), text)
    assert fake.state.connections == 0


async def test_a_story_is_spoken_whole_however_long(fake: FakeGateway, settings: Make) -> None:
    """Its sentences are asked for one by one, so it may be far longer than a request."""
    story = "This is one more sentence of a story. " * 300
    said = await say(settings(gateway=fake.address), story)
    assert len(story) > 10_000
    assert (said.via, len(fake.state.requests)) == ("gateway", 300)
    assert said.audio_s == pytest.approx(300 * SENTENCE_SECONDS)


async def test_a_file_that_cannot_be_written_is_told(settings: Make, tmp_path: Path) -> None:
    for out in (tmp_path / "nowhere" / "said.wav", tmp_path):
        with pytest.raises(FileNotWritten, match=r"cannot be written \(.*\): choose another place"):
            await say(settings(), "Hello.", out=out)


@pytest.mark.parametrize("gateway", [None, "127.0.0.1:1"])
async def test_with_no_voice_at_all_it_says_what_to_install(
    settings: Make, wav: Path, monkeypatch: pytest.MonkeyPatch, gateway: str | None
) -> None:
    monkeypatch.setenv("PATH", str(wav.parent))
    with pytest.raises(NothingCanSpeak, match=r"nothing could speak: .*install it with: sudo apt install"):
        await say(settings(espeak="command", gateway=gateway), "Hello.", out=wav)


@pytest.mark.parametrize("state", ["a file in its place", "hostile files"])
async def test_nothing_on_disk_stops_the_speech(
    fake: FakeGateway, settings: Make, wav: Path, state: str
) -> None:
    folder = wav.parent / "robot"
    if state == "hostile files":
        folder.mkdir()
        (folder / "gateway.json").write_bytes(b"\0" * 100)
        (folder / "personas.json").mkdir()
    else:
        folder.touch()
    assert (await say(settings(gateway=fake.address, state_dir=folder), "Hello.", out=wav)).via == "gateway"
    said = await say(settings(state_dir=folder), "Hello.", out=wav)
    assert (said.via, said.voice) == ("robot", "en+f4") or state == "hostile files"


async def test_a_pinned_ipv6_address_works(settings: Make, wav: Path) -> None:
    with running(host="::1") as fake:
        said = await say(settings(gateway=fake.address), "Hello.", out=wav)
    assert (said.via, said.found_by) == ("gateway", "address")
