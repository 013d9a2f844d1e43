"""After `pair` and `unpair`: until the daemon that runs here does as they say."""

import asyncio
import time

from robotvoice.errors import RobotVoiceError

WITHIN = 3.0
"""Seconds; a daemon looks every second, and then begins anew"""
LOOK_EVERY = 0.2
"""Seconds"""
IN_A_MOMENT = "the daemon takes it into use in a moment, when nobody speaks"


async def taken_into_use(port: int, *, linked: bool) -> bool:
    """Whether the daemon has the pairing that is on disk, WITHIN; True also where no daemon runs.

    `linked`: it is waited for its gateway, too.
    """
    from edge_client.daemon.daemon_client import reach_or_raise
    from edge_client.daemon.daemon_errors import NoDaemon

    taken = False
    end = time.monotonic() + WITHIN
    while (left := end - time.monotonic()) > 0:
        try:
            async with asyncio.timeout(left), await reach_or_raise(port) as daemon:
                status = await daemon.status()
        except NoDaemon:
            return True
        except (RobotVoiceError, TimeoutError):  # it begins anew just now
            taken = False
        else:
            # A daemon that was not started again after an update does not tell.
            taken = not status.get("pairing", {}).get("outdated", False)
            if taken and (not linked or status["gateway"]["ready"]):
                return True
        await asyncio.sleep(LOOK_EVERY)
    return taken
