"""A file is replaced by a whole one or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from trunkline.cli.output import check, sink
from trunkline.errors import LimitExceeded, UsageError


def write(target: Path, content: bytes) -> None:
    with sink("csv", str(target)) as file:
        file.write(content)


def write_half(target: Path) -> None:
    with sink("csv", str(target)) as file:
        file.write(b"half")
        raise LimitExceeded("enough")


def fail(target: Path) -> None:
    with pytest.raises(LimitExceeded):
        write_half(target)


def test_a_file_is_written_and_nothing_beside_it(tmp_path: Path) -> None:
    write(tmp_path / "rows.csv", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]
    assert (tmp_path / "rows.csv").read_bytes() == b"new"


def test_a_failure_leaves_no_file(tmp_path: Path) -> None:
    fail(tmp_path / "rows.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    target.write_bytes(b"old")
    fail(target)
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]
    assert target.read_bytes() == b"old"


def test_what_is_there_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    target.write_bytes(b"old")
    with sink("csv", str(target)) as file:
        file.write(b"new")
        file.flush()
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"


def test_the_mode_of_a_file_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    target.touch()
    target.chmod(0o640)
    write(target, b"new")
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "rows.csv", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_pipe_is_written_into_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    try:
        write(pipe, b"rows")
        assert os.read(reader, 10) == b"rows"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_where_nothing_can_be_written_is_told_before_it_costs_anything(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a directory"):
        check("csv", str(tmp_path))
    with pytest.raises(UsageError, match="there is no directory"):
        check("csv", str(tmp_path / "none" / "rows.csv"))
    check("csv", str(tmp_path / "rows.csv"))
