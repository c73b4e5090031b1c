"""The limits of a query at every door: one error, one exit status, and nothing half written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.commands import Desk, desk
from trunkline.cli.formats import FORMATS

HELD_UP = "SELECT levenshtein(repeat('x', 1000000), repeat('y', 1000000))"  # a quarter of an hour


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("desk")) as found:
        yield found


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_too_many_rows_leave_no_file(at: Desk, form: str) -> None:
    sql = "SELECT * FROM range(200000)"
    done = at.run("query", sql, "--format", form, "-o", "out", TRUNKLINE_MAX_ROWS="100000")
    assert done.returncode == 4, done.stderr
    assert "the answer has more than 100,000 rows" in done.stderr
    assert "max_rows" in done.stderr
    assert not (at.folder / "out").exists()


@pytest.mark.parametrize(
    ("sql", "setting", "said"),
    [
        ("SELECT list(i) FROM range(100000000) t(i)", "query_memory", "more memory than 100MB"),
        ("SELECT printf('%2000000000d', 1)", "query_memory", "more memory than 100MB"),
        (HELD_UP, "query_seconds", "longer than 1 s"),
    ],
)
def test_memory_and_time(at: Desk, sql: str, setting: str, said: str) -> None:
    limits = {"TRUNKLINE_QUERY_MEMORY": "100MB", "TRUNKLINE_QUERY_SECONDS": "30"}
    if setting == "query_seconds":
        limits["TRUNKLINE_QUERY_SECONDS"] = "1"
    done = at.run("query", sql, "--format", "csv", **limits)
    assert (done.returncode, done.stdout) == (4, "")
    assert said in done.stderr
    assert setting in done.stderr


def test_a_program_lives_on_after_what_was_given_up(at: Desk) -> None:
    code = (
        "import os, trunkline\nfrom trunkline.errors import LimitExceeded\n"
        "gateway = trunkline.connect()\n"
        f'try: gateway.query("{HELD_UP}").arrow()\n'
        "except LimitExceeded as error: print(error.message)\n"
        "print(gateway.query('SELECT 42 AS n').arrow().to_pylist(), flush=True)\n"
        "os._exit(0)"
    )
    done = at.python(code, TRUNKLINE_QUERY_SECONDS="1")
    assert done.stdout.splitlines() == [
        "the query ran longer than 1 s and was stopped",
        "[{'n': 42}]",
    ], done.stderr


def test_what_a_user_wrote_is_not_repeated_without_end(at: Desk) -> None:
    (at.folder / "long.sql").write_text("SELECT 1 FROM " + "x" * 900_000)
    done = at.run("query", "-f", "long.sql")
    assert done.returncode == 2
    assert "there is no table xxx" in done.stderr
    assert len(done.stderr) < 5_000
