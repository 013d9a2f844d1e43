"""python -m proofs.benchmarks.load HOST:PORT CLIENTS TEXT: asks `/synthesize` until standard input ends.

Prints an empty line when each was answered once, and at the end how many answers were good and how many not.
"""

import asyncio
import sys

import aiohttp

LONGEST = 20.0
"""Seconds for one answer"""


async def main(address: str, clients: int, text: str) -> None:
    """Until standard input ends; what is in work then is finished and counted."""
    counts = {True: 0, False: 0}
    first = asyncio.Barrier(clients + 1)
    ended = asyncio.Event()

    async def ask_on(session: aiohttp.ClientSession) -> None:
        counts[await _ask(session, address, text)] += 1
        await first.wait()
        while not ended.is_set():
            counts[await _ask(session, address, text)] += 1

    timeout = aiohttp.ClientTimeout(LONGEST)
    async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(ask_on(session))
        await first.wait()
        print(flush=True)
        await asyncio.to_thread(sys.stdin.read)
        ended.set()
    print(counts[True], counts[False])


async def _ask(session: aiohttp.ClientSession, address: str, text: str) -> bool:
    """Whether a whole WAV came."""
    try:
        async with session.get(f"http://{address}/synthesize", params={"text": text}) as response:
            return response.status == 200 and (await response.read())[:4] == b"RIFF"
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
