"""One gateway with the bundled personas and the real eSpeak NG for all tests of a file that ask for it.

Such a file runs all its tests in one event loop: `pytestmark = pytest.mark.asyncio(loop_scope="module")`.
"""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.gateway.in_process import RunningGateway, running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway() -> AsyncIterator[RunningGateway]:
    async with running() as gateway:
        yield gateway
