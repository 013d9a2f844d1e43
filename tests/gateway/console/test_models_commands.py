"""`models pull` and `models list`, against a Hub on loopback."""

import asyncio
import importlib.util
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.models.models import pulled_models, revisions
from tests.gateway.console.fake_hub import NAME, FakeHub, fake_hub

pytestmark = [
    pytest.mark.clone,
    pytest.mark.skipif(
        importlib.util.find_spec("huggingface_hub") is None,
        reason="huggingface_hub is not installed; pip install 'robotvoice[mlx]'",
    ),
]
PERSONA = f"""name: Rook
language: en
voice: {{engine: mlx, model: {NAME}, speaker: ryan}}
fallbacks: [{{engine: espeak, voice: en}}]
"""


@dataclass
class Console:
    """The command, as its owner types it."""

    hub: FakeHub
    place: Path
    url: str

    @property
    def state(self) -> Path:
        return self.place / "state"

    @property
    def snapshot(self) -> Path:
        name = f"models--{NAME.replace('/', '--')}"
        return self.place / "hf" / "hub" / name / "snapshots" / self.hub.commit

    async def loads(self, revision: str | None) -> Path:
        """The folder that a worker finds."""
        code = (
            "import sys; from gateway.engines.mlx.worker.model_folder import model_folder; "
            "print(model_folder(sys.argv[1], sys.argv[2] or None))"
        )
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", code, NAME, revision or ""),
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[3],
            env={"PATH": os.environ["PATH"], "HF_HOME": str(self.place / "hf"), "HF_HUB_OFFLINE": "1"},
        )
        async with asyncio.timeout(50):
            said, _ = await child.communicate()
        return Path(said.decode().strip())

    async def __call__(self, *arguments: str, **environment: str) -> tuple[int, str]:
        """The exit code, and all that was said."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", "models", *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=Path(__file__).parents[3],
            env=kept | {
                "HOME": str(self.place),
                "HF_HOME": str(self.place / "hf"),
                "HF_ENDPOINT": self.url,
                "HF_HUB_DISABLE_XET": "1",
                "HF_HUB_DISABLE_TELEMETRY": "1",
                "ROBOTVOICE_STATE_DIR": str(self.state),
                "ROBOTVOICE_PERSONAS": str(self.place / "personas"),
                "ROBOTVOICE_HIDE": "*",
            } | environment,
        )  # fmt: skip
        async with asyncio.timeout(50):
            said, _ = await child.communicate()
        assert child.returncode is not None
        return child.returncode, said.decode()


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[Console]:
    (tmp_path / "personas" / "rook").mkdir(parents=True)
    (tmp_path / "personas" / "rook" / "persona.yaml").write_text(PERSONA)
    async with fake_hub() as hub:
        yield Console(hub, tmp_path, hub.url)


async def test_what_the_personas_need_is_pulled_checked_and_written_down(console: Console) -> None:
    code, said = await console("list")
    assert code == 2
    assert f"{NAME}: not pulled, for rook" in said.splitlines()
    code, said = await console("pull")
    assert code == 0, said
    assert "pulling 3 files, 12.0 MB, commit aaaaaaaaaaaa" in said
    assert "is here and complete: Qwen3-TTS Base" in said
    assert "robotvoice-gateway serve" in said
    for name, content in console.hub.files.items():
        assert (console.snapshot / name).read_bytes() == content
    assert revisions(console.state) == {NAME: console.hub.commit}
    code, said = await console("list")
    assert (code, said) == (0, f"{NAME}: here, Qwen3-TTS Base, commit aaaaaaaaaaaa, 12.0 MB, for rook\n")


async def test_a_second_pull_asks_the_hub_for_nothing(console: Console) -> None:
    await console("pull", NAME)
    console.hub.requests = 0
    code, said = await console("pull", NAME)
    assert (code, console.hub.requests) == (0, 0), said
    assert "is here already" in said


async def test_what_was_pulled_once_stays_that_commit_until_another_is_asked_for(console: Console) -> None:
    await console("pull", NAME)
    (console.snapshot / "speech_tokenizer" / "config.json").unlink()
    before, console.hub.commit = console.hub.commit, "b" * 40
    code, said = await console("pull", NAME)
    assert code == 2
    assert before in said
    code, said = await console("pull", NAME, "--revision", "main")
    assert code == 0, said
    assert pulled_models(console.state)[NAME].revision == "b" * 40


async def test_the_first_pull_decides_which_commit_is_loaded_from_then_on(console: Console) -> None:
    """Also when another program fetches a newer one into the same cache."""
    await console("pull", NAME)
    first = console.snapshot
    console.hub.commit = "b" * 40
    code, said = await console("pull", NAME, ROBOTVOICE_STATE_DIR=str(console.place / "of another"))
    assert code == 0, said
    assert console.snapshot != first
    loaded = await console.loads(revisions(console.state).get(NAME))
    assert (loaded, await console.loads(None)) == (first, console.snapshot)
    code, said = await console("pull", NAME)
    assert "is here already" in said and "commit aaaaaaaaaaaa" in said


async def test_a_connection_that_breaks_goes_on_where_it_was(console: Console) -> None:
    console.hub.cut = 1
    code, said = await console("pull", NAME)
    assert code == 0, said
    resumed = [wanted for name, wanted in console.hub.downloads if name == "model.safetensors" and wanted]
    assert resumed and resumed != ["bytes=0-"]
    assert (console.snapshot / "model.safetensors").read_bytes() == console.hub.files["model.safetensors"]


async def test_without_a_network_it_says_so_in_a_line(console: Console) -> None:
    console.url = "http://127.0.0.1:9"
    code, said = await console("pull", NAME)
    assert code == 2
    assert "could not be reached" in said.splitlines()[-1]
    assert "Traceback" not in said
    assert not pulled_models(console.state)


@pytest.mark.parametrize(
    ("arguments", "environment", "told"),
    [
        (("pull", "somebody/Nothing"), {}, "there is no model somebody/Nothing"),
        (("pull", "no name at all"), {}, "is no name on the Hub"),
        (("pull", NAME, "--revision", "c" * 40), {}, "has no commit"),
        (("pull", NAME), {"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE is set"),
    ],
)
async def test_what_cannot_be_had_is_told_in_a_line(
    console: Console, arguments: tuple[str, ...], environment: dict[str, str], told: str
) -> None:
    code, said = await console(*arguments, **environment)
    assert code == 2
    assert told in said.splitlines()[-1], said
    assert "Traceback" not in said


async def test_a_hub_that_is_broken_is_named(console: Console) -> None:
    console.hub.status = 500
    code, said = await console("pull", NAME)
    assert code == 2
    assert "answered 500" in said.splitlines()[-1], said


async def test_weights_that_came_damaged_are_removed_and_come_whole_the_next_time(console: Console) -> None:
    """Of the right length, so that only what the Hub says of their content gives them away."""
    whole = console.hub.files["model.safetensors"]
    row = console.hub._row("model.safetensors")
    console.hub._row = lambda name: row if name == "model.safetensors" else FakeHub._row(console.hub, name)  # type: ignore[method-assign] # what it promises stays
    console.hub.files["model.safetensors"] = whole[:-1] + bytes([whole[-1] ^ 1])
    code, said = await console("pull", NAME)
    assert code == 2
    assert "model.safetensors came damaged" in said.splitlines()[-1]
    assert not pulled_models(console.state)
    console.hub.files["model.safetensors"] = whole
    code, said = await console("pull", NAME)
    assert code == 0, said
    assert (console.snapshot / "model.safetensors").read_bytes() == whole


async def test_half_a_model_is_told_and_completed(console: Console) -> None:
    await console("pull", NAME)
    (console.snapshot / "model.safetensors").resolve().unlink()
    code, said = await console("list")
    assert code == 2
    assert "not complete any more" in said
    code, said = await console("pull", NAME)
    assert code == 0, said
    assert (console.snapshot / "model.safetensors").is_file()


async def test_a_model_nobody_here_can_speak_with_is_told(console: Console) -> None:
    console.hub.files["config.json"] = b'{"model_type": "parrot"}'
    code, said = await console("pull", NAME)
    assert code == 2
    assert "type parrot" in said.splitlines()[-1]
