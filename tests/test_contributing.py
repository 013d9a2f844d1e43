"""What CONTRIBUTING says of where a new one goes is true: its lines are followed in a copy of the tree."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from proofs.rig.program import environment
from tests.gateway.process import started
from tests.test_architecture import DATA, PACKAGES, ROOT

ENGINE = """
import array
from collections.abc import AsyncGenerator

from robotvoice.engines.base import EngineBase
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk, Origin
from robotvoice.utterance import Sentence


class ChimeEngine(EngineBase):
    name = "chime"
    description = "rings"
    first_audio_cap = 1.0

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        samples = array.array("h", [4000, -4000] * 12_000)
        yield AudioChunk(samples.tobytes(), WIRE_FORMAT, Origin(self.name, voice.voice))
"""
PERSONA = "name: Bell\nlanguage: en\nmood: merry\nvoice: {engine: chime, voice: brass, whisper: true}\n"
ROUTE = """
from aiohttp import web


async def hello(request: web.Request) -> web.Response:
    return web.json_response({"hello": "there"})
"""
COMMAND = """
import argparse

from edge_client.commands import terminal
from edge_client.commands.options import configured
from robotvoice.console.command_line import Commands, add_command
from robotvoice.console.output import show


def add_to(commands: Commands) -> None:
    examples = {"robotvoice wave": "waves"}
    add_command(commands, "wave", "wave with an arm", run, examples, terminal.USUAL, configured())


def run(options: argparse.Namespace) -> int:
    show("waved")
    return terminal.OK
"""
GATEWAY_COMMAND = """
import argparse

from gateway.console.options import Load, with_personas
from robotvoice.console.command_line import Commands, add_command


def add_to(commands: Commands) -> None:
    examples = {"robotvoice-gateway nod": "nods"}
    add_command(commands, "nod", "nod once", run, examples, {0: "nodded"}, with_personas())


def run(options: argparse.Namespace, load: Load) -> int:
    print("nodded", load().port)
    return 0
"""
GATEWAY_CHECK = """

def _clock() -> Check:
    return Check("clock", "warn", "it is late", "wind it")
"""
ROBOT_CHECK = """

def _arm(settings: Settings) -> Check:
    return Check("arm", "ok", f"{settings.nickname} has one")
"""
DIALECT = """

def _shout(asked: UpstreamRequest) -> Fields:
    return {"loud": asked.text.upper()}


"""
ASK = """
import asyncio, json
from edge_client.doctor.doctor_checks import findings
from edge_client.settings.settings import load_settings
from gateway.clips.recording_checks import CHECKS
from gateway.engines.upstream.dialects import DIALECTS, UpstreamRequest
from gateway.engines.upstream.upstream_settings import UpstreamSettings
from gateway.settings.settings import load_settings as of_gateway
from robotvoice.languages import language_of
from robotvoice.persona import UpstreamVoice
from robotvoice.text.numbers import spoken_numbers

