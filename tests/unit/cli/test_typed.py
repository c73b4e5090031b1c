"""What is typed, and what is printed for reading."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

import click
import pytest

from trunkline.cli import grid, statement
from trunkline.cli.failure import run
from trunkline.cli.query import command
from trunkline.errors import UsageError


def status_after(error: Exception) -> object:
    """The exit status of a command that ends with an error."""

    @click.command()
    def broken() -> None:
        raise error

    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit) as ended:
            run(broken, [], watch=lambda: None)
    finally:
        signal.signal(signal.SIGTERM, before)
    return ended.value.code


@pytest.mark.parametrize(
    ("typed", "certificate", "sql"),
    [
        (["SELECT 1"], None, "SELECT 1"),
        (["--certificate", "SELECT 1"], "-", "SELECT 1"),
        (["SELECT 1", "--certificate"], "-", "SELECT 1"),
        (["--certificate=it.json", "SELECT 1"], "it.json", "SELECT 1"),
    ],
)
def test_a_certificate_never_takes_the_question_for_a_file(
    typed: list[str], certificate: str | None, sql: str
) -> None:
    params = command.make_context("query", typed).params
    assert (params["certificate"], params["sql"]) == (certificate, sql)


def test_a_row_is_one_line_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    words = "word " * 60
    grid.show(("name", "text"), [("a_name_of_some_length", words.strip()), ("b", "[red]")])
    heading, long, short = capsys.readouterr().out.splitlines()
    assert heading.split() == ["name", "text"]
    assert long == f"a_name_of_some_length  {words.strip()}"
    assert short.split() == ["b", "[red]"]


def test_a_defect_is_placed_in_the_product_and_not_on_the_machine(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert status_after(ZeroDivisionError("a value")) == 1
    said = capsys.readouterr().err
    assert "ZeroDivisionError at trunkline/cli/failure.py:" in said
    assert "a value" not in said
    assert str(Path.home()) not in said


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 0, ""),
        (RuntimeError("Query interrupted"), 5, "interrupted"),  # DuckDB 2.0, on a signal
        (RuntimeError("a value"), 1, "internal error (RuntimeError"),
        (OSError(errno.ENOSPC, "No space left on device", "x.parquet"), 4, "x.parquet cannot be"),
        (OSError(errno.EBADF, "Bad file descriptor"), 1, "internal error (OSError"),
    ],
)
def test_what_the_system_does_to_a_command_is_no_defect_of_it(
    capsys: pytest.CaptureFixture[str], error: Exception, status: int, said: str
) -> None:
    assert status_after(error) == status
    told = capsys.readouterr().err
    assert said in told
    assert bool(told) == bool(said)


def test_the_shape_of_a_question_on_disk(tmp_path: Path) -> None:
    (marked := tmp_path / "marked.sql").write_bytes(b"\xef\xbb\xbfSELECT '\xc3\xbc'\n")
    assert statement.read(None, str(marked)) == "SELECT '\u00fc'\n"
    (latin := tmp_path / "latin.sql").write_bytes(b"SELECT '\xfc'")
    with pytest.raises(UsageError, match=r"latin\.sql is not UTF-8 \(byte 9\)"):
        statement.read(None, str(latin))
    with pytest.raises(UsageError, match=r"the SQL is not UTF-8 \(byte 8\)"):
        statement.read(os.fsdecode(b"SELECT \xff"), None)
