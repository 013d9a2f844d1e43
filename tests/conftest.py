"""For every test: where all that a test could need is at hand, a skipped test is a failed one."""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Generator

import psutil
import pytest

REQUIRE_ALL = "ROBOTVOICE_TESTS_REQUIRE_ALL"
"""Set to 1 where nothing a test needs may be missing, as in continuous integration."""


def pytest_configure() -> None:
    """`nohup` and `&` start programs that ignore these, and so would all that the tests start."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    # An expected failure is reported as skipped too, but it ran.
    if report.skipped and not hasattr(report, "wasxfail"):
        _fail_if_all_are_required(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped:
        _fail_if_all_are_required(report)
    return report


def _fail_if_all_are_required(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get(REQUIRE_ALL) != "1":
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"{REQUIRE_ALL} is set, and this was not run: {reason}"


@pytest.fixture
async def nothing_left() -> AsyncIterator[None]:
    """No process, not even a zombie, no task and no open pipe is left of the test."""
    processes, tasks = psutil.Process().children(recursive=True), asyncio.all_tasks()
    yield
    assert asyncio.all_tasks() - tasks <= {asyncio.current_task()}
    assert [each for each in psutil.Process().children(recursive=True) if each not in processes] == []
    # An open pipe is told by its end, as a warning, which fails the test. All generations would take 80 ms.
    gc.collect(1)
