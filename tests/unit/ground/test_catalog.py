"""Declarations are checked when they are built, with the name of what is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from trunkline.catalog import (
    OPEN_AT,
    TAIL,
    WHOLE,
    Catalog,
    Column,
    Dataset,
    Level,
    Pii,
    Pushdown,
    Scope,
    ScopeKind,
    Table,
    closest,
    filtered,
    folded,
)
from trunkline.types import Type

CALL = Level("call", None, "calls", id="callId")
LEG = Level("leg", "call", "legs")
CALLS = Dataset(
    name="calls",
    provider="acme",
    description="Calls.",
    levels=(CALL, LEG),
    key="call_id",
    time_column="call_start",
    cursor="next",
    watermark="asOf",
)
KEY = Column("call_id", Type.TEXT, "call.callId", "Identifier.")
START = Column("call_start", Type.TIMESTAMP, "call.start", "When it began.")
LEG_KEY = Column("leg_key", Type.TEXT, "leg.key", "Key.")
TALK = Column("t_talk_ms", Type.BIGINT, "leg.metrics[tTalk]", "Talk.", unit="ms")
LEGS = Table(
    name="legs",
    description="Legs.",
    dataset=CALLS,
    level="leg",
    grain="one leg",
    key="leg_key",
    natural_key=("call_id", "leg_key"),
    columns=(KEY, START, LEG_KEY, TALK),
    pushdowns=(Pushdown("call_start", (">=", "<"), required=True),),
    views=("call_legs",),
)


def test_a_source_names_a_level_and_an_attribute() -> None:
    assert (TALK.level, TALK.attribute) == ("leg", "metrics[tTalk]")
    assert LEGS.time_column == "call_start"
    assert LEGS.column("t_talk_ms") is TALK
    with pytest.raises(KeyError):
        LEGS.column("t_talk")


def test_the_path_of_a_level_starts_at_the_root() -> None:
    assert CALLS.path("leg") == (CALL, LEG)
    assert CALLS.path("call") == (CALL,)
    with pytest.raises(KeyError):
        CALLS.level("segment")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "callId"}, "snake_case"),
        ({"name": "call_id\n"}, "snake_case"),
        ({"name": "1st"}, "snake_case"),
        ({"source": "callId"}, "names no level"),
        ({"description": ""}, "no description"),
        ({"type": Type.BIGINT, "pii": Pii.PHONE}, "only text can be masked"),
        ({"type": Type.TEXT, "pii": Pii.PHONE}, "somebody's"),
    ],
)
def test_a_wrong_column_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(KEY, **changes)


@pytest.mark.parametrize(
    "levels",
    [
        (),
        (LEG,),
        (LEG, CALL),
        (CALL, LEG, LEG),
        (CALL, Level("other", None, "others")),
        (CALL, Level("leg", "segment", "legs")),
    ],
)
def test_levels_that_are_no_tree_are_refused(levels: tuple[Level, ...]) -> None:
    with pytest.raises(ValueError, match="dataset calls"):
        replace(CALLS, levels=levels)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "Legs"}, "snake_case"),
        ({"views": ("call legs",)}, "snake_case"),
        ({"level": "segment"}, "has no segment"),
        ({"columns": (KEY, START, LEG_KEY, KEY)}, "repeated columns.*call_id"),
        ({"key": "leg_id"}, "no columns.*leg_id"),
        ({"natural_key": ("call_id", "ordinal")}, "no columns.*ordinal"),
        ({"columns": (KEY, LEG_KEY)}, "no columns.*call_start"),
        ({"pushdowns": (Pushdown("queue_id", ("=",)),)}, "no columns.*queue_id"),
        ({"level": "call"}, "another level.*leg_key"),
    ],
)
def test_a_wrong_table_is_refused_by_name(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as raised:
        replace(LEGS, **changes)
    assert str(changes.get("name", "legs")) in str(raised.value)


def test_a_catalogue_finds_tables_and_views_as_duckdb_would() -> None:
    catalog = Catalog("acme", (LEGS,))
    assert catalog.names() == ("legs", "call_legs")
    assert catalog.of(CALLS) == (LEGS,)
    for name, schema in (("legs", None), ("LEGS", "Acme"), ("call_legs", "acme")):
        assert catalog.find(name, schema) is LEGS
    for name, schema in (("leg", None), ("legs", "other"), ("legs", "")):
        assert catalog.find(name, schema) is None


def test_a_table_of_another_schema_is_named_with_it() -> None:
    fronts = replace(LEGS, name="fronts", views=(), schema="finance")
    same = replace(LEGS, views=(), schema="finance")
    catalog = Catalog("acme", (LEGS, fronts, same))
    assert catalog.find("fronts", "Finance") is fronts
    assert catalog.find("fronts") is None
    assert catalog.find("legs") is LEGS
    assert catalog.find("legs", "finance") is same
    assert catalog.names() == ("legs", "call_legs", "finance.fronts", "finance.legs")
    assert (fronts.shown, LEGS.shown) == ("finance.fronts", "legs")
    assert catalog.nearest("fronts") == "finance.fronts"
    assert catalog.nearest("finance.leg") == "finance.legs"
    assert catalog.nearest("xyz") is None


@pytest.mark.parametrize(
    ("schema", "tables", "words"),
    [
        ("acme", (LEGS, LEGS), "call_legs"),
        ("acme", (LEGS, replace(LEGS, name="call_legs", views=())), "call_legs"),
        ("Acme Ltd", (LEGS,), "snake_case"),
    ],
)
def test_a_name_for_two_relations_is_refused(
    schema: str, tables: tuple[Table, ...], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Catalog(schema, tables)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("conversatons", "conversations"), ("SEGMENTS", "segments"), ("xyz", None), ("", None)],
)
def test_the_closest_name(written: str, meant: str | None) -> None:
    assert closest(written, ["conversations", "segments"]) == meant


def test_only_ascii_has_case() -> None:
    assert folded("QUEUE_Id") == "queue_id"
    assert folded("S\N{KELVIN SIGN}ILL\u00c4") == "s\N{KELVIN SIGN}ill\u00c4"


Q = ("q1", "q2")


@pytest.mark.parametrize(
    ("scope", "text"),
    [
        (WHOLE, ""),
        (OPEN_AT, "open_at"),
        (TAIL, "tail"),
        (filtered({"queue_id": ["q2", "q1", "q2"]}), 'filtered [["queue_id",["q1","q2"]]]'),
        (
            filtered({"user_id": ['a "b', "ü"], "queue_id": Q}),
            'filtered [["queue_id",["q1","q2"]],["user_id",["a \\"b","\\u00fc"]]]',
        ),
    ],
)
def test_a_scope_has_one_text(scope: Scope, text: str) -> None:
    assert str(scope) == text
    assert Scope.parse(text) == scope


def test_a_scope_is_the_same_in_any_order() -> None:
    one = Scope(ScopeKind.FILTERED, (("queue_id", Q), ("user_id", ("u",))))
    other = Scope(ScopeKind.FILTERED, (("user_id", ("u",)), ("queue_id", ("q2", "q1"))))
    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize(
    ("kind", "predicates"),
    [
        (ScopeKind.WHOLE, (("queue_id", Q),)),
        (ScopeKind.TAIL, (("queue_id", Q),)),
        (ScopeKind.FILTERED, ()),
        (ScopeKind.FILTERED, (("queue_id", ()),)),
        (ScopeKind.FILTERED, (("queue_id", Q), ("queue_id", Q))),
    ],
)
def test_a_scope_that_means_nothing(
    kind: ScopeKind, predicates: tuple[tuple[str, tuple[str, ...]], ...]
) -> None:
    with pytest.raises(ValueError, match="scope"):
        Scope(kind, predicates)


@pytest.mark.parametrize("text", ["whole", "filtered", 'open_at [["a",["b"]]]', "filtered [[]"])
def test_a_text_that_is_no_scope(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Scope.parse(text)
