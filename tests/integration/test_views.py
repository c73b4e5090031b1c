"""The declared views: what they hold by the simulator's account, their keys, and what they cost."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from tests.fakes import run
from tests.gateway import SMALL, Site
from tests.sites import Sites
from trunkline.config import Settings
from trunkline.engine import Options
from trunkline.engine.registry import catalog
from trunkline.engine.syncing import Wish
from trunkline.errors import RelationClosed, UnboundedScan
from trunkline.roles import Grants, Role, RoleSettings
from trunkline.views import View

FIRST, LAST = date(2025, 3, 28), date(2025, 4, 2)  # a clock is put forward on 30 March
BOUNDS = "start_utc >= TIMESTAMP '2025-03-28' AND start_utc < TIMESTAMP '2025-04-03'"
ZONE = "Europe/Berlin"
VIEWS = catalog(zone=ZONE).star
FACTS = [view for view in VIEWS if view.time]
OWNERS = ("purpose", "user_id")
Row = dict[str, Any]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    found = Site(tmp_path_factory.mktemp("views"), settings=Settings(timezone=ZONE))
    found.prepare(f"SELECT * FROM bi.conversations WHERE {BOUNDS}")
    return found


def query(site: Site, view: View) -> list[Row]:
    """All rows of a view, of the days that are held."""
    return site.query(f"SELECT * FROM {view.qualified}" + f" WHERE {BOUNDS}" * bool(view.time))


def plain(instant: datetime | None, zone: str = "UTC") -> datetime | None:
    """What a clock of the zone shows."""
    return instant and instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def times(name: str, instant: datetime | None) -> Row:
    return {f"{name}_utc": plain(instant), f"{name}_local": plain(instant, ZONE)}


def started(row: Row) -> Row:
    found = times("start", row["conversation_start"])
    days = {"start_date": found["start_local"].date(), "start_date_utc": found["start_utc"].date()}
    return found | days


def milliseconds(start: datetime, end: datetime | None) -> int | None:
    return (end - start) // timedelta(milliseconds=1) if end else None


def key_of(row: Row, *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("conversation_id", *names))


def conversations(site: Site) -> list[Row]:
    return [
        {
            "conversation_id": row["conversation_id"],
            **started(row),
            **times("end", row["conversation_end"]),
            "duration_ms": milliseconds(row["conversation_start"], row["conversation_end"]),
            "is_open": row["conversation_end"] is None,
            "originating_direction": row["originating_direction"],
        }
        for row in site.truth("conversations", FIRST, LAST)
    ]


def conversation_divisions(site: Site) -> list[Row]:
    return [
        {"conversation_id": row["conversation_id"], "division_id": division, **started(row)}
        for row in site.truth("conversations", FIRST, LAST)
        for division in set(row["division_ids"] or ())
    ]


def participants(site: Site) -> list[Row]:
    return [
        {
            "participant_key": f"{row['conversation_id']}:{row['participant_id']}",
            "conversation_id": row["conversation_id"],
            "purpose": row["purpose"],
            "user_id": row["user_id"],
            **started(row),
        }
        for row in site.truth("participants", FIRST, LAST)
    ]


def legs(site: Site) -> list[Row]:
    owners = {key_of(row, "participant_id"): row for row in site.truth("participants", FIRST, LAST)}
    return [
        {
            "session_key": ":".join(key_of(row, "participant_id", "session_id")),
            **{
                name: owners[key_of(row, "participant_id")][name] for name in ("purpose", "user_id")
            },
            **{name: row[name] for name in ("media_type", "direction", "provider")},
            **{name: row[name] for name in row if name in ("n_offered", "t_talk_ms", "t_acw_ms")},
            **started(row),
        }
        for row in site.truth("sessions", FIRST, LAST)
    ]


def queue_legs(site: Site) -> list[Row]:
    queues = {
        ":".join(key_of(row, "participant_id", "session_id")): row["queue_id"]
        for row in sorted(site.truth("segments", FIRST, LAST), key=lambda row: row["ordinal"])
        if row["queue_id"]
    }
    return [
        leg | {"queue_id": queues[leg["session_key"]]}
        for leg in legs(site)
        if leg["session_key"] in queues
    ]


def segments(site: Site) -> list[Row]:
    return [
        {
            "session_key": ":".join(key_of(row, "participant_id", "session_id")),
            **{name: row[name] for name in ("ordinal", "queue_id", "wrap_up_code", "segment_type")},
            "disconnect_type": row["disconnect_type"],
            **times("segment_start", row["segment_start"]),
            **times("segment_end", row["segment_end"]),
            "duration_ms": milliseconds(row["segment_start"], row["segment_end"]),
            **started(row),
        }
        for row in site.truth("segments", FIRST, LAST)
    ]


TRUTHS = (conversations, conversation_divisions, participants, legs, queue_legs, segments)


def test_every_fact_has_a_truth() -> None:
    assert [truth.__name__ for truth in TRUTHS] == [view.name for view in FACTS]


@pytest.mark.parametrize("place", range(len(FACTS)), ids=[view.name for view in FACTS])
def test_a_fact_is_what_the_simulator_says(site: Site, place: int) -> None:
    expected = TRUTHS[place](site)
    found = [{name: row[name] for name in expected[0]} for row in query(site, FACTS[place])]
    assert len(expected) > 20
    assert Counter(map(repr, found)) == Counter(map(repr, expected))


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_columns_are_as_declared(site: Site, view: View) -> None:
    sql = f"SELECT * FROM {view.qualified}" + f" WHERE {BOUNDS}" * bool(view.time)
    with site.engine() as engine:
        prepared = run(site.clock, engine.prepare(sql, Options(), lambda _: None))
        with engine.answer(prepared) as answer:
            schema, rows = answer.schema, pa.Table.from_batches(answer.batches).to_pylist()
    assert {field.name: field.type for field in schema} == {
        column.name: column.type.arrow for column in view.columns
    }
    for column in view.columns:
        if not column.nullable:
            assert all(row[column.name] is not None for row in rows), column.name


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_keys_are_keys(site: Site, view: View) -> None:
    rows = query(site, view)
    keys = [row[view.key] for row in rows]
    assert rows
    assert len(set(keys)) == len(keys)
    assert None not in keys
    by_name = {other.name: other for other in VIEWS}
    for column in view.references:
        other = by_name[str(column.references)]
        known = {row[other.key] for row in query(site, other)}
        assert {row[column.name] for row in rows} - {None} <= known, column.name


def test_data_is_complete_up_to_the_watermark(site: Site) -> None:
    (row,) = site.query(
        "SELECT max(data_complete_to) AS told, any_value(c.watermark) AS watermark "
        f"FROM bi.segments, trunkline.coverage c WHERE {BOUNDS}"
    )
    assert row["told"] == plain(row["watermark"])
    lag = timedelta(seconds=site.simulation.lag_seconds)
    assert site.start - lag <= row["watermark"] <= site.clock.now() - lag


DAY = "start_utc >= TIMESTAMP '{0}' AND start_utc < TIMESTAMP '{0}' + INTERVAL 1 DAY"
CHANGED = f"SELECT max(refreshed_at) AS at, count(*) AS n FROM bi.conversations WHERE {DAY}"


def test_the_change_column_changes_with_the_day(tmp_path: Path) -> None:
    site = Site(tmp_path)
    (before,), (other,) = (site.query(CHANGED.format(day)) for day in ("2025-03-04", "2025-03-05"))
    site.wait(hours=1)
    assert site.query(CHANGED.format("2025-03-04")) == [before]
    day = datetime(2025, 3, 4, tzinfo=UTC)
    site.sync(Wish(start=day, end=day + timedelta(days=1), refresh=True))
    (after,) = site.query(CHANGED.format("2025-03-04"))
    assert after["at"] - before["at"] >= timedelta(hours=1)
    assert after["n"] == before["n"]
    assert site.query(CHANGED.format("2025-03-05")) == [other]


def test_an_open_conversation_that_ends_changes_its_day(tmp_path: Path) -> None:
    """It is asked for by its id, and its day is not fetched again."""
    site = Site(tmp_path, settings=Settings(tail=False))
    sql = (
        "SELECT start_date_utc AS day, count(*) FILTER (is_open) AS open, max(refreshed_at) AS at "
        "FROM bi.conversations WHERE start_utc >= TIMESTAMP '2026-02-20' "
        "AND start_utc < TIMESTAMP '2026-03-07' GROUP BY ALL"
    )
    before = {row["day"]: row for row in site.query(sql)}
    still = [day for day, row in before.items() if row["open"]]
    assert still
    site.wait(days=40)
    after = {row["day"]: row for row in site.query(sql)}
    ended = [day for day in still if after[day]["open"] < before[day]["open"]]
    assert ended
    assert all(after[day]["at"] > before[day]["at"] for day in ended)


def test_days_are_without_gaps_up_to_the_end_of_next_year(tmp_path: Path) -> None:
    site = Site(tmp_path, start=datetime(2031, 6, 1, tzinfo=UTC))
    days = [row["date"] for row in site.query("SELECT date FROM bi.dates ORDER BY date")]
    whole = (date(2032, 12, 31) - date(2015, 1, 1)).days
    assert days == [date(2015, 1, 1) + timedelta(days=n) for n in range(whole + 1)]
    assert site.requests == []


def test_a_view_without_bounds_is_refused_by_its_own_name(site: Site) -> None:
    with pytest.raises(UnboundedScan, match=r"no bounds on start_utc of bi\.legs") as caught:
        site.query("SELECT count(*) FROM bi.legs")
    assert "legs.start_utc >= '" in str(caught.value.hint)
    assert caught.value.position == len("SELECT count(*) FROM bi.")
    with pytest.raises(UnboundedScan, match=r"of bi\.legs \(l\)"):
        site.query("SELECT count(*) FROM bi.legs AS l")


def test_ids_are_of_what_is_held_and_fetch_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path)
    assert site.query("SELECT * FROM bi.queues") == []
    assert site.requests == []
    joined = (
        f"SELECT DISTINCT queue_id FROM bi.segments JOIN bi.queues USING (queue_id) WHERE {BOUNDS}"
    )
    found = site.query(joined)
    assert found
    held = {row["queue_id"] for row in site.query("SELECT * FROM bi.queues")}
    assert held == {row["queue_id"] for row in found}


def test_ids_are_not_fetched_again_either(tmp_path: Path) -> None:
    """Days that are not final are due again after a while, for whoever bounds a query by them."""
    site = Site(tmp_path)
    fact = "SELECT count(*) FROM bi.segments WHERE start_utc >= '2026-03-08'"
    site.query(fact)
    site.wait(hours=2)
    before = site.requests
    assert site.query("SELECT count(*) > 0 AS known FROM bi.queues") == [{"known": True}]
    assert site.requests == before
    site.query(fact)
    assert site.requests != before


def test_a_view_over_a_closed_table_is_closed(tmp_path: Path) -> None:
    told = RoleSettings(grants=Grants(revoked=frozenset({"sessions"})))
    site = Site(tmp_path, settings=Settings(role="analyst", roles={Role.ANALYST: told}))
    with pytest.raises(RelationClosed, match=r"bi\.legs is not open to this role"):
        site.query(f"SELECT 1 FROM bi.legs WHERE {BOUNDS}")
    assert site.query(f"SELECT 1 FROM bi.conversations WHERE {BOUNDS}")


def test_each_organisation_has_views_of_its_own(tmp_path: Path) -> None:
    sites = Sites(tmp_path / "data", {"acme": SMALL, "globex": SMALL})
    sql = "SELECT count(*) AS n FROM {}.conversations WHERE " + BOUNDS
    (acme,) = sites.query(sql.format("bi"))
    assert (acme["n"] > 0, sites.requests("acme") > 0, sites.requests("globex")) == (True, True, 0)
    assert sites.query(sql.format("globex_bi")) == [acme]
    assert sites.requests("globex") > 0


def test_columns_of_views_are_listed(site: Site) -> None:
    rows = site.query(
        "SELECT table_name AS t, count(*) AS n FROM trunkline.tables WHERE schema_name = 'bi' "
        "GROUP BY ALL"
    )
    assert {row["t"]: row["n"] for row in rows} == {v.name: len(v.columns) for v in VIEWS}
