"""Values that PostgreSQL has no place for, and rows that contradict one another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.gateway import SMALL, Site
from tests.postgres_server import INSTALLED
from tests.publishing import TREE, Base, held, published, require_equal, require_rows, there
from trunkline.engine.landing import layout_of
from trunkline.engine.syncing import Wish as SyncWish
from trunkline.lake.catalogue import Publication
from trunkline_simulator.settings import Shape

pytestmark = [
    pytest.mark.skipif(not INSTALLED, reason="needs PostgreSQL 15"),
    pytest.mark.xdist_group("publish"),
]

Rows = dict[str, list[dict[str, Any]]]
DAY = date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "data", SMALL)


def land(site: Site, rows: Rows, *days: date, at: datetime = NOON) -> None:
    """Publish rows to the lake as a job of these days would have brought them."""
    with site.engine() as engine:
        catalog = engine.catalog
        layout = layout_of(catalog, catalog.datasets[0])
        key = f"{at:%Y%m%d%H%M%S%f}".ljust(32, "0")
        tables = {table.name: table for table in catalog.tables}
        arrow = {
            name: pa.Table.from_pylist(
                of, pa.schema([(c.name, c.type.arrow) for c in tables[name].columns])
            )
            for name, of in rows.items()
        }
        receipt = engine.lake.stage(f"{key}-0", arrow, layout)
        done = Publication(
            job=key,
            organization="genesys",
            dataset=layout.dataset,
            days=dict.fromkeys(days, 0),
            files=receipt.files,
            fetched_at=at,
            watermark=at,
            fingerprint="who-3-policy",
        )
        engine.lake.publish(done, layout, at)


def conversation(own: str = "c1", start: datetime = NOON, **values: Any) -> dict[str, Any]:
    times = {"conversation_start": start, "conversation_end": start}
    return {"conversation_id": own} | times | values


def participant(name: str = "p1", of: str = "c1", **values: Any) -> dict[str, Any]:
    return below(of, participant_id=name, participant_key=f"{of}:{name}") | values


def below(own: str = "c1", **values: Any) -> dict[str, Any]:
    return {"conversation_id": own, "conversation_start": NOON} | values


def attribute(name: str, of: str = "p1", **values: Any) -> dict[str, Any]:
    own = {"attribute_key": f"c1:{of}:{name}", "participant_id": of}
    return below(participant_key=f"c1:{of}", name=name) | own | values


def session(**values: Any) -> dict[str, Any]:
    own = {"session_id": "s1", "session_key": "c1:p1:s1", "participant_key": "c1:p1"}
    return below(participant_id="p1") | own | values


def test_a_character_that_postgresql_lacks_is_shown_and_told(site: Site, base: Base) -> None:
    land(
        site,
        {
            "conversations": [conversation(external_tag="a\0b\0")],
            "participants": [participant()],
            "participant_attributes": [attribute("x\0"), attribute("plain")],
            "sessions": [session(cc=["one", "t\0wo", None], bcc=[])],
        },
        DAY,
    )
    done = published(site, base)
    assert there(base, "genesys.conversations")[0]["external_tag"] == "a␀b␀"
    assert sorted(row["name"] for row in there(base, "genesys.participant_attributes")) == [
        "plain",
        "x␀",
    ]
    assert there(base, "genesys.sessions")[0]["cc"] == ["one", "t␀wo", None]
    assert done.altered == {
        "conversations.external_tag: NUL written as ␀": 1,
        "participant_attributes.attribute_key: NUL written as ␀": 1,
        "participant_attributes.name: NUL written as ␀": 1,
        "sessions.cc: NUL written as ␀": 1,
    }
    assert any("external_tag: NUL" in notice for notice in done.notices)
    assert base.values("SELECT altered FROM genesys.trunkline_days") == [done.altered]
    assert published(site, base).published == ()


def test_values_of_every_type_are_exact(site: Site, base: Base) -> None:
    value = Decimal("123456789012345678.123456")
    land(
        site,
        {
            "conversations": [
                conversation(start=NOON + timedelta(milliseconds=1), external_tag="\\N\t\n\\.\"'"),
                conversation("c2", external_tag="", division_ids=["a,b", '"', "NULL", "{}"]),
            ],
            "participants": [participant(t_talk_ms=2**63 - 1)],
            "sessions": [session(acw_skipped=False)],
            "session_metrics": [
                session(metric_key="c1:p1:s1:0", ordinal=0, name="tTalk", value=value),
                session(metric_key="c1:p1:s1:1", ordinal=1, name="oX", value=-Decimal("0.000001")),
            ],
        },
        DAY,
    )
    published(site, base)
    assert require_equal(site, base) == 6
    assert {row["value"] for row in there(base, "genesys.session_metrics")} == {
        value,
        Decimal("-0.000001"),
    }


def test_a_key_too_long_for_an_index_is_left_out_and_told(site: Site, base: Base) -> None:
    rows = [attribute("é" * 2_000), attribute("b")]
    parents: Rows = {"conversations": [conversation()], "participants": [participant()]}
    land(site, parents | {"participant_attributes": rows}, DAY)
    done = published(site, base)
    assert [row["name"] for row in there(base, "genesys.participant_attributes")] == ["b"]
    assert done.altered == {"participant_attributes: rows left out": 1}


def test_a_long_text_is_there_whole(site: Site, base: Base) -> None:
    land(site, {"conversations": [conversation(external_tag="ü" * 30_000_000)]}, DAY)
    published(site, base)
    assert base.values("SELECT length(external_tag) FROM genesys.conversations") == [30_000_000]


def test_a_row_whose_row_above_is_not_held_is_left_out_and_told(site: Site, base: Base) -> None:
    rows = [attribute("a"), attribute("b", of="gone")]
    parents: Rows = {"conversations": [conversation()], "participants": [participant()]}
    land(site, parents | {"participant_attributes": rows}, DAY)
    done = published(site, base)
    assert [row["name"] for row in there(base, "genesys.participant_attributes")] == ["a"]
    assert done.altered == {"participant_attributes: rows left out": 1}
    assert published(site, base).unchanged == 1


def test_of_rows_with_the_same_key_one_is_there(site: Site, base: Base) -> None:
    land(site, {"conversations": [conversation()], "participants": [participant()] * 3}, DAY)
    done = published(site, base)
    assert len(there(base, "genesys.participants")) == 1
    assert done.altered == {"participants: rows left out": 2}


def test_a_conversation_that_began_on_another_day_after_all_moves(site: Site, base: Base) -> None:
    before = NOON - timedelta(days=1)
    children: Rows = {"conversations": [conversation()], "participants": [participant()]}
    land(site, children, DAY)
    published(site, base)
    moved: Rows = {
        "conversations": [conversation(start=before)],
        "participants": [participant(conversation_start=before)],
    }
    land(site, moved, DAY, DAY - timedelta(days=1), at=NOON + timedelta(days=1))
    done = published(site, base)
    require_equal(site, base)
    assert done.altered["conversations: rows of another day replaced"] == 1
    # The lake says both: the day that was published last is right.
    land(site, children, DAY, at=NOON + timedelta(days=2))
    published(site, base)
    require_rows(
        [children["conversations"][0]],
        [
            {k: v for k, v in row.items() if v is not None}
            for row in there(base, "genesys.conversations")
        ],
    )
    assert published(site, base).published == ()


def test_hostile_pages_and_lone_surrogates_come_as_they_are_held(
    tmp_path: Path, base: Base
) -> None:
    shape = Shape(per_day=6, hostile=True, lone_surrogates=True)
    site = Site(tmp_path / "data", replace(SMALL, shape=shape))
    site.sync(SyncWish(start=datetime(2026, 3, 1, tzinfo=UTC)))
    done = published(site, base)
    assert require_equal(site, base) > 1_000
    assert done.altered == {}
    assert all(held(site, table) for table in TREE[:6])
