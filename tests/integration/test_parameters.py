"""Parameters bound a query as constants do, and are bound by DuckDB; the present is one instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.gateway import NOW, Site
from trunkline.engine import Options
from trunkline.errors import SqlError, UnboundedScan

Parameters = Sequence[object] | Mapping[str, object]

NAMED = "conversation_start >= $since AND conversation_start < $until"
PLACED = "conversation_start >= ? AND conversation_start < ?"
WAYS: list[tuple[str, Parameters]] = [
    (NAMED, {"since": "2026-02-03", "until": "2026-02-05"}),
    (NAMED, {"since": date(2026, 2, 3), "until": date(2026, 2, 5)}),
    (NAMED, {"since": datetime(2026, 2, 3), "until": datetime(2026, 2, 5, tzinfo=UTC)}),  # noqa: DTZ001
    (PLACED, ["2026-02-03", "2026-02-05"]),
    (PLACED, {"1": "2026-02-03", "2": "2026-02-05"}),
    ("conversation_start::date BETWEEN $1 AND $2", ["2026-02-03", date(2026, 2, 4)]),
    ("year(conversation_start) = $y AND dayofyear(conversation_start) IN ($a, $b)",
     {"y": 2026, "a": 34, "b": 35}),
    ("conversation_start >= $d::DATE AND conversation_start < $d::DATE + $n * INTERVAL 1 DAY",
     {"d": "2026-02-03", "n": 2}),
    ("strftime(conversation_start, '%Y-%m-%d') IN (?, ?)", ["2026-02-03", "2026-02-04"]),
]  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "home")


@pytest.mark.parametrize(("where", "parameters"), WAYS)
def test_they_bound_what_is_fetched_and_what_is_answered(
    site: Site, where: str, parameters: Parameters
) -> None:
    options = Options(parameters=parameters)
    sql = f"SELECT conversation_id FROM conversations WHERE {where}"
    prepared = site.prepare(sql, options)
    (asked,) = prepared.certificate["intervals"].values()
    assert asked["asked"] == ["2026-02-03T00:00:00.000Z/2026-02-05T00:00:00.000Z"]
    truth = site.truth("conversations", date(2026, 2, 3), date(2026, 2, 4))
    found = site.query(sql, options)
    assert {r["conversation_id"] for r in found} == {r["conversation_id"] for r in truth}


def test_a_value_that_is_missing_is_said_before_anything_is_requested(site: Site) -> None:
    with pytest.raises(SqlError, match="without a value: until") as caught:
        site.query(
            f"SELECT 1 FROM conversations WHERE {NAMED}",
            Options(parameters={"since": "2026-02-03"}),
        )
    assert "--param" in (caught.value.hint or "")
    assert site.requests == []


def test_a_value_that_the_query_has_no_parameter_for(site: Site) -> None:
    bounds = "conversation_start >= '2026-02-03' AND conversation_start < '2026-02-05'"
    sql = f"SELECT count(*) FROM conversations WHERE {bounds}"
    with pytest.raises(SqlError, match="the query has no parameters"):
        site.query(sql, Options(parameters={"day": "2026-02-03"}))
    values = {"since": "2026-02-03", "until": "2026-02-04", "untill": "2026-02-05"}
    with pytest.raises(SqlError, match="no parameter untill"):
        site.query(f"SELECT 1 FROM conversations WHERE {NAMED}", Options(parameters=values))
    assert site.requests == []


def test_a_time_that_is_none_is_said_before_anything_is_requested(site: Site) -> None:
    values = {"since": "2026-02-03", "until": "Smith"}
    with pytest.raises(SqlError, match="the parameter until is no time") as caught:
        site.query(f"SELECT 1 FROM conversations WHERE {NAMED}", Options(parameters=values))
    assert "Smith" not in str(caught.value)
    with pytest.raises(SqlError, match="the parameter 2 is no time"):
        site.query(
            "SELECT 1 FROM conversations WHERE conversation_start BETWEEN ? AND ?",
            Options(parameters=("2026-02-03", "2026-02-31")),
        )
    assert site.requests == []


def test_a_text_beside_a_column_that_only_has_the_name_of_a_time(site: Site) -> None:
    found = site.query(
        "WITH m AS (SELECT strftime(conversation_start, '%Y-%m') AS conversation_start "
        "FROM conversations WHERE conversations.conversation_start::DATE = DATE '2026-02-03') "
        "SELECT count(*) AS n FROM m WHERE conversation_start >= $month",
        Options(parameters={"month": "2026-02"}),
    )
    assert found == [{"n": len(site.truth("conversations", date(2026, 2, 3), date(2026, 2, 3)))}]


def test_one_that_is_no_time_bounds_nothing(site: Site) -> None:
    with pytest.raises(UnboundedScan):
        site.query(
            "SELECT 1 FROM conversations WHERE conversation_id = $d", Options(parameters={"d": "x"})
        )


def test_values_are_in_no_file_of_the_lake(site: Site) -> None:
    options = Options(parameters={"since": "2026-02-03", "who": "a secret of somebody"})
    site.query(
        "SELECT 1 FROM conversations WHERE conversation_start::date = $since AND $who <> ''",
        options,
    )
    assert not any(
        b"a secret of somebody" in path.read_bytes()
        for path in site.home.rglob("*")
        if path.is_file()
    )


def test_now_is_when_the_query_was_asked_in_plan_and_answer(site: Site) -> None:
    """The fetch goes over midnight: the day that begins meanwhile is not in the answer."""
    sql = (
        "SELECT now() AS now, current_date AS today, count(*) AS n, "
        f"age(TIMESTAMP '{NOW:%Y-%m-%d}') = INTERVAL 0 DAY AS one_today FROM conversations "
        "WHERE conversation_start >= now() - INTERVAL 3 DAY AND conversation_start <= now()"
    )
    (row,) = site.query(sql)
    assert row["now"] == NOW
    assert row["today"] == NOW.date()
    assert row["one_today"]
    truth = site.truth("conversations", NOW.date() - timedelta(days=4), NOW.date())
    lake = site.clock.now() - timedelta(seconds=site.simulation.lag_seconds)
    starts = [r["conversation_start"] for r in truth]
    assert row["n"] == sum(NOW - timedelta(days=3) <= start <= min(NOW, lake) for start in starts)
