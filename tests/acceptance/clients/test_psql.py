"""psql: its commands, its ways of reading, and what it prints."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.clients.data import KEY, NULLS_KEY, TABLE
from tests.acceptance.clients.targets import DATABASE, SCHEMA, USER, Target

pytestmark = pytest.mark.skipif(not shutil.which("psql"), reason="psql is not installed")

PRINTED = (
    f"{KEY}|tenant_1|2026-01-01 00:00:07.001|2026-01-01 00:05:07.003|2026-01-01|chat|outbound|"
    "queue_1|00000000-0000-4000-9000-000000000001|Agent Ñame 1|37|13|1|1|0.001|"
    "0.14285714285714285|0.0100|f|f|2026-01-01 00:00:01+00"
)
COMPLETION = (
    "SELECT pg_catalog.quote_ident(c.relname) FROM pg_catalog.pg_class c WHERE c.relkind IN "
    "('r', 'S', 'v', 'm', 'f', 'p') AND substring(pg_catalog.quote_ident(c.relname),1,4)='conv' "
    "AND pg_catalog.pg_table_is_visible(c.oid)"
)
# What is asked, and a line that the answer has.
ASKED: dict[str, tuple[tuple[str, ...], str]] = {
    "a count": (("-Atc", f"select count(*) from {TABLE}"), r"^20000$"),
    r"\conninfo": (("-c", r"\conninfo"), rf'connected to database "{DATABASE}" as user "{USER}"'),
    r"\l": (("-c", r"\l"), rf"^ {DATABASE} +\|"),
    r"\dn": (("-c", r"\dn"), rf"^ {SCHEMA} +\|"),
    r"\dt": (("-c", r"\dt"), rf"^ {SCHEMA} +\| {TABLE} +\| table"),
    r"\dt of a schema": (("-c", rf"\dt {SCHEMA}.*"), rf"\| {TABLE} +\| table"),
    r"\dv": (("-c", r"\dv"), rf"^ {SCHEMA} +\| v_daily +\| view"),
    r"\d": (("-c", r"\d"), rf"\| {TABLE} +\| table"),
    r"\d of a table": (("-c", rf"\d {TABLE}"), r"_start +\| timestamp without time zone"),
    r"\d of a view": (("-c", r"\d v_daily"), r"media_type +\| text"),
    r"\d+ of a table": (("-c", rf"\d+ {TABLE}"), r"cost +\| numeric\(18,4\)"),
    r"\d with a schema": (("-c", rf"\d {SCHEMA}.{TABLE}"), r"conversation_id +\| uuid"),
    r"\df": (("-c", r"\df"), r"List of functions"),
    r"\du": (("-c", r"\du"), rf"^ {USER} "),
    r"\dT": (("-c", r"\dT"), r"List of data types"),
    r"\dp": (("-c", r"\dp"), rf"\| {TABLE} +\| table"),
    r"\gdesc": (("-f", "-"), r"conversation_start +\| timestamp without time zone"),
    "COPY TO STDOUT": (
        ("-qAtc",
         f"copy (select n_transfers, tenant from {TABLE} order by ingested_at limit 2) to stdout"),
        r"^1\ttenant_1$",
    ),
    "FETCH_COUNT": (
        ("-At", "-v", "FETCH_COUNT=1000", "-c",
         f"select x.* from (select row_number() over () n, tenant from {TABLE} limit 5000) x"),
        r"^5000\|",
    ),
    "two statements": (("-Atc", "select 1; select 2"), r"^1\n2$"),
    "a transaction": (("-c", "begin", "-c", "select 1", "-c", "commit"), r"^COMMIT$"),
    "every type as text": (
        ("-Atc", "set timezone='UTC'",
         "-Atc", f"select * from {TABLE} where conversation_id='{KEY}'"),
        f"^{re.escape(PRINTED)}$",
    ),
    "NULLs": (
        ("-At", "-P", "null=(null)", "-c",
         f"select conversation_end, sl_met from {TABLE} where conversation_id='{NULLS_KEY}'"),
        r"^\(null\)\|\(null\)$",
    ),
    "--csv": (
        ("--csv", "-c", f"select media_type, count(*) n from {TABLE} group by 1 order by 1"),
        r"^media_type,n\ncallback,4000$",
    ),
    "EXPLAIN": (("-c", f"explain select count(*) from {TABLE}"), "QUERY PLAN"),
    "SHOW": (
        ("-Atc", "show server_version", "-Atc", "show search_path", "-Atc", "show client_encoding"),
        r"^15\.\d+.*\n.*local.*\nUTF8$",
    ),
    "completion by tab": (("-Atc", COMPLETION), rf"^{TABLE}$"),
}  # fmt: skip


def psql(target: Target, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["psql", "-X", "-v", "ON_ERROR_STOP=1", *arguments],
        env=target.environment | {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        input=given, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
def test_it_is_answered(target: Target, name: str) -> None:
    arguments, expected = ASKED[name]
    done = psql(target, *arguments, given=f"select * from {TABLE} limit 1 \\gdesc\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(expected, done.stdout, re.MULTILINE), done.stdout


def test_rows_are_copied_into_a_file(target: Target, tmp_path: Path) -> None:
    asked = f"\\copy (select * from {TABLE} limit 100) to '{tmp_path}/rows.csv' csv header"
    assert psql(target, "-c", asked).stdout == "COPY 100\n"
    lines = (tmp_path / "rows.csv").read_text().splitlines()
    assert len(lines) == 101
    assert lines[0].startswith("conversation_id,tenant,")


def test_no_index_is_found(target: Target) -> None:
    done = psql(target, "-c", r"\di")
    assert (done.returncode, done.stderr) == (0, "Did not find any relations.\n")


def test_an_error_points_to_its_place(target: Target) -> None:
    done = psql(target, "-c", "select * from nope_x")
    assert done.returncode == 1
    first, *rest = done.stderr.splitlines()
    assert re.match("ERROR:  .*nope_x", first)
    assert rest[:2] == ["LINE 1: select * from nope_x", "                      ^"]
