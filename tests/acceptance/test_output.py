"""Where rows end up when all goes well, and when it does not. Nothing here needs a provider."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.acceptance.commands import PATIENCE, desk

# The row that cannot be cast stands far behind the first batch.
BROKEN = """
    SELECT CAST(CASE WHEN x < 300000 THEN x::VARCHAR ELSE 'no' END AS BIGINT)
    FROM range(300001) t(x)"""
BINARY = ("parquet", "arrow", "xlsx")


def query(folder: Path, *arguments: str, stdout: int = subprocess.PIPE) -> tuple[int, bytes, str]:
    done = subprocess.run(
        [sys.executable, "-m", "trunkline", "query", "--quiet", *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **_import_path()},
        cwd=folder,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout or b"", done.stderr.decode()


def _import_path() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}


@pytest.mark.parametrize("form", BINARY)
def test_a_terminal_is_not_given_a_binary_format(tmp_path: Path, form: str) -> None:
    leader, follower = os.openpty()
    try:
        status, _, errors = query(tmp_path, "--format", form, "SELECT 1", stdout=follower)
    finally:
        os.close(follower)
        os.close(leader)
    assert status == 2
    assert f"{form} is not for a terminal" in errors
    assert "-o FILE" in errors


def test_a_pipe_is(tmp_path: Path) -> None:
    status, found, _ = query(tmp_path, "--format", "parquet", "SELECT 7 AS n")
    assert status == 0
    assert pq.read_table(io.BytesIO(found)).to_pydict() == {"n": [7]}
    status, found, _ = query(tmp_path, "--format", "arrow", "SELECT 7 AS n")
    assert status == 0
    assert pa.ipc.open_file(io.BytesIO(found)).read_all().to_pydict() == {"n": [7]}


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", *BINARY])
def test_a_failure_half_way_leaves_no_file(tmp_path: Path, form: str) -> None:
    status, _, errors = query(tmp_path, "--format", form, "-o", "rows", BROKEN)
    assert status == 2
    assert "'no'" in errors
    assert sorted(path.name for path in tmp_path.iterdir()) == [".trunkline"]


@pytest.mark.parametrize("form", ["csv", *BINARY])
def test_a_failure_half_way_to_a_pipe_is_told(tmp_path: Path, form: str) -> None:
    status, found, errors = query(tmp_path, "--format", form, BROKEN)
    assert status == 2
    assert "'no'" in errors
    if form in BINARY:
        assert found == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device is Linux's")
@pytest.mark.parametrize("form", ["csv", "json", "table", "parquet"])
@pytest.mark.parametrize("named", [True, False])
def test_a_full_disk_is_told(tmp_path: Path, form: str, named: bool) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        target = ("-o", "/dev/full") if named else ()
        status, _, errors = query(
            tmp_path, "--format", form, *target, "FROM range(200000)", stdout=full
        )
    finally:
        os.close(full)
    assert status == 2
    assert "cannot be written: No space left on device" in errors
    assert Path("/dev/full").is_char_device()


def test_who_reads_one_line_of_the_doctor_gets_no_traceback(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        process = at.start("doctor")
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("ok       settings: ")
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(PATIENCE) == 0
        process.stderr.close()
        runs = at.run("query", "--format", "csv", "SELECT outcome FROM trunkline.runs")
        assert runs.stdout.splitlines()[1] == "done"