upstream = UpstreamSettings(url="http://127.0.0.1:1", dialect="shout")
asked = UpstreamRequest("hi", "nova", UpstreamVoice("key"), None, "pcm")
robot = load_settings(player="none")
print(json.dumps({
    "dialect": DIALECTS[upstream.dialect].fields(asked),
    "robot's setting": robot.nickname,
    "robot's doctor": [each.found for each in asyncio.run(findings(robot)) if each.name == "arm"],
    "gateway's setting": of_gateway().greeting,
    "voice's key": of_gateway().persona_sources.load().personas["bell"].voice.whisper,
    "recordings": [check.says(None, 0.0) for check in CHECKS if check.code == "sung"],
    "language": language_of("Klingon").code,
    "numbers": spoken_numbers("3 casas", "tlh"),
}))
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table."""

    text: str
    paths: frozenset[str]
    """A folder ends in a slash"""
    names: frozenset[str]
    """What is to be found in one of these"""

    def files(self) -> list[Path]:
        found = [ROOT / path for path in self.paths]
        return [file for path in found for file in (path.rglob("*.py") if path.is_dir() else [path])]


def lines(page: str, heading: str) -> dict[str, Line]:
    """The rows of a table by their first cell; the last cells say where things are."""
    table = (ROOT / page).read_text("utf-8").partition(heading)[2].partition("\n\n")[0]
    found = {}
    for row in table.splitlines()[2:]:
        what, *rest = (cell.strip() for cell in row.strip("|").split("|"))
        ticked = re.findall(r"`([^`]+)`", " ".join(rest))
        paths = frozenset(each for each in ticked if "/" in each and each[0] != "/")
        found[what.strip("*").replace("`", "")] = Line(
            row, paths, frozenset(each for each in ticked if "/" not in each)
        )
    return found


LINES = lines("CONTRIBUTING.md", "| to add |")
TERMS = lines("docs/glossary.md", "| term |")


@dataclass(slots=True)
class Copy:
    """The product in a folder of its own, to which one of each is added."""

    root: Path
    line: Line = field(default_factory=lambda: Line("", frozenset(), frozenset()))
    """The one that is followed: no other file may be touched"""

    def following(self, what: str) -> "Copy":
        return Copy(self.root, LINES[what])

    def _file(self, path: str) -> Path:
        assert any(path == each or (each[-1] == "/" and path.startswith(each)) for each in self.line.paths), (
            path
        )
        return self.root / path

    def write(self, path: str, text: str) -> None:
        file = self._file(path)
        assert not file.exists()
        file.write_text(text, "utf-8")

    def import_(self, path: str, statement: str) -> None:
        self.replace(path, r"(?m)^from ", f"{statement}\nfrom ")

    def replace(self, path: str, pattern: str, by: str) -> None:
        """The first place of it."""
        file = self._file(path)
        text, times = re.subn(pattern, lambda _: by, file.read_text("utf-8"), count=1)
        assert times, (path, pattern)
        file.write_text(text, "utf-8")

    def behind(self, path: str, pattern: str, added: str) -> None:
        text = self._file(path).read_text("utf-8")
        found = re.search(pattern, text)
        assert found, (path, pattern)
        self._file(path).write_text(text[: found.end()] + added + text[found.end() :], "utf-8")

    def name_in(self, path: str, name: str, entry: str) -> None:
        """Puts `entry` first into what this name stands for, or into the first list of this function."""
        assert name in self.line.names, name
        self.behind(
            path,
            rf'(?ms)^{name}\b.*?= ?(?:\w+\(?)?(?:[\[({{]|""")\n?|^(?:async )?def {name}\(.*?[\[({{]\n',
            entry,
        )


def add_one_of_each(copy: Copy) -> None:
    engine = copy.following("an engine of the gateway")
    engine.write("gateway/engines/chime_engine.py", ENGINE)
    engine.import_("gateway/engines/engine_parts.py", "from gateway.engines.chime_engine import ChimeEngine")
    engine.name_in("gateway/engines/engine_parts.py", "parts_of", '        "chime": ChimeEngine(),\n')
    schema = "gateway/personas/voice_schema.py"
    engine.name_in(schema, "ENGINES", '"chime", ')
    engine.name_in(schema, "VOICES", '    "chime": EspeakVoice,\n')
    engine.name_in(schema, "VoiceBlock", '    Annotated[EspeakVoice, Tag("chime")] |\n')

    dialect = copy.following("a dialect of upstreams")
    dialect.replace("gateway/engines/upstream/dialects.py", "(?m)^DIALECTS", f"{DIALECT}DIALECTS")
    dialect.name_in("gateway/engines/upstream/dialects.py", "DIALECTS", '    "shout": Dialect(_shout),\n')
    dialect.name_in("gateway/engines/upstream/upstream_settings.py", "DialectName", '"shout", ')

    route = copy.following("a door, such as a route")
    route.write("gateway/api/hello.py", ROUTE)
    route.import_("gateway/routes.py", "from gateway.api import hello")
    route.name_in("gateway/routes.py", "ROUTES", '    (web.get("/hello", hello.hello), KNOWN),\n')

    command = copy.following("a command of the robot")
    command.write("edge_client/commands/wave.py", COMMAND)
    command.import_("edge_client/cli.py", "from edge_client.commands import wave")
    command.name_in("edge_client/cli.py", "COMMANDS", "wave, ")

    command = copy.following("a command of the gateway")
    command.write("gateway/console/nod.py", GATEWAY_COMMAND)
    command.import_("gateway/cli.py", "from gateway.console import nod")
    command.name_in("gateway/cli.py", "COMMANDS", "nod, ")

    key = copy.following("a key of persona.yaml")
    schema = "gateway/personas/persona_schema.py"
    key.behind(
        schema, r"class PersonaFile\(Block\):\n", '    mood: str = Field(default="", description="a word")\n'
    )
    key.behind(schema, r"numbers=self\.numbers,\n", "            mood=self.mood,\n")
    key.behind("robotvoice/persona.py", r"(?s)class Persona:.*?numbers: .*?\n", '    mood: str = ""\n')
    key.behind("gateway/api/personas.py", r'"numbers": .*\n', '        "mood": persona.mood,\n')

    key = copy.following("a key of a voice")
    schema = "gateway/personas/voice_schema.py"
    key.replace(
        schema,
        r"    pitch: int",
        '    whisper: bool = Field(default=False, description="true")\n    pitch: int',
    )
    key.replace(
        schema,
        r"self\.volume, tuple\(self\.lexicon\.items\(\)\)",
        "self.volume, tuple(self.lexicon.items()), whisper=self.whisper",
    )
    key.behind(
        "robotvoice/persona.py",
        r"(?s)class VoiceSpec:.*?volume: .*?\n",
        "    whisper: bool = field(default=False, kw_only=True)\n",
    )

    check = copy.following("a check of the gateway's doctor")
    check.name_in("gateway/console/doctor_checks.py", "everyday_checks", "        _clock(),\n")
    check.behind("gateway/console/doctor_checks.py", r"\Z", GATEWAY_CHECK)

    finding = copy.following("a check of the robot's doctor")
    finding.name_in("edge_client/doctor/doctor_checks.py", "findings", "            _arm(settings),\n")
    finding.behind("edge_client/doctor/doctor_checks.py", r"\Z", ROBOT_CHECK)

    recordings = copy.following("a check of recordings")
    row = (
        '    ClipCheck("sung", lambda heard: heard.seconds, lambda heard, value: "it is sung", "our own"),\n'
    )
    recordings.name_in("gateway/clips/recording_checks.py", "CHECKS", row)

    setting = copy.following("a setting of the robot")
    file = "edge_client/settings/settings.py"
    setting.behind(file, r'(?s)class Settings:\n.*?""".*?"""\n', '\n    nickname: str = ""\n')
    setting.name_in(file, "_PARSERS", '    "nickname": setting_values.text,\n')

    setting = copy.following("a setting of the gateway")
    setting.replace("gateway/settings/settings.py", r"(?m)^    host: ", '    greeting: str = ""\n    host: ')

    language = copy.following("a language")
    language.name_in("robotvoice/languages.py", "_TABLE", "tlh|tlh|Klingon|Latin; ")
    numbers = copy.following("… whose numbers become words")
    words = "from robotvoice.text.numbers.others.es import TONGUE\n\n__all__ = ['TONGUE']\n"
    numbers.write("robotvoice/text/numbers/others/tlh.py", words)
    numbers.name_in("robotvoice/text/numbers/written_out.py", "_TONGUES", '    "tlh": "others.tlh",\n')
    numbers.name_in("robotvoice/text/numbers/__init__.py", "LANGUAGES", '"tlh", ')


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("copy")
    for name in (*PACKAGES, *DATA):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    add_one_of_each(Copy(root))
    return root


def variables(grown: Path, home: Path, **more: str) -> dict[str, str]:
    (home / "personas" / "bell").mkdir(parents=True)
    (home / "personas" / "bell" / "persona.yaml").write_text(PERSONA)
    own = {
        "PYTHONPATH": str(grown),
        "ROBOTVOICE_PERSONAS": str(home / "personas"),
        "ROBOTVOICE_DAEMON_PORT": "0",
    }
    return environment(home, **own, **more)


def typed(env: Mapping[str, str], home: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=home, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == "", done.stderr
    return done.stdout


@pytest.mark.parametrize("line", (LINES | TERMS).values(), ids=[*LINES, *TERMS])
def test_each_line_names_files_that_are_there_and_hold_what_it_names(line: Line) -> None:
    assert line.paths and not [path for path in line.paths if not (ROOT / path).exists()]
    texts = [file.read_text("utf-8") for file in line.files()]
    for name in line.names - {"persona.yaml"}:
        word = re.escape(name).replace("…", r"\w+")
        assert any(re.search(rf"\b{word}\b", text) for text in texts), name


async def test_a_new_engine_key_and_door_work_as_their_lines_say(grown: Path, tmp_path: Path) -> None:
    async with started(tmp_path, env=variables(grown, tmp_path)) as gateway:
        rung = await gateway.ask("/synthesize?text=Hello.&voice=bell")
        assert (rung.status, rung.headers["X-Voice-Engine"], rung.frames) == (200, "chime", 24_000)
        assert rung.headers["X-Voice-Substitute"] == "none"
        assert (await gateway.ask("/v1/personas/bell")).json["mood"] == "merry"
        assert (await gateway.ask("/hello")).json == {"hello": "there"}


@pytest.mark.slow
def test_a_new_command_and_check_work_as_their_lines_say(grown: Path, tmp_path: Path) -> None:
    env = variables(grown, tmp_path)
    assert typed(env, tmp_path, "-m", "edge_client", "wave") == "waved\n"
    assert typed(env, tmp_path, "-m", "gateway", "nod") == "nodded 7860\n"
    checks = json.loads(typed(env, tmp_path, "-m", "gateway", "doctor", "--port", "0", "--json"))
    assert {
        "name": "clock",
        "state": "warn",
        "found": "it is late",
        "todo": "wind it",
        "figures": {},
    } in checks


def test_a_new_setting_dialect_and_language_work_as_their_lines_say(grown: Path, tmp_path: Path) -> None:
    more = {"ROBOTVOICE_NICKNAME": "Rusty", "ROBOTVOICE_GREETING": "ahoy"}
    assert json.loads(typed(variables(grown, tmp_path, **more), tmp_path, "-c", ASK)) == {
        "dialect": {"loud": "HI"},
        "robot's setting": "Rusty",
        "robot's doctor": ["Rusty has one"],
        "gateway's setting": "ahoy",
        "voice's key": True,
        "recordings": ["it is sung"],
        "language": "tlh",
        "numbers": "tres casas",
    }


def test_a_commit_and_continuous_integration_check_what_make_checks() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    recipe = makefile.partition("\ncheck:")[2].partition("\n\n")[0]
    told = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    hooks = [hook for repo in told["repos"] for hook in repo["hooks"]]
    assert {repo["repo"] for repo in told["repos"]} == {"local"}, "the tools of .venv, none that is fetched"
    assert len(hooks) == recipe.count("$(BIN)python -m")
    for hook in hooks:
        tool, *words = hook["entry"].removeprefix(".venv/bin/").split()
        assert f"-m {' '.join([tool, *words[:1]])}" in recipe, hook["entry"]
    jobs = yaml.safe_load((ROOT / ".github/workflows/check.yml").read_text("utf-8"))["jobs"]
    runs = {name: [step.get("run", "") for step in job["steps"]] for name, job in jobs.items()}
    assert (runs["linux"][-1], runs["macos"][-1]) == (".ci/run", "make check test")
