"""Where all is at hand, a skipped test is a failed one; elsewhere it stays a skip."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SKIPS = """
import pytest

def test_that_passes():
    pass

def test_that_skips():
    pytest.skip("no loudspeaker here")

@pytest.mark.skipif(True, reason="no network here")
def test_that_is_skipped():
    pass

@pytest.mark.xfail(reason="known")
def test_that_is_known_to_fail():
    assert False
"""
SKIPPED_MODULE = "import pytest\npytest.importorskip('no_such_module')\n"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    shutil.copy(Path(__file__).with_name("conftest.py"), tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_skips.py").write_text(SKIPS)
    return tmp_path


def outcome_of(suite: Path, required: str) -> str:
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", str(suite)],
        env=os.environ | {"ROBOTVOICE_TESTS_REQUIRE_ALL": required, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        cwd=suite, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return result.stdout


def test_a_skip_stays_a_skip_where_not_all_is_required(suite: Path) -> None:
    assert "1 passed, 2 skipped, 1 xfailed" in outcome_of(suite, "0")


def test_a_skip_fails_with_its_reason_where_all_is_required(suite: Path) -> None:
    output = outcome_of(suite, "1")
    assert "1 failed, 1 passed, 1 xfailed, 1 error" in output
    assert "this was not run: Skipped: no loudspeaker here" in output
    assert "this was not run: Skipped: no network here" in output


def test_a_skipped_file_fails_where_all_is_required(suite: Path) -> None:
    (suite / "test_skipped_file.py").write_text(SKIPPED_MODULE)
    assert "1 error" in outcome_of(suite, "1")
