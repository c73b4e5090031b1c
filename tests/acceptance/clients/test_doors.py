"""Every attempt on the gate, through the doors of the wire server: refused, or harmless.

A server that speaks PostgreSQL has words of its own for some of them: BEGIN, EXPLAIN, SHOW and the
settings of a session are answered. What must not be: an answer with anything in it that only the
machine knows, a file that was not there, a table that changed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.pq import ConnStatus, ExecStatus

from tests.acceptance.clients import serving
from tests.acceptance.clients.data import TABLE
from tests.acceptance.clients.targets import Target
from tests.unit.lake.test_gate_hostile import attempts

pytestmark = pytest.mark.xdist_group("wire-hostile")
PLANTED = "planted-7f3a"  # a word of the server's environment, folders and files

# Statements that read and run only what they name: how an attempt comes in by each.
DOORS = {
    "simple": "{}",
    "extended": "{}",
    "copy": "COPY ({}) TO STDOUT",
    "cursor": "BEGIN; DECLARE c CURSOR FOR {}; FETCH ALL FROM c; COMMIT",
    "prepared": "PREPARE p AS {}; EXECUTE p",
    "explain": "EXPLAIN {}",
    "subquery": "SELECT * FROM ({}) q",
    "temporary table": "CREATE TEMPORARY TABLE t AS {}; SELECT * FROM t",
    "after another": "SELECT 1; {}",
}
MORE = (
    "COPY conversations TO '/tmp/{planted}'", "COPY (SELECT 1) TO PROGRAM 'id'",
    "COPY conversations FROM '/etc/passwd'", "COPY conversations FROM PROGRAM 'id'",
    "SELECT pg_read_file('/etc/passwd')", "SELECT pg_read_binary_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')", "SELECT * FROM pg_ls_logdir()", "SELECT pg_stat_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')", "SELECT lo_export(1, '/tmp/{planted}')",
    "SELECT dblink_connect('host=127.0.0.1')", "CREATE EXTENSION plpython3u", "LOAD '/tmp/x.so'",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'", "DO $$BEGIN END$$",
    "CREATE ROLE r SUPERUSER", "ALTER ROLE ana SUPERUSER", "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres", "ALTER SYSTEM SET data_directory = '/'",
    "SELECT rolpassword FROM pg_authid", "SELECT passwd FROM pg_shadow",
    "SELECT pg_terminate_backend(1)", "SELECT pg_reload_conf()", "SHOW data_directory",
    "SHOW config_file", "SHOW hba_file", "SELECT current_setting('data_directory')",
    "SELECT setting FROM pg_settings", "SELECT * FROM pg_hba_file_rules",
    "SELECT * FROM pg_file_settings", "SELECT query FROM pg_stat_activity",
    "SELECT set_config('data_directory', '/', false)", "SELECT query_to_xml('x', true, true, '')",
    "SELECT * FROM pg_catalog.duckdb_settings()", "SELECT * FROM pg_catalog.read_csv('/x')",
    "SELECT * FROM '/etc/passwd'", "SELECT * FROM \"/etc/passwd\"", "SELECT getenv('HOME')",
    "CREATE TEMPORARY TABLE x AS SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM pg_class WHERE relname = (SELECT content FROM read_text('/etc/passwd'))",
    "CREATE TEMPORARY TABLE a (b int); COPY a FROM '/etc/passwd'", "ATTACH '/tmp/x' AS pg_temp",
    "CREATE TEMPORARY VIEW v AS SELECT getenv('HOME')", "TRUNCATE pg_catalog.pg_class",
    "DELETE FROM pg_catalog.pg_class", "UPDATE pg_catalog.pg_class SET relname = 'x'",
    "INSERT INTO pg_catalog.pg_class SELECT * FROM pg_class", "DROP SCHEMA local CASCADE",
    "SELECT * FROM trunkline.users", "SELECT * FROM sqlite_scan('catalogue.sqlite', 'users')",
)  # fmt: skip
INTERNAL = ("XX000", "", "57P01")
SHADOWED = ("root:x:0", "/bin/bash", "/usr/sbin/nologin", "SCRAM-SHA-256$")


@dataclass(frozen=True)
class Tried:
    """What came of an attempt: the SQLSTATE of its error if it had one, and all that was said."""

    state: str | None
    said: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[serving.Served]:
    folder = tmp_path_factory.mktemp(PLANTED)
    with serving.served(100, folder=folder, environment={"PLANTED": PLANTED}) as started:
        with started.target.connect() as connection:  # whatever its first query lays down is there
            connection.execute(f"select * from {TABLE}")
        yield started


def tried(connection: psycopg.Connection[Any], text: str, *, extended: bool) -> Tried:
    """Send it as it is and keep every byte of the answer."""
    said: list[str] = []
    state = None
    pg = connection.pgconn
    if extended:
        results = [pg.exec_params(text.encode(), None)]
    else:
        pg.send_query(text.encode())
        results = []
        while result := pg.get_result():
            results.append(result)
            if result.status == ExecStatus.COPY_IN:
                pg.put_copy_end(b"no")
            while result.status == ExecStatus.COPY_OUT:
                size, part = pg.get_copy_data(0)
                if size <= 0:
                    break
                said.append(bytes(part).decode(errors="replace"))
    for result in results:
        if result.status == ExecStatus.FATAL_ERROR:
            state = (result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) or b"").decode()
            said.append(result.error_message.decode(errors="replace"))
        for row in range(result.ntuples):
            cells = (result.get_value(row, column) for column in range(result.nfields))
            said.extend((cell or b"").decode(errors="replace") for cell in cells)
    return Tried(state, "\n".join(said))


def files(folder: Path) -> set[str]:
    """What lies in its folders, but for what it keeps for itself."""
    return {str(path) for path in folder.rglob("*") if "catalogue.sqlite" not in path.name}


def telling(text: str, attempt: str) -> list[str]:
    """Which words of the answer only the machine knows; those of the attempt it knew itself."""
    return [word for word in (PLANTED, *SHADOWED) if word in text and word not in attempt]


class Visitor:
    """One who comes in again and again: in the same session as long as that is whole."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._connection = target.connect()

    def tries(self, text: str, *, extended: bool = False) -> Tried:
        """Send it, and leave no transaction, cursor, statement or table behind."""
        found = tried(self._connection, text, extended=extended)
        tried(self._connection, "ROLLBACK", extended=False)
        tried(self._connection, "DISCARD ALL", extended=False)
        if self._connection.pgconn.status != ConnStatus.OK:
            self.leave()
            self._connection = self._target.connect()
        return found

    def leave(self) -> None:
        self._connection.close()


