"""The data directory on the disk: who can read what, also without a umask and after a kill."""

from __future__ import annotations

import os
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.commands import PATIENCE, Desk, desk

BOUND = "conversation_start >= '2025-03-01' AND conversation_start < '2025-03-04'"
# Sorts more than fits the memory of the query, and goes on for longer than anybody waits.
SPILLING = "SELECT i, hash(i) AS h FROM range(2000000000) t(i) ORDER BY h"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes are of other systems")


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    before = os.umask(0)
    with desk(tmp_path) as found:
        yield found
    os.umask(before)


def open_ones(home: Path) -> list[str]:
    """What anybody but the owner could do something with, were the directory itself open.

    What is in a folder below it is as private as that folder.
    """
    return [
        f"{stat.S_IMODE(path.lstat().st_mode):04o} {path.relative_to(home)}"
        for path in (home, *home.rglob("*"))
        if path.lstat().st_mode & 0o077 and (path.is_dir() or path.parent == home)
    ]


def test_nothing_in_it_is_open_to_others(at: Desk) -> None:
    for form in ("csv", "xlsx", "parquet"):
        done = at.run("query", f"SELECT * FROM segments WHERE {BOUND}", "--format", form, "-o", "o")
        assert done.returncode == 0, done.stderr
    assert len([*at.home.rglob("*.parquet")]) > 10
    assert open_ones(at.home) == []


def test_what_others_could_read_in_a_directory_that_was_there_is_closed(at: Desk) -> None:
    assert at.run("query", f"SELECT 1 FROM segments WHERE {BOUND}").returncode == 0
    for path in (at.home / "files", at.home / "catalogue.sqlite", at.home / "jobs.sqlite"):
        path.chmod(0o777)
    assert at.run("query", f"SELECT 1 FROM segments WHERE {BOUND}").returncode == 0
    assert open_ones(at.home) == []


def test_a_directory_for_everybody_to_write_to_is_refused(at: Desk) -> None:
    at.home.mkdir(mode=0o777)
    done = at.run("query", "SELECT 1")
    assert done.returncode == 2
    assert "everybody may write to the data directory" in done.stderr
    assert [*at.home.iterdir()] == []


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_a_killed_answer_laid_aside_is_private_and_goes_with_the_next(
    at: Desk, form: str
) -> None:
    spill, temporary = at.home / "spill", at.folder / "tmp"
    temporary.mkdir()
    at.environment.update(TRUNKLINE_QUERY_MEMORY="64MB", TMPDIR=str(temporary))
    sql = SPILLING if form == "csv" else "SELECT i FROM range(2000000000) t(i)"
    process = at.start("query", sql, "--format", form, "-o", "out")
    end = time.monotonic() + PATIENCE
    while not laid_aside(spill) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    assert process.poll() is None, process.communicate()
    assert open_ones(at.home) == []
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert laid_aside(spill)
    assert [*temporary.iterdir()] == []
    assert at.run("query", "SELECT 1").returncode == 0
    assert [*spill.iterdir()] == []


def laid_aside(spill: Path) -> list[Path]:
    """Files with something in them."""
    found = []
    for path in spill.rglob("*"):
        try:
            if path.is_file() and path.stat().st_size:
                found.append(path)
        except FileNotFoundError:
            continue
    return found
