"""Writes tests/fixtures/catalogue.json: what a real PostgreSQL 15 answers about itself.

    python -m tests.record_catalogue CORPUS

CORPUS is a JSON list of statements that clients were seen to send, each with the client's name; the
statements behind psql's commands are added. Of a long answer its hash is kept, and the rows that
tell of our relations.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests import catalogue_world as world
from tests.postgres_client import SYNC, Client, Row, bind, describe, execute, parse
from tests.postgres_client import oids as oids_of
from tests.postgres_client import row as cells
from tests.postgres_server import PORT, running

FOLDER = Path(__file__).parent / "fixtures"
FIXTURE = FOLDER / "catalogue.json"
BINARY = FOLDER / "catalogue-binary.json"
# Types that only the catalogue has, of objects that have the same numbers everywhere.
IN_BINARY = (
    """SELECT indrelid::regclass, indkey, indclass, indcollation FROM pg_index
    WHERE indrelid < 1300 ORDER BY indexrelid""",
    """SELECT oid, relname, relkind, relowner::regrole FROM pg_class
    WHERE oid IN (1247, 1259) ORDER BY oid""",
    "SELECT typinput, oid::regtype, typdelim FROM pg_type WHERE oid < 30 ORDER BY oid",
)


def _read(name: str) -> str:
    return (FOLDER / name).read_text()


COMMANDS = (
    r"\d", r"\dt", r"\dt genesys.*", r"\dt *.*", r"\dv", r"\d conversations", r"\d v_daily",
    r"\d+ conversations", r"\d+ v_daily", r"\d segments", r"\d+ agents", r"\d conversations_pkey",
    r"\di", r"\di+", r"\dt+", r"\dv+", r"\dn", r"\dn+", r"\du", r"\du+", r"\df", r"\dfn array*",
    r"\dT", r"\dT+ text", r"\dT genesys.*", r"\do =", r"\dC", r"\dx", r"\dp", r"\ddp",
    r"\dD", r"\des", r"\dew", r"\dF", r"\dL", r"\dO", r"\db", r"\db+", r"\dy", r"\dRp", r"\dRs",
    r"\dX", r"\l", r"\l+",
    r"\sv v_daily", r"\dS pg_class", r"\z", r"\da sum", r"\dA", r"\drds", r"\dd",
    r"\dE", r"\d information_schema.tables", r"\dP", r"\dm", r"\ds", r"\d genesys.*", r"\dg",
)  # fmt: skip
# Values of the parameters of statements, which were not recorded with them, by how those begin.
VALUES = [(one["begins"], one["values"]) for one in json.loads(_read("catalogue-values.json"))]
_OIDS = {"16386": "<class genesys.conversations>", "16396": "<class genesys.v_daily>"}
MOST_ROWS = 60


class Control(Client):
    """A session of the user, on the database."""

    def ask(self, sql: str, values: Sequence[str]) -> tuple[list[str], list[int], list[world.Row]]:
        """Names, types and rows as text."""
        names, types, rows = self.cells(sql, values, 0)
        return names, types, [tuple(None if c is None else c.decode() for c in row) for row in rows]

    def cells(
        self, sql: str, values: Sequence[str], result_format: int
    ) -> tuple[list[str], list[int], list[Row]]:
        """Names, types and rows as they are sent."""
        given = [value.encode() for value in values]
        asked = parse(sql) + bind(given, results=[result_format]) + describe(b"P")
        self._socket.sendall(asked + execute() + SYNC)
        names: list[str] = []
        types: list[int] = []
        rows: list[Row] = []
        error = ""
        for letter, body in iter(self._message, ("Z", b"I")):
            if letter == "E":
                error = str(body)
            if letter == "T":
                names, types = described(body)
            if letter == "D":
                rows.append(cells(body))
        if error:
            raise RuntimeError(error)
        return names, types, rows


def main(corpus: Path) -> None:
    found: list[dict[str, Any]] = []
    with running() as home:
        psql(home, "template1", f"ALTER DATABASE postgres RENAME TO {world.DATABASE}")
        psql(home, world.DATABASE, *world.ddl())
        with Control(home, PORT, user=world.USER, database=world.DATABASE) as control:
            control.ask(f"SET search_path = {world.SCHEMA}", ())
            oids = {int(n or 0): name or "" for n, name in control.ask(world.OIDS, ())[2]}
            for client, sql, values in statements(corpus, home, oids):
                asked = [world.numbered(value, oids) for value in values]
                answer = control.ask(world.numbered(sql, oids), asked)
                found.append(entry(client, sql, values, *answer, oids))
            sent = {sql: control.cells(sql, (), 1)[2] for sql in IN_BINARY}
    hexed = {
        sql: [[None if c is None else c.hex() for c in row] for row in rows]
        for sql, rows in sent.items()
    }
    BINARY.write_text(json.dumps(hexed, indent=0) + "\n")
    FIXTURE.write_text(json.dumps(found, indent=0, ensure_ascii=False) + "\n")


def entry(
    client: str, sql: str, values: Sequence[str], names: list[str], types: list[int],
    rows: list[world.Row], oids: dict[int, str],
) -> dict[str, Any]:  # fmt: skip
    kept = world.compared(names, rows, oids)
    made = {"client": client, "sql": sql, "values": values, "names": names, "types": types}
    return made | kept_of(kept)


def kept_of(rows: list[list[world.Cell]]) -> dict[str, Any]:
    """All rows, or their number and hash and those that tell of ours."""
    if len(rows) <= MOST_ROWS:
        return {"rows": rows}
    digest = hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]
    ours = [
        row for row in rows if any(cell and ("genesys" in cell or "local" in cell) for cell in row)
    ]
    return {"count": len(rows), "hash": digest, "ours": ours[:MOST_ROWS]}


def statements(corpus: Path, home: Path, oids: dict[int, str]) -> list[tuple[str, str, list[str]]]:
    seen: dict[str, tuple[str, list[str]]] = {}
    for one in json.loads(corpus.read_text()):
        sql = str(one["sql"]).strip().rstrip(";")
        for number, name in _OIDS.items():
            sql = sql.replace(number, name)
        sql = re.sub(r"\bpublic\b", "genesys", sql)
        if re.match(r"(/\*|--|select|with)", sql, re.IGNORECASE) and not re.search(
            r"pg_sleep|;\s*\w", sql
        ):
            client = "psql" if one["app"] == "psql" else str(one["app"]).split()[0].strip("[]")
            seen.setdefault(sql, (client, values_of(sql)))
    for command in COMMANDS:
        for sql in behind(home, command):
            seen.setdefault(world.named(sql, oids), (command, []))
    for line in _read("catalogue-questions.sql").splitlines():
        if not line.startswith("--"):
            seen.setdefault(line.rstrip(";"), ("more", []))
    return [(client, sql, values) for sql, (client, values) in seen.items()]


def values_of(sql: str) -> list[str]:
    if not re.search(r"\$1\b", sql):
        return []
    return next(values for begins, values in VALUES if sql.startswith(begins))


def behind(home: Path, command: str) -> list[str]:
    """The statements that psql sends for a command."""
    shown = psql(home, world.DATABASE, command, user=world.USER, echo=True)
    return [
        found.strip().rstrip(";")
        for found in re.findall(r"\*{8,} QUERY \*{8,}\n(.*?)\n\*{24,}", shown, re.DOTALL)
    ]


def psql(
    home: Path, database: str, *commands: str, user: str = "postgres", echo: bool = False
) -> str:
    asked = [part for command in commands for part in ("-c", command)]
    done = subprocess.run(
        ["psql", "-X", *(["-E"] if echo else []), "-v", "ON_ERROR_STOP=1", "-h", home, "-p",
         str(PORT), "-U", user, *asked, database],
        check=not echo, capture_output=True, text=True,
        env={**os.environ, "PGOPTIONS": f"-c search_path={world.SCHEMA}" if echo else ""},
    )  # fmt: skip
    return done.stdout


def described(body: bytes) -> tuple[list[str], list[int]]:
    """Names and types of a RowDescription."""
    names, at = [], 2
    for _ in range(int.from_bytes(body[:2], "big")):
        end = body.index(b"\0", at)
        names.append(body[at:end].decode())
        at = end + 19
    return names, oids_of(body)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
