"""What is typed, and what is printed for reading."""

from __future__ import annotations

import signal
from pathlib import Path

import click
import pytest

from trunkline.cli import grid
from trunkline.cli.failure import run
from trunkline.cli.query import command


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
    @click.command()
    def broken() -> None:
        raise ZeroDivisionError("a value")

    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit) as ended:
            run(broken, [])
    finally:
        signal.signal(signal.SIGTERM, before)
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "ZeroDivisionError at trunkline/cli/failure.py:" in said
    assert "a value" not in said
    assert str(Path.home()) not in said
