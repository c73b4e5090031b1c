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
WHOLE = (
    "information_schema.schemata", "information_schema.domains",
    "information_schema.table_constraints", "information_schema.key_column_usage",
    "information_schema.referential_constraints", "information_schema.constraint_column_usage",
    "information_schema.constraint_table_usage", "information_schema.collations",
    "information_schema.sql_features",
    "information_schema.information_schema_catalog_name", "information_schema.sequences",
    "information_schema.character_sets",
    "pg_namespace", "pg_am", "pg_operator", "pg_cast", "pg_collation", "pg_constraint", "pg_index",
    "pg_range", "pg_enum", "pg_roles", "pg_user", "pg_group", "pg_tables", "pg_indexes",
    "pg_tablespace", "pg_language", "pg_opclass", "pg_inherits", "pg_extension", "pg_ts_config",
    "pg_attrdef", "pg_policy", "pg_sequence", "pg_publication", "pg_matviews",
    "pg_foreign_table", "pg_description", "pg_shdescription", "pg_database", "pg_auth_members",
)  # fmt: skip
MORE = (
    "SELECT format_type(1043, 20), format_type(1700, 1179652), format_type(1114, 3),"
    " format_type(1184, 0), format_type(1042, 9), format_type(1015, 14), format_type(1231, 1179652),"
    " format_type(1042, -1), format_type(0, NULL), format_type(4711, NULL), format_type(NULL, 1)",
    "SELECT * FROM pg_get_keywords()",
    "SELECT oid, oid::regtype, oid::regtype::text, format_type(oid, NULL), format_type(oid, -1),"
    " pg_type_is_visible(oid) FROM pg_type WHERE typrelid = 0",
    "SELECT oid, oid::regclass, oid::regclass::text, pg_table_is_visible(oid) FROM pg_class",
    "SELECT oid, oid::regproc, pg_get_function_result(oid), pg_get_function_arguments(oid),"
    " pg_function_is_visible(oid) FROM pg_proc",
    "SELECT atttypid, atttypmod, format_type(atttypid, atttypmod), col_description(attrelid, attnum)"
    " FROM pg_attribute WHERE attnum > 0 AND attrelid::regclass::text !~ 'pg_toast'",
    # Two of PostgreSQL's own views can be written to there.
    "SELECT * FROM information_schema.columns WHERE table_name NOT IN"
    " ('pg_group', 'pg_stat_database_conflicts')",
    "SELECT oid, obj_description(oid, 'pg_class'), obj_description(oid) FROM pg_class",
    "SELECT 'conversations'::regclass, 'genesys.agents'::regclass::oid, 'PG_CLASS'::regclass,"
    " to_regclass('nope'), to_regclass('local.notes'), 'pg_catalog.int4'::regtype,"
    " 'timestamp with time zone'::regtype::oid, 'varchar(10)'::regtype, 'text[]'::regtype,"
    " '_int4'::regtype, to_regtype('nothing'), 'genesys'::regnamespace, 'ann'::regrole::oid",
    "SELECT current_user, session_user, current_schema, current_schema(), current_schemas(true),"
    " current_schemas(false), current_catalog, current_database()",
    "SELECT quote_ident('a'), quote_ident('A'), quote_ident('select'), quote_ident('a\"b'),"
    " quote_ident('name'), quote_ident(''), quote_literal('it''s'), quote_nullable(NULL)",
    "SELECT array_to_string(ARRAY['a', NULL, 'b'], ','), array_to_string(ARRAY['a', NULL], ',', '*'),"
    " array_upper(ARRAY[1, 2], 1), array_lower(ARRAY[1, 2], 1), array_length(ARRAY[1], 1),"
    " array_length('{}'::int[], 1), cardinality(ARRAY[1, 2]), array_ndims(ARRAY[1])",
    "SELECT pg_encoding_to_char(6), pg_char_to_encoding('UTF8'), pg_client_encoding(),"
    " pg_is_in_recovery(), pg_my_temp_schema(), pg_get_userbyid(10), pg_get_userbyid(1)",
    "SELECT has_table_privilege('conversations', 'select'),"
    " has_schema_privilege('genesys', 'USAGE'), has_database_privilege('lake', 'connect'),"
    " has_column_privilege('conversations', 'tenant', 'SELECT'),"
    " has_any_column_privilege('conversations', 'SELECT'), pg_has_role('ann', 'USAGE')",
    "SELECT current_setting('server_version'), current_setting('max_index_keys'),"
    " current_setting('no.pe', true), current_setting('search_path')",
    "SELECT conname, pg_get_constraintdef(oid), pg_get_constraintdef(oid, true) FROM pg_constraint"
    " WHERE contype IN ('p', 'f')",
    "SELECT indexrelid, pg_get_indexdef(indexrelid), pg_get_indexdef(indexrelid, 1, true),"
    " pg_get_indexdef(indexrelid, 0, true) FROM pg_index WHERE indrelid >= 16384",
    "SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE indisprimary",
    "SELECT c.relname, (information_schema._pg_expandarray(i.indkey)).x,"
    " (information_schema._pg_expandarray(i.indkey)).n FROM pg_index i"
    " JOIN pg_class c ON c.oid = i.indrelid WHERE indrelid >= 16384",
    "SELECT schemaname, viewname, viewowner FROM pg_views",
    "SELECT name, setting, unit, category, vartype FROM pg_settings WHERE name IN"
    " ('max_index_keys', 'block_size', 'server_version', 'DateStyle', 'bytea_output')",
    "SELECT name FROM pg_settings",
    "SELECT datname, usename, state FROM pg_stat_activity WHERE pid = pg_backend_pid() AND false",
    "SELECT relname, schemaname FROM pg_stat_user_tables",
)
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
    for sql in (*(f"SELECT * FROM {name}" for name in WHOLE), *MORE):
        seen.setdefault(sql, ("more", []))
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
