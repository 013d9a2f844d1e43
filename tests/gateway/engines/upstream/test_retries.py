"""A request that brought nothing is sent once more, seldom; one that brought a byte never is."""

import pytest

from gateway.engines.upstream.http_call import RetryBudget
from tests.fakes.fake_upstream import (
    CHUNK,
    PCM,
    Behaviour,
    answers,
    hangs,
    head,
    running,
    speaks,
    vanishes,
    writes,
)
from tests.gateway.engines.upstream.listening import listen, upstream

BEFORE_A_BYTE: dict[str, Behaviour] = {
    "reset": vanishes,
    "closed": writes(b""),
    "500": answers("500 Internal Server Error", "text/plain", b"oh"),
    "503 without a time": answers("503 Service Unavailable", "text/plain", b"oh"),
    "a head and no more": writes(head()),
    "a head and a length": writes(head("200 OK", "audio/pcm", "Content-Length: 1000")),
}


@pytest.mark.parametrize("fault", BEFORE_A_BYTE)
async def test_what_brought_nothing_is_tried_once_more(fault: str) -> None:
    async with running(BEFORE_A_BYTE[fault]) as fake, upstream(fake) as engine:
        heard = await listen(engine)
    assert (heard.problem, heard.pcm, len(fake.requests)) == (None, PCM, 2)
    assert fake.requests[0].fields == fake.requests[1].fields


@pytest.mark.parametrize("fault", BEFORE_A_BYTE)
async def test_twice_is_enough(fault: str) -> None:
    async with running() as fake, upstream(fake) as engine:
        fake.always = BEFORE_A_BYTE[fault]
        heard = await listen(engine)
    assert heard.reason in {"unreachable", "refused", "cut"}
    assert len(fake.requests) == 2


async def test_after_the_first_byte_nothing_is_sent_again() -> None:
    async with running(writes(head() + b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK))) as fake:
        async with upstream(fake) as engine:
            assert (await listen(engine)).reason == "cut"
        assert len(fake.requests) == 1


async def test_a_second_try_is_within_the_deadline_of_the_first() -> None:
    async with running(vanishes, hangs()) as fake, upstream(fake, first_audio=0.3) as engine:
        heard = await listen(engine)
        assert (heard.reason, len(fake.requests)) == ("no_answer", 2)


async def test_a_server_in_trouble_gets_a_tenth_more_requests_and_not_twice_as_many() -> None:
    async with running() as fake, upstream(fake) as engine:
        fake.always = vanishes
        for _ in range(50):
            await listen(engine)
        assert len(fake.requests) <= 50 + 50 // 10 + 1
        fake.always = speaks()
        assert (await listen(engine)).problem is None


def test_retries_are_saved_up_by_requests_and_not_without_bounds() -> None:
    budget = RetryBudget()
    assert [budget.take(), budget.take()] == [True, False]
    for _ in range(9):
        budget.requested()
    assert not budget.take()
    budget.requested()
    assert [budget.take(), budget.take()] == [True, False]
    for _ in range(1000):
        budget.requested()
    assert [budget.take() for _ in range(4)] == [True, True, True, False]
