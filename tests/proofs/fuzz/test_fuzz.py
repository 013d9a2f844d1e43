"""`make fuzz`: the cases are the same each time, and what a gateway does wrong is found."""

import asyncio
import random
from collections.abc import Callable

import numpy as np
import pytest

from proofs.fuzz.__main__ import main, quarters
from proofs.fuzz.attack_run import Found, _send_all
from proofs.fuzz.clip_files import NOT_READ, READ, damaged, others, recordings
from proofs.fuzz.hostile_requests import Case, cases, request

SPEECH = (0.1 * np.random.default_rng(1).standard_normal(24_000)).astype(np.float32)


def test_a_seed_makes_the_same_cases_of_every_kind_each_time() -> None:
    """But for the number and the time that libsndfile writes into a file."""
    made, again, another = (cases(seed, 60, 30, 20, SPEECH) for seed in (3, 3, 4))
    assert [(each.kind, len(each.data)) for each in made] == [(each.kind, len(each.data)) for each in again]
    assert [each for each in made if "clip" not in each.kind] == [
        each for each in again if "clip" not in each.kind
    ]
    assert {each.data for each in made}.isdisjoint(each.data for each in another)
    kinds = [each.kind for each in made]
    assert len(made) == 110
    assert (kinds.count("WebSocket"), sum(kind.startswith("clip") for kind in kinds)) == (30, 20)


def test_every_format_that_is_read_and_every_other_one_is_among_them() -> None:
    read, other = recordings(SPEECH), others(SPEECH)
    assert set(read) == set(READ)
    assert set(NOT_READ) < set(other)
    assert all(read.values())
    dice = random.Random(1)
    assert all(len({damaged(file, b"other", dice) for _ in range(20)}) > 10 for file in read.values())


@pytest.mark.parametrize(
    ("answer", "may_503", "is_broken"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", "", False),
        (b"HTTP/1.1 404 No\r\n\r\n", "", False),
        (b"HTTP/1.1 500 No\r\n\r\n", "", True),
        (b"HTTP/1.1 503 No\r\n\r\n", "", True),
        (b"HTTP/1.1 503 No\r\n\r\n", "away", False),
        (b"", "", True),
    ],
)
async def test_a_wrong_answer_is_found(
    monkeypatch: pytest.MonkeyPatch, answer: bytes, may_503: str, is_broken: bool
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)

    class Gateway:
        port = server.sockets[0].getsockname()[1]

        class process:
            poll: Callable[[], None] = staticmethod(lambda: None)

        class found:
            @staticmethod
            def memory_info() -> object:
                return type("", (), {"rss": 10**8})

    found = Found()
    case = Case("a kind", request("GET", "/", {}), may_503, well_formed=True)
    await _send_all(Gateway, [case], found)  # type: ignore[arg-type]  # all of one that is used
    server.close()
    assert bool(found.broken) is is_broken
    assert found.outcomes.total() == 1


def test_memory_is_compared_from_the_first_quarter_to_the_last() -> None:
    assert quarters([50, 100, 100, 100, 110, 120, 130, 140]) == (100, 135)


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_gateway_stands_a_thousand_of_them(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.chdir(str(tmp_path))
    assert main(["--seed", "7", "--http", "700", "--messages", "250", "--clips", "50"]) == 0
