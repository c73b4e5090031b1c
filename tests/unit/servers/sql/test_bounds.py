"""A translation bounds the scans that the text bounds: the planner's own pairs, translated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.unit.planner.pairs import Pair, every_pair
from tests.unit.planner.world import CATALOG
from trunkline.servers.postgres.sql import Known, translated
from trunkline.servers.postgres.types import BY_OID

# Named parameters are DuckDB's alone.
PAIRS = [pair for pair in every_pair() if not isinstance(pair.parameters, dict)]
# sqlglot does not read a precision, which PostgreSQL rounds to: the translation says how.
READ_NOW = {
    "conversation_start::TIMESTAMP(6)": "c: 2025-01-20 .. 2025-01-21",
    "(3)": "c: 2025-01-19 23:59:59.999 .. 2025-01-21",
    "(0)": "c: 2025-01-19 23:59:59.500 .. 2025-01-20 23:59:59.500",
}


class Tables:
    @property
    def said(self) -> Mapping[str, str]:
        return {}

    def relation(self, schema: str | None, name: str) -> Known | None:
        tables = {own: table for table in CATALOG.tables for own in (table.name, *table.views)}
        if name not in tables or schema not in (None, CATALOG.schema):
            return None
        columns = tuple(
            (column.name, BY_OID[column.type.value.postgres_oid]) for column in tables[name].columns
        )
        return Known(CATALOG.schema, name, columns, system=False, target=f"{CATALOG.schema}.{name}")


@pytest.mark.parametrize("pair", PAIRS, ids=[pair.name for pair in PAIRS])
def test_the_plan_is_that_of_the_text(pair: Pair) -> None:
    found = replace(pair, sql=translated(pair.sql, Tables()).sql)
    unread = pair.expected[0].startswith("unbounded")
    if unread and (read := next((of for text, of in READ_NOW.items() if text in pair.sql), None)):
        assert found.actual() == (read,)
    elif unread:
        assert found.actual()[0].startswith("unbounded")
    else:
        assert found.actual() == pair.expected, found.sql


SYDNEY = "'Australia/Sydney'"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("'UTC+3'", "'Etc/GMT+3'"),
        ("'+02'", "'Etc/GMT+2'"),
        ("'<+03>-3'", "'Etc/GMT-3'"),
        ("'PST'", "'Etc/GMT+8'"),
        ("interval '-8 hours'", "'Etc/GMT+8'"),
        ("'-05:30'", "'GMT+05:30'"),
    ],
)
def test_a_zone_bounds_a_scan_as_the_same_one_of_the_engine(theirs: str, ours: str) -> None:
    of_zones = [pair for pair in PAIRS if SYDNEY in pair.sql]
    assert len(of_zones) > 4
    for pair in of_zones:
        found = replace(pair, sql=translated(pair.sql.replace(SYDNEY, theirs), Tables()).sql)
        assert found.actual() == replace(pair, sql=pair.sql.replace(SYDNEY, ours)).actual()
