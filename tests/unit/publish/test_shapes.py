"""What the tables are in PostgreSQL."""

from __future__ import annotations

from trunkline.catalog import FINANCE
from trunkline.config import Settings
from trunkline.engine.registry import catalogs
from trunkline.publish.shapes import ForeignKey, literal, shapes_of

CATALOG = catalogs(Settings()).default
LONGEST = 63  # bytes of a name in PostgreSQL; what is longer is cut, and not found again


def test_no_name_is_cut() -> None:
    for shape in shapes_of(CATALOG.tables):
        names = [shape.name, f"{shape.name}_pkey", *shape.columns]
        names += [f"{shape.name}_{column}_idx" for column in shape.indexed]
        names += [f"{shape.name}_{shape.above.column}_fkey"] if shape.above else []
        assert max(map(len, names)) <= LONGEST


def test_a_table_stands_after_the_one_above_it() -> None:
    shapes = shapes_of(table for table in CATALOG.tables if table.schema is None)
    seen: set[str] = set()
    for shape in shapes:
        assert shape.above is None or shape.above.table in seen
        seen.add(shape.name)
    assert [shape.name for shape in shapes if shape.above is None] == [
        "conversations",
        "user_states",
    ]


def test_a_table_of_finance_has_nothing_above() -> None:
    shapes = shapes_of(table for table in CATALOG.tables if table.schema == FINANCE)
    assert [shape.above for shape in shapes] == [None]


def test_where_the_next_above_is_missing_the_root_is_meant() -> None:
    wanted = {"conversations", "participants", "segments"}
    shapes = {s.name: s for s in shapes_of(t for t in CATALOG.tables if t.name in wanted)}
    to_root = ForeignKey("conversation_id", "conversations", "conversation_id")
    assert shapes["participants"].above == to_root
    assert shapes["segments"].above == to_root  # it has no key of a participant


def test_a_text_ends_where_it_ends() -> None:
    assert literal("it's") == "'it''s'"
    assert literal("a\\'") == "E'a\\\\'''"