@pytest.fixture
def visitor(served: serving.Served) -> Iterator[Visitor]:
    came = Visitor(served.target)
    yield came
    came.leave()


def coming_by(door: str) -> list[str]:
    """All try the first door and two more; in `make fuzz` every door."""
    every = [*(text for text, _ in attempts()), *MORE]
    place = list(DOORS).index(door)
    if not place or os.environ.get("EVERY_DOOR"):
        return every
    return every[place % 4 :: 4]


@pytest.mark.parametrize("door", DOORS)
def test_no_attempt_learns_or_changes_anything(
    served: serving.Served, visitor: Visitor, door: str
) -> None:
    before = files(served.folder)
    told: list[tuple[str, list[str]]] = []
    crashed: list[tuple[str, str]] = []
    for attempt in coming_by(door):
        text = DOORS[door].replace("{}", attempt.replace("{planted}", PLANTED))
        found = visitor.tries(text, extended=door == "extended")
        if words := telling(found.said, text):
            told.append((text, words))
        if found.state in INTERNAL:
            crashed.append((text, found.said))
    assert told == []
    assert crashed == []
    assert files(served.folder) == before
    with served.target.connect() as connection:
        assert connection.execute(f"select count(*) from {TABLE}").fetchone() == (100,)


# Attempts that a PostgreSQL answers too: they begin and end nothing, or show what is public.
ANSWERED_BY_POSTGRESQL = (
    "BEGIN", "COMMIT", "VACUUM", "ANALYZE", "EXPLAIN ", "PREPARE ", "SHOW ALL", "SET SEARCH_PATH",
    "RESET ALL", "CHECKPOINT", "LISTEN", ";", "-- NOTHING", "SELECT 1;", "LOCK TABLE ",
    "SELECT PG_GET_VIEWDEF(", "SELECT FORMAT_TYPE(", "SELECT SET_CONFIG('A'",
    "SELECT * FROM PG_", "SELECT * FROM INFORMATION_SCHEMA.", "SELECT * FROM CONVERSATIONS FOR",
)  # fmt: skip


def test_what_is_forbidden_is_refused(visitor: Visitor) -> None:
    answered = [text for text, _ in attempts() if visitor.tries(text).state is None]
    unexpected = [a for a in answered if not a.upper().startswith(ANSWERED_BY_POSTGRESQL)]
    assert unexpected == []
