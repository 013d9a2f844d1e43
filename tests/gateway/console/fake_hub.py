"""A Hub on loopback with one model: what its client asks for, over a real socket."""

import hashlib
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NAME = "somebody/Tiny-TTS"
WEIGHTS = 12_000_000
CUT_AT = 11_000_000
"""The Hub's client writes ten megabytes at a time, and what it has not written it fetches again"""
CONFIG = {"model_type": "qwen3_tts", "tts_model_type": "base", "tts_model_size": "0b6"}


@dataclass
class FakeHub:
    """Every request is written down; `cut` breaks that many downloads of the weights in the middle."""

    files: dict[str, bytes] = field(default_factory=dict)
    commit: str = "a" * 40
    port: int = 0
    cut: int = 0
    status: int | None = None
    """Answers everything with this"""
    downloads: list[tuple[str, str | None]] = field(default_factory=list)
    """File and Range of each"""
    requests: int = 0

    def __post_init__(self) -> None:
        self.files = {
            "config.json": json.dumps(CONFIG).encode(),
            "model.safetensors": random.Random(1).randbytes(WEIGHTS),
            "speech_tokenizer/config.json": b"{}",
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._count])
        app.router.add_get(f"/api/models/{NAME}/revision/{{revision}}", self._info)
        app.router.add_get(f"/api/models/{NAME}/tree/{{revision}}", self._tree)
        app.router.add_route("*", f"/{NAME}/resolve/{{revision}}/{{file:.+}}", self._file)
        return app

    @web.middleware
    async def _count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.requests += 1
        if self.status:
            return web.Response(status=self.status)
        try:
            return await handler(request)
        except web.HTTPNotFound:
            return web.Response(status=404, headers={"X-Error-Code": "RepoNotFound"})

    def _row(self, name: str) -> dict[str, object]:
        content = self.files[name]
        row: dict[str, object] = {"size": len(content), "blobId": hashlib.sha1(content).hexdigest()}
        if name.endswith(".safetensors"):
            row["lfs"] = {
                "sha256": hashlib.sha256(content).hexdigest(),
                "size": len(content),
                "pointerSize": 1,
            }
        return row

    async def _info(self, request: web.Request) -> web.Response:
        if request.match_info["revision"] not in ("main", self.commit):
            return web.Response(status=404, headers={"X-Error-Code": "RevisionNotFound"})
        siblings = [{"rfilename": name, **self._row(name)} for name in self.files]
        return web.json_response({"id": NAME, "sha": self.commit, "siblings": siblings})

    async def _tree(self, request: web.Request) -> web.Response:
        rows = []
        for name in self.files:
            row = self._row(name)
            lfs = row.get("lfs")
            more = (
                {"lfs": {"oid": lfs["sha256"], "size": lfs["size"], "pointerSize": 1}}
                if isinstance(lfs, dict)
                else {}
            )
            rows.append({"type": "file", "path": name, "size": row["size"], "oid": row["blobId"], **more})
        return web.json_response(rows)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["file"]
        content = self.files[name]
        etag = hashlib.sha256(content).hexdigest()
        headers = {"ETag": f'"{etag}"', "X-Repo-Commit": self.commit, "Accept-Ranges": "bytes"}
        if request.method == "HEAD":
            return web.Response(headers=headers | {"Content-Length": str(len(content))})
        wanted = request.headers.get("Range")
        self.downloads.append((name, wanted))
        start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
        if wanted:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        body = content[start:]
        answer = web.StreamResponse(status=206 if wanted else 200, headers=headers)
        answer.content_length = len(body)
        await answer.prepare(request)
        if self.cut and name == "model.safetensors":
            self.cut -= 1
            await answer.write(body[:CUT_AT])
            assert request.transport
            request.transport.close()
            return answer
        await answer.write(body)
        return answer


@asynccontextmanager
async def fake_hub() -> AsyncIterator[FakeHub]:
    hub = FakeHub()
    runner = web.AppRunner(hub.app(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        hub.port = runner.addresses[0][1]
        yield hub
    finally:
        await runner.cleanup()
