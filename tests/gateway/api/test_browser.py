"""A real browser looks at a page that wants the family's voice: nothing is let out to it."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from robotvoice.http.runner import Runner
from tests.gateway.in_process import running

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PAGE = """<!doctype html><title>a page</title><script>
const at = "http://127.0.0.1:" + location.search.slice(1), told = {};
const named = location.hostname.startsWith("ui");
const read = async (name, target, how) => {
  try { const got = await fetch(at + target, how); told[name] = (await got.text()).length; }
  catch (error) { told[name] = 0; }
};
const hear = () => new Promise(done => {
  const sound = new Audio();
  if (named) sound.crossOrigin = "anonymous";
  sound.src = at + "/synthesize?text=Hello.";
  sound.onloadedmetadata = () => { told.sound = 1; done(); };
  sound.onerror = () => { told.sound = 0; done(); };
});
const talk = () => new Promise(done => {
  const socket = new WebSocket(at.replace("http", "ws") + "/ws/tts");
  socket.onopen = () => { told.socket = 1; socket.close(); done(); };
  socket.onerror = () => { told.socket = 0; done(); };
});
(async () => {
  await read("personas", "/v1/personas", {});
  await read("speech", "/v1/audio/speech", {method: "POST",
    headers: {"Content-Type": "application/json"}, body: JSON.stringify({input: "Hello."})});
  await hear(); await talk();
  await fetch("/told", {method: "POST", body: JSON.stringify(told)});
})();
</script>"""


@dataclass
class Site:
    """Somebody's page, which tells him what it got; behind its `?` stands the gateway's port."""

    port: int = 0
    told: asyncio.Queue[dict[str, int]] = field(default_factory=asyncio.Queue)

    async def page(self, _: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def hear(self, request: web.Request) -> web.Response:
        self.told.put_nowait(await request.json())
        return web.Response()


@asynccontextmanager
async def site() -> AsyncIterator[Site]:
    app, owner = web.Application(), Site()
    app.add_routes([web.get("/", owner.page), web.post("/told", owner.hear)])
    runner = Runner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        owner.port = runner.addresses[0][1]
        yield owner
    finally:
        await runner.cleanup()


@asynccontextmanager
async def browser(folder: Path, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """It takes *.example for this machine."""
    assert CHROMIUM
    process = await asyncio.create_subprocess_exec(
        *(CHROMIUM, *QUIET, f"--user-data-dir={folder}", "--host-resolver-rules=MAP *.example 127.0.0.1"),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(60):
            yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def got(folder: Path, owner: Site, name: str, gateway: int) -> dict[str, int]:
    url = f"http://{name}:{owner.port}/?{gateway}"
    async with browser(folder, "--remote-debugging-port=0", url):
        return await owner.told.get()


async def test_a_page_of_another_site_gets_nothing(tmp_path: Path) -> None:
    """Nor does one that this machine serves at another port."""
    async with site() as owner, running() as gateway:
        for name in ("evil.example", "localhost", "127.0.0.1"):
            told = await got(tmp_path / name, owner, name, gateway.port)
            assert told == {"personas": 0, "speech": 0, "sound": 0, "socket": 0}


async def test_a_page_whose_name_leads_here_gets_nothing(tmp_path: Path) -> None:
    async with running() as gateway:
        url = f"http://evil.example:{gateway.port}/v1/personas"
        async with browser(tmp_path, "--dump-dom", url) as process:
            shown, _ = await process.communicate()
        assert b"wrong_host" in shown and b"spark" not in shown


async def test_a_page_that_the_owner_named_gets_all(tmp_path: Path) -> None:
    """The control."""
    async with site() as owner, running(origins=(f"http://ui.example:{owner.port}",)) as gateway:
        told = await got(tmp_path, owner, "ui.example", gateway.port)
        assert min(told["personas"], told["speech"]) > 100
        assert (told["sound"], told["socket"]) == (1, 1)
