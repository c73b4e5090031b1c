"""Writes src/trunkline/lake/system/pristine: the system catalogue of a new PostgreSQL 15.

    python -m tools.record_catalogue

One Parquet file for each relation that has rows. Left out, since no client reads them: what depends
on what, initial privileges, rules (the trees of views), statistics, sizes of text search words,
extensions that could be installed. ``shown`` is not a relation of PostgreSQL's: it has what its
functions say of builtin objects (``format_type``, ``pg_get_indexdef`` ...), by OID.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.postgres_server import PORT, running
from trunkline.lake.system.kinds import LISTS, NUMBERS, SCALARS, VECTORS
from trunkline.lake.system.pristine import schema_of

FOLDER = Path(__file__).parent.parent / "src" / "trunkline" / "lake" / "system" / "pristine"
NOT_KEPT = frozenset(
    {
        "pg_depend", "pg_shdepend", "pg_init_privs", "pg_rewrite", "pg_statistic", "pg_stats",
        "pg_rules", "pg_views", "pg_tables", "pg_indexes", "pg_roles", "pg_user", "pg_group",
        "pg_shadow", "pg_timezone_names", "pg_timezone_abbrevs",
        "pg_stats_ext", "pg_stats_ext_exprs", "pg_locks", "pg_config", "pg_cursors",
        "pg_prepared_statements",
        "pg_hba_file_rules", "pg_ident_file_mappings", "pg_file_settings", "pg_largeobject",
        "pg_available_extensions", "pg_available_extension_versions", "pg_shmem_allocations",
        "pg_backend_memory_contexts", "pg_statistic_ext_data", "pg_replication_origin_status",
    }
)  # fmt: skip
SHOWN = {
    "type": "SELECT oid, format_type(oid, NULL) FROM pg_type",
    "regproc": "SELECT oid, oid::regproc::text FROM pg_proc",
    "regoper": "SELECT oid, oid::regoper::text FROM pg_operator",
    "arguments": "SELECT oid, pg_get_function_arguments(oid) FROM pg_proc",
    "identity": "SELECT oid, pg_get_function_identity_arguments(oid) FROM pg_proc",
    "result": "SELECT oid, pg_get_function_result(oid) FROM pg_proc",
    "index": "SELECT indexrelid, pg_get_indexdef(indexrelid) FROM pg_index",
    "constraint": "SELECT oid, pg_get_constraintdef(oid) FROM pg_constraint",
    "keyword": "SELECT row_number() OVER (ORDER BY word), "
    "concat_ws('|', word, catcode, barelabel, catdesc, baredesc) FROM pg_get_keywords()",
}
COLUMNS = """
    SELECT c.relname, n.nspname, json_agg(json_build_array(a.attname, t.typname) ORDER BY a.attnum)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relkind IN ('r', 'v') AND n.nspname IN ('pg_catalog', 'information_schema')
      AND (n.nspname = 'pg_catalog' OR c.relkind = 'r') AND c.relname !~ '^pg_stat(io)?_'
    GROUP BY 1, 2 ORDER BY 1
"""


def main() -> None:
    """Ask a new server, and write what it says."""
    for old in FOLDER.glob("*.parquet"):
        old.unlink()
    FOLDER.mkdir(exist_ok=True)
    with running() as home:
        for schema, name, columns in _relations(home):
            rows = [
                scrubbed(name, json.loads(line))
                for line in _ask(home, _selecting(schema, name, columns))
            ]
            _keep(name, {c: [row[c] for row in rows] for c, _ in columns}, schema_of(dict(columns)))
        shown = [
            (kind, int(oid), words)
            for kind, sql in SHOWN.items()
            for oid, words in (json.loads(line) for line in _ask(home, _as_arrays(sql)))
            if words is not None
        ]
    fields = (("kind", pa.string()), ("oid", pa.uint32()), ("words", pa.string()))
    _keep("shown", dict(zip(("kind", "oid", "words"), zip(*shown, strict=True), strict=True)),
         pa.schema(fields))  # fmt: skip


def scrubbed(relation: str, row: dict[str, Any]) -> dict[str, Any]:
    """A setting without the place and the command line of the server that was asked."""
    if relation != "pg_settings":
        return row
    if row["name"] == "server_version":
        row |= {name: str(row[name]).split()[0] for name in ("setting", "boot_val", "reset_val")}
    here = row["source"] in ("override", "command line", "client", "environment variable")
    own = {"setting": row["boot_val"], "reset_val": row["boot_val"], "source": "default"}
    settings = own if here and not row["name"].startswith("transaction_") else {}
    return row | settings | {"sourcefile": None, "sourceline": None}


def _as_arrays(sql: str) -> str:
    return f"SELECT json_build_array(oid, words) FROM ({sql}) s(oid, words) ORDER BY oid"  # noqa: S608


def _relations(home: Path) -> list[tuple[str, str, list[tuple[str, str]]]]:
    found = [json.loads(line) for line in _ask(home, f"SELECT row_to_json(r) FROM ({COLUMNS}) r")]  # noqa: S608
    return [
        (row["nspname"], row["relname"], [(n, t) for n, t in row["json_agg"]])
        for row in found
        if row["relname"] not in NOT_KEPT
    ]


def _selecting(schema: str, name: str, columns: list[tuple[str, str]]) -> str:
    listed = ", ".join(f'{_expression(c, t)} AS "{c}"' for c, t in columns)
    return f'SELECT row_to_json(r) FROM (SELECT {listed} FROM {schema}."{name}") r'  # noqa: S608


def _expression(column: str, type_: str) -> str:
    """A value as JSON has it: a number, text, or a list of either."""
    quoted = f'"{column}"'
    if type_ == "xid":
        return f"{quoted}::text::int8"
    if type_ in NUMBERS:
        return f"{quoted}::oid::int8"
    if type_ in VECTORS:
        return f"string_to_array({quoted}::text, ' ')::int8[]"
    if type_ in ("pg_node_tree", "anyarray", "bytea"):
        return "NULL"
    if type_ in LISTS:
        return f"{quoted}::int8[]"
    return f"{quoted}::text[]" if type_.startswith("_") else _plain(quoted, type_)


def _plain(quoted: str, type_: str) -> str:
    return quoted if type_ in SCALARS and type_[:4] != "time" else f"{quoted}::text"


def _keep(name: str, columns: dict[str, Any], schema: pa.Schema) -> None:
    table = pa.table({c: pa.array(v, schema.field(c).type) for c, v in columns.items()}, schema)
    if table.num_rows:
        pq.write_table(table, FOLDER / f"{name}.parquet", compression="zstd", compression_level=19,
                       write_statistics=False, store_schema=False)  # fmt: skip


def _ask(home: Path, sql: str) -> list[str]:
    command = ["psql", "-XAtq", "-h", str(home), "-p", str(PORT), "-U", "postgres", "-c", sql]
    done = subprocess.run([*command, "template1"], check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout.splitlines()


if __name__ == "__main__":
    main()
