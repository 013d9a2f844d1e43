"""What a robot speaks: its persona's language, or the one that is asked for, by the gateway or by itself."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_client.personas.known_personas import ANY_VOICE, KnownPersona
from edge_client.personas.voices import local_voices
from edge_client.robot_hat import TTS
from edge_client.settings.settings import Settings
from edge_client.voice import InvalidArgument, Voice
from robotvoice.errors import EmptyText
from robotvoice.persona import VoiceSpec
from tests.edge_client.daemon.daemon_rig import Loudspeaker, running_daemon
from tests.edge_client.rig import Commands, say, spoken_by_vixen
from tests.fakes.fake_gateway import FakeGateway

pytestmark = pytest.mark.usefixtures("no_process_is_left")

Make = Callable[..., Settings]


async def test_the_gateway_is_asked_for_the_language(fake: FakeGateway, settings: Make) -> None:
    pinned = settings(gateway=fake.address)
    await say(pinned, "Guten Tag! Bis bald!", language="de")
    await say(pinned, "Hello.")
    await say(pinned, "Hello again.", language="en")
    assert [asked.language for asked in fake.state.requests] == ["de", "de", None, None]


async def test_a_robot_by_itself_speaks_it_in_the_persona_s_manner(settings: Make) -> None:
    """And says what it could not."""
    said = await say(settings(), "Guten Tag.", language="de")
    assert (said.engine, said.voice, said.pitch, said.rate) == ("espeak", "de+f4", 72, 135)
    said = await say(settings(), "Kamusta ka?", language="tl")
    assert (said.voice, said.via) == ("id", "robot"), "the plain voice that reads it best"
    assert spoken_by_vixen(await say(settings(), "Hello."))


async def test_what_a_robot_cannot_read_is_left_out_with_a_warning(settings: Make) -> None:
    """A4."""
    said = await say(settings(), "Now playing 夜に駆ける by a friend.")
    assert spoken_by_vixen(said)
    assert list(said.warnings) == ["Japanese is left out: no voice here reads it"]
    assert not (await say(settings(), "Привет! Καλημέρα! 你好!")).warnings
    said = await say(settings(), "One. ᠮᠣᠩᠭᠣᠯ. Three.")
    assert said.audio_s > 0.5
    assert any("left out" in each for each in said.warnings)


async def test_a_text_of_which_a_robot_reads_nothing_is_refused_and_not_told_as_spoken(
    settings: Make, wav: Path
) -> None:
    for out in (None, wav):
        with pytest.raises(EmptyText, match="nothing in the text that a voice here can read"):
            await say(settings(), "ᠮᠣᠩᠭᠣᠯ. ᠮᠣᠩᠭᠣᠯ.", out=out)


async def test_who_reads_what_the_gateway_s_voice_does_not_is_the_robot_for_that_sentence(
    fake: FakeGateway, settings: Make
) -> None:
    async def does_not_read(utterance):  # type: ignore[no-untyped-def]  # the fake's own type is private
        from robotvoice.wire import wire

        await utterance.send(wire.Unavailable(utterance.request.id, "script", "mlx does not read Greek"))

    fake.state.do_next(does_not_read)
    said = await say(settings(gateway=fake.address), "Καλημέρα, vixen. It is noon.")
    assert (said.via, said.voice) == ("robot", "en+f4"), "the last resort is told"
    assert said.reason == "on the Mac, mlx does not read Greek"
    assert [asked.text for asked in fake.state.requests] == ["Καλημέρα, vixen.", "It is noon."]


@pytest.mark.parametrize(
    ("language", "plain"),
    [("de", VoiceSpec("espeak", language="de")), ("en", VoiceSpec("espeak", language="en"))],
)
def test_the_plain_voice_speaks_the_persona_s_language(language: str, plain: VoiceSpec) -> None:
    """Y3: the robot read German in English."""
    heidi = KnownPersona("heidi", "Heidi", language, "1", local_voices=(VoiceSpec("espeak", "no such"),))
    assert local_voices(heidi)[-1] == plain
    assert local_voices(KnownPersona("x", "X", "de", "1", local_voices=(ANY_VOICE,))) == (ANY_VOICE,)


async def test_a_persona_with_a_voice_that_is_not_here_is_heard_in_its_language(
    fake: FakeGateway, settings: Make
) -> None:
    """Y3."""
    heidi = {"id": "heidi", "name": "Heidi", "language": "de", "revision": "1"}
    fake.state.personas = ({**heidi, "local_voices": [{"engine": "espeak", "voice": "deu"}]},)
    pinned = settings(gateway=fake.address)
    await say(pinned, "Hallo.", "heidi")
    fake.state.refuse_next("loading")
    said = await say(pinned, "Guten Abend.", "heidi")
    assert (said.via, said.engine, said.voice) == ("robot", "espeak", "de")


def test_the_command_takes_it_and_refuses_what_is_none(robotvoice: Commands) -> None:
    done = robotvoice("say", "Guten Tag.", "--language", "German", "--json")
    assert (done.returncode, json.loads(done.stdout)["voice"]) == (0, "de"), "of SPARK, who speaks as he does"
    done = robotvoice("say", "Hello.", "--language", "jp")
    assert done.returncode == 2
    assert "near: ja (Japanese)" in done.stderr
    assert robotvoice("say", "Hello.", "--language", "auto").returncode == 0


@pytest.mark.slow
def test_the_daemon_takes_it(robotvoice: Commands, tmp_path: Path) -> None:
    with running_daemon(robotvoice, Loudspeaker.make(tmp_path / "bin", 0.02)) as daemon:
        status, row = daemon.say("Guten Tag.", persona="vixen", language="deu", wait=True)
        assert (status, row["voice"]) == (200, "de+f4")
        status, row = daemon.say("Hello.", persona="vixen", wait=True)
        assert (status, row["voice"]) == (200, "en+f4")
        status, row = daemon.say("Hello.", language="?!", wait=True)
        assert (status, row["code"]) == (400, "invalid_message")


def test_a_program_says_what_its_voice_speaks(settings: Make, wav: Path) -> None:
    quiet = settings()
    german = Voice("vixen", language="German", settings=quiet)
    assert german.say("Hallo.", play=False, file=wav).voice == "de+f4"
    with pytest.raises(InvalidArgument, match="near: ja"):
        Voice("vixen", language="jp", settings=quiet)


def test_a_script_for_robot_hat_is_heard_in_its_language(
    settings: Make, wav: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    say_it = Voice.say

    def listening(self: Voice, *args: object, **more: object) -> object:
        said = say_it(self, *args, **more)  # type: ignore[call-overload]  # passed on
        heard.append(said.voice)
        return said

    monkeypatch.setattr(Voice, "say", listening)
    tts = TTS(persona="vixen", settings=settings())
    assert tts.tts("Hello.", wav)
    assert tts.lang("de_DE") == "de-DE"
    assert tts.tts("Guten Tag.", wav)
    tts.set_lang("x")
    assert tts.tts("Auf Wiedersehen.", wav)
    assert TTS(lang="fr-FR", persona="vixen", settings=settings()).tts("Bonjour.", wav)
    assert TTS(lang="en-US", persona="vixen", settings=settings()).tts("Hello.", wav)
    assert heard == ["en+f4", "de+f4", "de+f4", "fr+f4", "en+f4"]
