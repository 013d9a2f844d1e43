"""The way back: canaries find out whether an engine that failed works again, so that no user has to."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence

from robotvoice.chain.breaker import CircuitBreaker, State
from robotvoice.engines.base import Engine
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.ground.finishing import is_own_end
from robotvoice.utterance import Reason

log = logging.getLogger(__name__)


async def send_canary(engine: Engine, breaker: CircuitBreaker, limit: float) -> bool:
    """Probes a half-open engine once, for at most `limit` seconds, and tells its breaker.

    True only if the probe was good. False also when the breaker wants no canary now. An engine that is
    unavailable without being at fault is not counted, nor is a canary that is cancelled.
    """
    permit = breaker.acquire_canary()
    if permit is None:
        return False
    try:
        async with asyncio.timeout(limit):
            await engine.probe()
    except EngineFailure as failure:
        permit.fail(Reason(failure.reason, failure.message))
    except EngineUnavailable:
        pass
    except TimeoutError:
        permit.fail(Reason("no_answer", f"{engine.name} did not answer its probe in time"))
    except (Exception, asyncio.CancelledError) as error:
        if is_own_end(error):
            raise
        # Also when the probe waited for something that the engine itself had cancelled.
        log.exception("a probe broke", extra={"engine": engine.name})
        permit.fail(Reason("internal", f"{engine.name} broke on its probe: {type(error).__name__}"))
    else:
        permit.ok()
        return True
    finally:
        # Cancelled or unavailable: the next canary need not wait for the lease. A settled permit stays so.
        permit.ignore()
    return False


async def recover(
    guarded: Sequence[tuple[Engine, CircuitBreaker]],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    interval: float = 0.25,
) -> None:
    """Sends canaries to every half-open engine until cancelled; with no engines it returns at once.

    Each engine is looked at by itself, `interval` seconds after its last canary came back, and a canary is
    bounded by its breaker's lease. `clock` measures how long canaries took, for the log.
    """
    async with asyncio.TaskGroup() as group:
        for engine, breaker in guarded:
            watch = _watch(engine, breaker, clock, sleep, interval)
            group.create_task(watch, name=f"recover {engine.name}")


async def _watch(
    engine: Engine,
    breaker: CircuitBreaker,
    clock: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]],
    interval: float,
) -> None:
    while True:
        if breaker.state is State.HALF_OPEN:
            began = clock()
            good = await send_canary(engine, breaker, breaker.settings.lease)
            fields = {"engine": engine.name, "good": good, "seconds": clock() - began}
            log.debug("canary came back", extra=fields)
        await sleep(interval)
