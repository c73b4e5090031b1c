"""Writes tests/fixtures/catalogue.json: what a real PostgreSQL 15 answers to questions about itself.

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
from tests.postgres_client import SYNC, Client, bind, describe, execute, parse
from tests.postgres_server import PORT, running

FIXTURE = Path(__file__).parent / "fixtures" / "catalogue.json"
COMMANDS = (
    r"\d", r"\dt", r"\dt genesys.*", r"\dt *.*", r"\dv", r"\d conversations", r"\d v_daily",
    r"\d+ conversations", r"\d+ v_daily", r"\d segments", r"\d+ agents", r"\d conversations_pkey",
    r"\di", r"\di+", r"\dt+", r"\dv+", r"\dn", r"\dn+", r"\du", r"\du+", r"\df", r"\dfn array*",
    r"\dT", r"\dT+ text", r"\dT genesys.*", r"\do =", r"\dC", r"\dx", r"\dp", r"\ddp",
    r"\dD", r"\des", r"\dew", r"\dF", r"\dL", r"\dO", r"\db", r"\db+", r"\dy", r"\dRp", r"\dRs", r"\dX",
    r"\l", r"\l+", r"\sv v_daily", r"\dS pg_class", r"\z", r"\da sum", r"\dA", r"\drds", r"\dd", r"\dE",
    r"\d information_schema.tables", r"\dP", r"\dm", r"\ds", r"\d genesys.*", r"\dg",
)  # fmt: skip
_KINDS = ["r", "p", "f", "v", "m"]
# Values of the statements' parameters, which were not recorded with them; by how they begin.
VALUES: tuple[tuple[str, list[str]], ...] = (
    ("SELECT\n    typname AS name, oid, typarray", ["int4"]),
    ("SELECT pg_catalog.pg_namespace.nspname", ["pg/_"]),
    ("SELECT pg_catalog.pg_class.relname \nFROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON "
     "pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace \nWHERE pg_catalog.pg_class."
     "relkind = ANY (ARRAY[$1::VARCHAR, $2", ["r", "p", "t", "genesys"]),
    ("SELECT pg_catalog.pg_class.relname \nFROM pg_catalog.pg_class JOIN", ["v", "t", "genesys"]),
    ("SELECT pg_catalog.pg_attribute.attname AS name",
     ["", "always", "a", "start", "increment", "minvalue", "maxvalue", "cache", "cycle", "", "0",
      "name", "schema", "0", *_KINDS, "genesys", "conversations"]),
    ("SELECT pg_catalog.pg_class.oid, pg_catalog.pg_class.relname \n",
     [*_KINDS, "genesys", "conversations"]),
    ("SELECT attr.conrelid", ["1", "pg_catalog.pg_constraint", "p", "<class genesys.conversations>"]),
    ("SELECT pg_catalog.pg_class.relname, pg_catalog.pg_constraint.conname, CASE WHEN "
     "(pg_catalog.pg_constraint.oid IS NOT NULL) THEN pg_catalog.pg_get_constraintdef(pg_catalog."
     "pg_constraint.oid, $1) END AS anon_1, nsp_ref",
     ["true", "f", "pg_catalog.pg_constraint", *_KINDS, "genesys", "conversations"]),
    ("SELECT pg_catalog.pg_class.relname, pg_catalog.pg_constraint.conname",
     ["true", "c", "pg_catalog.pg_constraint", *_KINDS, "genesys", "conversations"]),
    ("SELECT pg_catalog.pg_am.oid", ["btree"]),
    ("SELECT pg_catalog.pg_index.indrelid",
     ["0", "1", "true", "0", "1", "<class genesys.conversations>", "p", "u", "x"]),
    ("SELECT pg_catalog.pg_class.relname, pg_catalog.pg_description",
     ["0", "pg_catalog.pg_class", *_KINDS, "genesys", "conversations"]),
    ("SELECT pg_catalog.pg_class.oid, pg_catalog.pg_class.relname, pg_catalog.pg_class.reloptions",
     ["default_table_access_method", *_KINDS, "genesys", "conversations"]),
    ("SELECT table_catalog", ["genesys", "conversations"]),
    ("SELECT n.oid FROM pg_catalog.pg_namespace n", ["genesys"]),
    ("SELECT c.relname,c.oid FROM", ["<schema genesys>"]),
    ("SELECT c.relname,a.*", ["<class genesys.conversations>"]),
    ("select a.attname, t.typname", ["<class genesys.conversations>"]),
)  # fmt: skip
_OIDS = {"16386": "<class genesys.conversations>", "16396": "<class genesys.v_daily>"}
MOST_ROWS = 60


class Control(Client):
    """A session of the user, on the database."""

    def ask(self, sql: str, values: Sequence[str]) -> tuple[list[str], list[int], list[world.Row]]:
        asked = parse(sql) + bind([value.encode() for value in values]) + describe(b"P")
        self._socket.sendall(asked + execute() + SYNC)
        names: list[str] = []
        types: list[int] = []
        rows: list[world.Row] = []
        error = ""
        for letter, body in iter(self._message, ("Z", b"I")):
            if letter == "E":
                error = str(body)
            if letter == "T":
                names, types = described(body)
            if letter == "D":
                rows.append(tuple(None if c is None else c.decode() for c in cells(body)))
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
    ours = [row for row in rows if any(cell and ("genesys" in cell or "local" in cell) for cell in row)]
    return {"count": len(rows), "hash": digest, "ours": ours[:MOST_ROWS]}


def statements(corpus: Path, home: Path, oids: dict[int, str]) -> list[tuple[str, str, list[str]]]:
    seen: dict[str, tuple[str, list[str]]] = {}
    for one in json.loads(corpus.read_text()):
        sql = str(one["sql"]).strip().rstrip(";")
        for number, name in _OIDS.items():
            sql = sql.replace(number, name)
        sql = re.sub(r"\bpublic\b", "genesys", sql)
        if re.match(r"(/\*|--|select|with)", sql, re.IGNORECASE) and not re.search(r"pg_sleep|;\s*\w", sql):
            client = "psql" if one["app"] == "psql" else str(one["app"]).split()[0].strip("[]")
            seen.setdefault(sql, (client, values_of(sql)))
    for command in COMMANDS:
        for sql in behind(home, command):
            seen.setdefault(world.named(sql, oids), (command, []))
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


def psql(home: Path, database: str, *commands: str, user: str = "postgres", echo: bool = False) -> str:
    asked = [part for command in commands for part in ("-c", command)]
    done = subprocess.run(
        ["psql", "-X", *(["-E"] if echo else []), "-v", "ON_ERROR_STOP=1", "-h", home, "-p",
         str(PORT), "-U", user, *asked, database],
        check=not echo, capture_output=True, text=True,
        env={**os.environ, "PGOPTIONS": f"-c search_path={world.SCHEMA}" if echo else ""},
    )  # fmt: skip
    return done.stdout


def described(body: bytes) -> tuple[list[str], list[int]]:
    from tests.postgres_client import oids

    names, at = [], 2
    for _ in range(int.from_bytes(body[:2], "big")):
        end = body.index(b"\0", at)
        names.append(body[at:end].decode())
        at = end + 19
    return names, oids(body)


def cells(body: bytes) -> tuple[bytes | None, ...]:
    from tests.postgres_client import row

    return row(body)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
