"""Statements of Npgsql, Power BI, Tableau, Excel and DBeaver, answered as by PostgreSQL 15."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from psycopg.rows import tuple_row

from tests.acceptance.clients.targets import Target

FOLDER = Path(__file__).parent / "statements"
STATEMENTS = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.sql"))}

# Both servers have more than the local tables, and numbers of their own: what is compared of an
# answer that tells of them, by column. Of these, ours must have every row of the control.
COMPARED = {
    "powerbi-tables": ("table_schema", "table_name", "table_type"),
    "dbeaver-schemas": ("nspname",),
    "dbeaver-roles": ("rolname",),
    "dbeaver-types": ("oid", "typname", "typtype", "typcategory", "typelem", "typarray", "typlen"),
    "dbeaver-relations": ("relname", "relkind", "relnatts"),
    "dbeaver-sizes": (),
    "dbeaver-database": ("datname", "encoding"),
    "dbeaver-names": ("relname",),
    "dbeaver-schema-oid": (),
    "dbeaver-columns": ("relname", "attname", "atttypid", "attnum", "atttypmod", "attnotnull"),
    "dbeaver-view": (),
    "dbeaver-search-path": (),
    "dbeaver-setting": ("name", "setting", "unit", "category", "short_desc", "vartype"),
}
ORDERED = ("powerbi-columns", "dbeaver-columns")
# A row of a table is a type in PostgreSQL, each with a number of its own, and so are their arrays.
PRISTINE = ("npgsql-4.0-types", "npgsql-9.0-types")
SESSIONS_OWN = ("pg_temp", "pg_toast_temp")  # schemas that a control has for its other sessions


@dataclass(frozen=True)
class Answer:
    """One result of a text: names, types, rows as Python has them."""

    names: list[str]
    oids: list[int]
    rows: list[tuple[Any, ...]]

    def only(self, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
        places = [self.names.index(name) for name in names]
        return [tuple(row[place] for place in places) for row in self.rows]


def answers(target: Target, text: str, *, binary: bool | None = None) -> list[Answer | None]:
    """Every result of a text; None stands for a command without rows.

    With a format of results the statement is prepared, without one it is a simple query.
    """
    found: list[Answer | None] = []
    with target.connect(row_factory=tuple_row) as connection:
        if binary is None:
            cursor = connection.execute(text)
        else:
            cursor = connection.execute(text, prepare=True, binary=binary)
        for results in cursor.results():
            if results.description is None:
                found.append(None)
                continue
            names = [column.name for column in results.description]
            oids = [column.type_code for column in results.description]
            found.append(Answer(names, oids, results.fetchall()))
    return found


def hashable(rows: list[tuple[Any, ...]]) -> Counter[str]:
    return Counter(map(repr, rows))


@pytest.mark.xdist_group("wire-trunkline")
@pytest.mark.parametrize("name", STATEMENTS)
def test_it_is_answered_as_postgresql_answers_it(ours: Target, control: Target, name: str) -> None:
    text = STATEMENTS[name].strip()
    # A list of privileges has no binary form, and DBeaver's driver asks for none.
    ways = [None] if ";" in text else [None, not name.startswith("dbeaver")]
    for binary in ways:
        found, wanted = (answers(server, text, binary=binary) for server in (ours, control))
        assert len(found) == len(wanted)
        for have, want in zip(found, wanted, strict=True):
            same(name, have, want)


def sessions_own(row: tuple[Any, ...]) -> bool:
    return bool(row) and str(row[0]).startswith(SESSIONS_OWN)


def same(name: str, have: Answer | None, want: Answer | None) -> None:
    """Names and types always; rows, or what is compared of them."""
    if have is None or want is None:
        assert have is want
        return
    assert (have.names, have.oids) == (want.names, want.oids)
    if name in COMPARED:
        wanted = [row for row in want.only(COMPARED[name]) if not sessions_own(row)]
        missing = hashable(wanted) - hashable(have.only(COMPARED[name]))
        assert not missing
        assert have.rows
    elif name in PRISTINE:
        pristine = [hashable([r for r in a.rows if r[0] == "pg_catalog"]) for a in (have, want)]
        assert pristine[0] == pristine[1]
    elif name in ORDERED:
        assert have.rows == want.rows
    else:
        assert hashable(have.rows) == hashable(want.rows)
