"""What the provider adds up is what its single emissions come to, row by row and type by type."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.added_up import LINKS, Drawn, drawn
from tests.fakes import run
from tests.gateway import Site
from trunkline.engine import Options
from trunkline.engine.reader import Reader
from trunkline.errors import CostGuard
from trunkline.roles import Grants, ReaderLimits, Role
from trunkline_simulator.settings import Client, Shape
from trunkline_simulator.settings import Settings as SimSettings

QUERY = "/api/v2/analytics/conversations/aggregates/query"
BUSY = SimSettings(shape=Shape(seed=11, per_day=30))
YEAR = "m.emit_date >= '2025-01-01' AND m.emit_date < '2026-01-01'"
MONTH = "m.emit_date >= '2026-02-01' AND m.emit_date < '2026-03-01'"
TALK = f"SELECT sum(value) AS v FROM session_metrics m WHERE name = 'tTalk' AND {MONTH}"
DAYS = Options(aggregates=False)
Rows = Counter[tuple[tuple[str, Any], ...]]


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Where nothing is ever held."""
    return Site(tmp_path_factory.mktemp("asking"), BUSY)


@pytest.fixture(scope="module")
def holding(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Where days are fetched, once."""
    return Site(tmp_path_factory.mktemp("holding"), BUSY)


def answer(site: Site, sql: str, options: Options) -> tuple[pa.Schema, Rows, dict[str, Any]]:
    with site.engine() as engine:
        prepared = run(site.clock, engine.prepare(sql, options, lambda _: None))
        with engine.answer(prepared) as found:
            rows = [row for batch in found.batches for row in batch.to_pylist()]
            return found.schema, Counter(tuple(row.items()) for row in rows), prepared.certificate


def asked(site: Site) -> int:
    return sum(path == QUERY for _, path, _ in site.requests)


@pytest.mark.parametrize("seed", range(40))
def test_drawn_texts_have_one_answer(asking: Site, holding: Site, seed: int) -> None:
    text = drawn(seed)
    if reason := why(asking, text):
        assert reason.startswith("they would take")  # so by days, which would then be held
        return
    schema, rows, certificate = answer(asking, text.sql, Options(time_zone=text.zone))
    by_days = answer(holding, text.sql, Options(time_zone=text.zone, aggregates=False))
    assert certificate["aggregated"]
    assert by_days[2]["aggregated"] is None
    assert schema == by_days[0]
    assert rows == by_days[1]


def why(site: Site, text: Drawn) -> str:
    """Why it is not asked for; empty where it is."""
    with site.engine() as engine:
        return engine.explain(text.sql, Options(time_zone=text.zone)).any.unfit


def test_most_of_the_drawn_are_asked_for(asking: Site) -> None:
    said = [why(asking, drawn(seed)) for seed in range(60)]
    assert sum(not reason for reason in said) >= 45
    assert all(not reason or reason.startswith("they would take") for reason in said)


def test_a_year_is_one_request(tmp_path: Path) -> None:
    site, plain = (Site(tmp_path / name) for name in ("sums", "days"))
    sql = (
        "SELECT s.media_type, m.name, sum(m.value) AS v, count(*) AS n FROM session_metrics m "
        f"{LINKS.format('')} WHERE m.name IN ('tTalk', 'tHandle') AND {YEAR} GROUP BY ALL"
    )
    found, by_days = answer(site, sql, Options()), answer(plain, sql, DAYS)
    assert found[:2] == by_days[:2]
    assert found[1]
    assert (asked(site), site.submits()) == (1, 0)
    assert asked(plain) == 0
    assert plain.submits() >= 12
    assert found[2]["requests"]["total"] <= 4
    assert found[2]["aggregated"] == {
        "endpoint": f"POST {QUERY}",
        "interval": "2025-01-01T00:00:00.000Z/2026-01-01T00:00:00.000Z",
        "granularity": None,
        "group_by": ["mediaType"],
        "metrics": ["tHandle", "tTalk"],
        "requests": 1,
        "groups": len({dict(row)["media_type"] for row in found[1]}),
        "asked_at": found[2]["aggregated"]["asked_at"],
        "unknown": {},
    }
    assert found[2]["complete"] is True
    assert site.query("SELECT * FROM trunkline.coverage") == []
    assert not list((tmp_path / "sums").rglob("*.parquet"))


def test_what_began_before_and_goes_over_midnight_counts_where_it_is_emitted(
    asking: Site, holding: Site
) -> None:
    day = "emit_date >= '2026-02-10' AND emit_date < '2026-02-11'"
    (strangers,) = holding.query(
        f"SELECT count(*) AS n FROM session_metrics WHERE name = 'tConnected' AND {day} "
        "AND conversation_start < '2026-02-10'"
    )
    assert strangers["n"] > 0
    sql = (
        "SELECT count(*) AS n, sum(value) AS v FROM session_metrics "
        f"WHERE name = 'tConnected' AND {day}"
    )
    assert answer(asking, sql, Options())[:2] == answer(holding, sql, DAYS)[:2]


def test_many_emissions_are_counted_without_being_laid_out(asking: Site, holding: Site) -> None:
    sql = (
        "SELECT name, count(*) AS n, avg(value) AS mean, min(value) AS least, max(value) AS most "
        f"FROM session_metrics m WHERE name IN ('tTalk', 'tAcd') AND {MONTH} GROUP BY name"
    )
    found = answer(asking, sql, Options())
    assert found[:2] == answer(holding, sql, DAYS)[:2]
    assert max(dict(row)["n"] for row in found[1]) > 100


def test_held_days_are_not_asked_for(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    by_days = answer(site, TALK, DAYS)
    before = len(site.requests)
    again = answer(site, TALK, Options())
    assert again[:2] == by_days[:2]
    assert len(site.requests) == before
    assert again[2]["aggregated"] is None
    with site.engine() as engine:
        assert "Aggregates" not in str(engine.explain(TALK))


@pytest.mark.parametrize("options", [Options(covered=True), Options(as_of=0), Options(verify=True)])
def test_it_is_never_asked_where_days_are_what_is_meant(tmp_path: Path, options: Options) -> None:
    site = Site(tmp_path / "data")
    assert site.prepare(TALK, options).certificate["aggregated"] is None
    assert asked(site) == 0


def test_lists_are_refreshed_beside_it(asking: Site, holding: Site) -> None:
    sql = (
        "SELECT u.name, sum(m.value) AS v FROM session_metrics m "
        f"{LINKS.format('')} JOIN users u ON u.user_id = p.user_id "
        f"WHERE m.name = 'tHandle' AND {MONTH} GROUP BY u.name"
    )
    found = answer(asking, sql, Options())
    assert found[:2] == answer(holding, sql, DAYS)[:2]
    assert len(found[1]) > 3
    assert [one["dataset"] for one in found[2]["lists"]] == ["users"]


def test_the_divisions_of_a_client_are_those_of_its_sums(tmp_path: Path) -> None:
    some = replace(BUSY, clients=(replace(Client(), divisions=frozenset({"EMEA"})),))
    site, plain = (Site(tmp_path / name, some) for name in ("sums", "days"))
    found = answer(site, TALK, Options())
    assert found[2]["aggregated"]
    assert found[:2] == answer(plain, TALK, DAYS)[:2]
    assert found[1] != answer(Site(tmp_path / "all", BUSY), TALK, Options())[1]


def test_a_reader_sees_no_column_that_is_closed(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", BUSY)
    ann = Reader(
        "ann", Role.ANALYST, Grants(frozenset(), frozenset({"session_metrics.metric_key"}))
    )
    found = answer(site, TALK, Options(reader=ann))
    assert found[2]["aggregated"]
    assert found[1]


def test_the_limit_of_a_reader_counts_these_requests(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", BUSY)
    poor = Reader("ann", Role.ANALYST, limits=ReaderLimits(requests=2))
    hours = TALK.replace("sum(value) AS v", "hour(emit_date) AS h, sum(value) AS v") + " GROUP BY h"
    year = hours.replace(MONTH, YEAR)
    with pytest.raises(CostGuard, match="at least 3 requests"):
        site.prepare(year, Options(reader=poor))
    assert site.requests == []


def test_what_is_now_is_in_the_answer(tmp_path: Path) -> None:
    """The sums reach up to the moment they are asked for, further than the details."""
    site = Site(tmp_path / "data", BUSY, start=datetime(2026, 2, 20, 15, tzinfo=UTC))
    found = answer(site, TALK, Options())
    assert found[2]["aggregated"]["asked_at"].startswith("2026-02-20T15:00")
    assert found[1]
