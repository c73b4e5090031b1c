"""Two organisations in one gateway: each its own host, data, rights and limits."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes import run
from tests.gateway import SMALL, Site, same_rows
from tests.sites import Sites
from trunkline.config import GenesysSettings
from trunkline.engine import Engine, Options
from trunkline.engine.doctor import examine
from trunkline.engine.findings import Finding
from trunkline.engine.following import Rhythm, Round, follow
from trunkline.engine.syncing import Wish
from trunkline.errors import ConfigError, CostGuard, ProviderUnreachable, UnknownRelation
from trunkline_simulator.settings import Shape

FIRST, LAST = date(2026, 2, 1), date(2026, 2, 28)
FEBRUARY = "conversation_start >= '2026-02-01' AND conversation_start < '2026-03-01'"
IN_FEBRUARY = Wish(start=datetime(2026, 2, 1, tzinfo=UTC), end=datetime(2026, 3, 1, tzinfo=UTC))
BOTH = f"""
    SELECT * FROM (
        SELECT 'acme' AS whose, * FROM acme.conversations
        UNION ALL SELECT 'globex', * FROM globex.conversations
    ) WHERE {FEBRUARY}"""
OTHER = replace(SMALL, shape=Shape(seed=8, per_day=6), salt="globex", short_name="globex")
ACME = f"SELECT * FROM conversations WHERE {FEBRUARY}"
GLOBEX = f"SELECT * FROM globex.conversations WHERE {FEBRUARY}"


@pytest.fixture
def sites(tmp_path: Path) -> Sites:
    return Sites(tmp_path / "data", {"acme": SMALL, "globex": OTHER})


def test_one_query_reads_both_from_one_snapshot(sites: Sites) -> None:
    rows = sites.query(BOTH)
    for name in ("acme", "globex"):
        mine = [row for row in rows if row["whose"] == name]
        truth = sites.truth(name, "conversations", FIRST, LAST)
        assert len(truth) > 50
        same_rows("conversations", mine, truth)
        assert sites.submits(name) == 1
    asked = {name: sites.requests(name) for name in sites.simulators}
    assert len(sites.query(BOTH)) == len(rows)
    assert {name: sites.requests(name) for name in sites.simulators} == asked


def test_an_unqualified_name_is_of_the_default_organisation(sites: Sites) -> None:
    same_rows("conversations", sites.query(ACME), sites.truth("acme", "conversations", FIRST, LAST))
    assert sites.requests("globex") == 0
    same_rows(
        "conversations", sites.query(GLOBEX), sites.truth("globex", "conversations", FIRST, LAST)
    )


def test_a_bound_on_one_bounds_the_other_through_their_times(sites: Sites) -> None:
    sql = f"""
        SELECT count(*) AS n FROM acme.conversations a JOIN globex.conversations g
        ON g.conversation_start = a.conversation_start WHERE a.{FEBRUARY.replace("AND ", "AND a.")}
    """
    with sites.engine() as engine:
        plans = engine.explain(sql)
    assert [len(plan.fetches) for plan in plans.each.values()] == [1, 1]


def test_keys_of_two_organisations_are_not_of_one_conversation(sites: Sites) -> None:
    sql = f"""
        SELECT 1 FROM acme.conversations a JOIN globex.sessions g USING (conversation_id)
        WHERE a.{FEBRUARY.replace("AND ", "AND a.")}"""
    with (
        sites.engine() as engine,
        pytest.raises(Exception, match="no bounds on conversation_start of sessions"),
    ):
        engine.explain(sql)


def test_explain_says_what_each_is_asked(sites: Sites) -> None:
    with sites.engine() as engine:
        plans = engine.explain(BOTH)
        one = str(engine.explain(GLOBEX))
    text = str(plans)
    assert text.index("Organisation acme") < text.index("Organisation globex")
    assert text.count("At least 3 requests") == 2
    assert text.endswith("In all at least 6 requests")
    assert "Organisation acme" not in one
    assert "Organisation globex" in one


def test_the_guard_sums(sites: Sites) -> None:
    with pytest.raises(CostGuard, match="at least 6 requests"):
        sites.prepare(BOTH, Options(max_requests=5))
    assert sites.requests("acme") == sites.requests("globex") == 0
    sites.prepare(ACME, Options(max_requests=20))


def test_the_guard_holds_for_each_by_its_own_limit(tmp_path: Path) -> None:
    sites = Sites(
        tmp_path / "data", {"acme": SMALL, "globex": OTHER}, {"globex": {"max_requests": 2}}
    )
    with pytest.raises(CostGuard, match="3 requests of globex; the limit of globex is 2"):
        sites.prepare(BOTH)
    sites.prepare(ACME)
    assert sites.requests("globex") == 0


def test_the_certificate_names_them(sites: Sites) -> None:
    both = sites.prepare(BOTH).certificate
    acme, globex = both["organizations"]["acme"], both["organizations"]["globex"]
    assert both["complete"] is True
    assert both["conversations"] == acme["conversations"] + globex["conversations"]
    assert both["requests"]["total"] == sum(map(sites.requests, ("acme", "globex")))
    assert acme["requests"]["total"] == sites.requests("acme")
    assert globex["intervals"]["conversation_details"]["asked"] == [
        "2026-02-01T00:00:00.000Z/2026-03-01T00:00:00.000Z"
    ]
    one = sites.prepare(GLOBEX).certificate
    assert one["organization"] == "globex"
    assert one["conversations"] == globex["conversations"]


def test_a_name_that_no_organisation_has(sites: Sites) -> None:
    with sites.engine() as engine, pytest.raises(UnknownRelation) as caught:
        engine.explain(f"SELECT * FROM globx.conversations WHERE {FEBRUARY}")
    assert caught.value.message == "there is no table globx.conversations"
    assert "globex.conversations" in (caught.value.hint or "")
    assert "acme" in (caught.value.hint or "")


def test_finance_is_apart_for_each(sites: Sites) -> None:
    for schema, name in (("finance", "acme"), ("globex_finance", "globex")):
        rows = sites.query(f"SELECT * FROM {schema}.session_numbers WHERE {FEBRUARY}")
        same_rows(
            "finance.session_numbers",
            rows,
            sites.truth(name, "finance.session_numbers", FIRST, LAST),
        )


def test_one_that_is_away_fails_what_reads_it_and_nothing_else(sites: Sites) -> None:
    sites.away.add("globex")
    with pytest.raises(ProviderUnreachable) as caught:
        sites.query(BOTH)
    assert caught.value.message.startswith("globex: ")
    with pytest.raises(ProviderUnreachable) as synced:
        sites.sync(IN_FEBRUARY)
    assert synced.value.message.count("globex: ") == 1
    asked = sites.requests("acme")
    same_rows("conversations", sites.query(ACME), sites.truth("acme", "conversations", FIRST, LAST))
    assert sites.requests("acme") == asked, "what landed beside the failure is kept"
    sites.away.clear()
    assert len(sites.query(BOTH)) > 100
    assert sites.requests("acme") == asked


def when_synced(sites: Sites, wish: Wish) -> dict[str, float]:
    """Seconds until each organisation was done, all begun at once."""
    ended: dict[str, float] = {}

    async def of(engine: Engine, own: Wish) -> None:
        await engine.sync(own, Options(), lambda _: None)
        ended[own.organization or ""] = sites.clock.monotonic()

    async def of_all(engine: Engine) -> None:
        await asyncio.gather(*(of(engine, own) for own in engine.wishes(wish)))

    with sites.engine() as engine:
        run(sites.clock, of_all(engine))
    return ended


def test_a_slow_one_does_not_slow_the_other(tmp_path: Path) -> None:
    """Twelve requests a minute for the one; the other takes as long as it does alone."""
    year = Wish(start=datetime(2025, 1, 1, tzinfo=UTC), end=datetime(2026, 1, 1, tzinfo=UTC))
    alone = when_synced(Sites(tmp_path / "alone", {"acme": SMALL}), year)
    limits = {"globex": {"rate_share": 12 / 300}}
    both = {"acme": SMALL, "globex": OTHER}
    beside = when_synced(Sites(tmp_path / "beside", both, limits), year)
    assert beside["acme"] == alone["acme"]
    assert beside["globex"] > 2 * 60, "more than twice twelve requests, of which each is counted"


def test_sync_of_all_of_one_and_of_a_table(sites: Sites) -> None:
    done = sites.sync(IN_FEBRUARY)
    assert [one.organization for one in done.each] == ["acme", "globex"]
    assert (done.days, sites.submits("acme"), sites.submits("globex")) == (56, 1, 1)
    assert str(done).startswith("acme: 2026-02-01 to 2026-02-28: 28 days fetched")
    assert "\nglobex: 2026-02-01 to 2026-02-28: 28 days fetched" in str(done)
    again = sites.sync(replace(IN_FEBRUARY, organization="globex", refresh=True))
    assert (again.organization, again.days) == ("globex", 28)
    one = sites.sync(replace(IN_FEBRUARY, tables=("acme.segments",), refresh=True))
    assert (one.organization, one.days) == ("acme", 28)
    assert (sites.submits("acme"), sites.submits("globex")) == (2, 2)


class Pulled(Exception):
    """The plug is pulled: nothing of ours catches it."""


def test_a_kill_in_the_middle_costs_neither_a_job(sites: Sites) -> None:
    """Killed after a number of requests: both go on with the jobs that had begun."""
    left = 9

    def counting(transport: Any) -> Any:
        async def send(request: Any, timeout: float) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise Pulled
            return await transport.send(request, timeout)

        return SimpleNamespace(send=send, close=transport.close)

    with sites.engine(counting) as engine, pytest.raises(Pulled):
        run(sites.clock, engine.prepare(BOTH, Options(), lambda _: None))
    assert sites.submits("acme") + sites.submits("globex") > 0
    with sites.engine() as engine:
        left = 1_000
        assert {job.organization for job in engine.jobs() if job.unfinished} <= {"acme", "globex"}
        outcome, others = run(sites.clock, engine.resume(lambda _: None))
        assert (len(outcome.broken), others) == (0, ())
    rows = sites.query(BOTH)
    for name in ("acme", "globex"):
        mine = [row for row in rows if row["whose"] == name]
        same_rows("conversations", mine, sites.truth(name, "conversations", FIRST, LAST))
        assert sites.submits(name) == 1


def test_the_system_tables_say_whose(sites: Sites) -> None:
    sites.prepare(BOTH)
    sql = "SELECT organization, count(*) AS n FROM trunkline.{} GROUP BY ALL ORDER BY ALL"
    for table, counts in {
        "coverage": (28, 28),
        "jobs": (1, 1),
        "requests": (sites.requests("acme"), sites.requests("globex")),
    }.items():
        rows = sites.query(sql.format(table))
        assert [(row["organization"], row["n"]) for row in rows] == [
            ("acme", counts[0]),
            ("globex", counts[1]),
        ]


def test_what_was_fetched_for_the_plain_environment_stays(tmp_path: Path) -> None:
    """An organisation that is added beside [genesys] changes nothing of what is held."""
    site = Site(tmp_path / "data")
    before = site.query(ACME)
    sites = Sites(tmp_path / "data", {"genesys": SMALL, "globex": OTHER}, start=site.clock.now())
    account = site.world()[0].genesys
    sites.accounts["genesys"] = account
    assert sites.query(ACME) == before
    assert sites.requests("genesys") == 0


@pytest.mark.parametrize(
    "options", [Options(covered=True), Options(as_of=1)], ids=["covered", "as of"]
)
def test_what_is_held_of_both_is_answered_without_a_request(sites: Sites, options: Options) -> None:
    sites.prepare(ACME)
    asked = sites.requests("acme")
    with sites.engine() as engine:
        prepared = run(sites.clock, engine.prepare(BOTH, options, lambda _: None))
    said = [notice.split(": ")[:2] for notice in prepared.notices if "requested" in notice]
    assert [who for who, *_ in said] == ["acme", "globex"]
    rows = sites.query(BOTH, options)
    assert {row["whose"] for row in rows} == {"acme"}
    assert prepared.certificate["complete"] is False
    assert (sites.requests("acme"), sites.requests("globex")) == (asked, 0)


def rounds_of(sites: Sites, hours: float) -> dict[str, list[Round]]:
    """All organisations followed side by side, for so long."""
    told: dict[str, list[Round]] = {name: [] for name in sites.simulators}

    async def of(engine: Engine, own: Wish) -> None:
        every = engine.settings.refresh_time.total_seconds()
        rhythm = Rhythm(sites.clock, every, engine.seams.random)
        hear = told[own.organization or ""].append
        await follow(lambda: engine.sync(own, Options(), lambda _: None), hear, rhythm)

    async def of_all(engine: Engine) -> None:
        tasks = [asyncio.create_task(of(engine, own)) for own in engine.wishes(Wish(follow=True))]
        await sites.clock.sleep(hours * 3600)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    with sites.engine() as engine:
        run(sites.clock, of_all(engine))
    return told


def test_one_that_is_away_for_hours_neither_slows_nor_stops_the_other(tmp_path: Path) -> None:
    alone = rounds_of(Sites(tmp_path / "alone", {"acme": SMALL}), 5)["acme"]
    sites = Sites(tmp_path / "both", {"acme": SMALL, "globex": OTHER}, away={"globex"})
    beside = rounds_of(sites, 5)
    assert [(over.ended, over.done is not None) for over in beside["acme"]] == [
        (over.ended, True) for over in alone
    ]
    assert len(alone) > 15
    failed = beside["globex"]
    assert len(failed) > 5
    assert all(over.trouble for over in failed)
    assert sites.requests("globex") == 0
    sites.away.clear()
    again = rounds_of(sites, 1)
    assert all(over.done for of in again.values() for over in of)
    late = "conversation_start >= '2026-03-03' AND conversation_start < '2026-03-09'"
    found = sites.query(f"SELECT * FROM globex.conversations WHERE {late}", Options(covered=True))
    truth = sites.truth("globex", "conversations", date(2026, 3, 3), date(2026, 3, 8))
    same_rows("conversations", found, truth)


def test_one_that_is_set_up_wrongly_stops_nothing_but_what_reads_it(sites: Sites) -> None:
    sites.accounts["globex"] = GenesysSettings(client_id="i", client_secret="s", region="atlantis")
    with pytest.raises(ConfigError, match="atlantis"):
        sites.query(BOTH)
    assert sites.requests("acme") == 0, "it is noticed before anything is asked"
    same_rows("conversations", sites.query(ACME), sites.truth("acme", "conversations", FIRST, LAST))
    with sites.engine() as engine:
        parts = engine.of("globex")

        async def look() -> list[Finding]:
            return [found async for found in examine(parts.settings, engine.seams, parts.catalog)]

        with pytest.raises(ConfigError, match="atlantis"):
            run(sites.clock, look())


def test_queries_of_one_organisation_at_once_in_one_process(sites: Sites) -> None:
    """One after the other: both would take the same job in hand."""
    longer = ACME.replace("2026-02-01", "2026-01-01")

    async def is_complete(engine: Engine, sql: str) -> bool:
        done = await engine.prepare(sql, Options(), lambda _: None)
        return bool(done.certificate["complete"])

    async def all_of(engine: Engine) -> list[bool]:
        return await asyncio.gather(*(is_complete(engine, sql) for sql in (ACME, longer, GLOBEX)))

    with sites.engine() as engine:
        assert run(sites.clock, all_of(engine)) == [True, True, True]
        assert {job.state.value for job in engine.jobs()} == {"published"}
        assert len(engine.coverage()) == 31 + 28
        assert sites.submits("globex") == 1


def test_a_name_that_is_given_to_another_account_does_not_pass_for_it(sites: Sites) -> None:
    """What is held is of the account that had the name before: said, and fetched anew."""
    sites.prepare(ACME)
    held = sites.query(ACME, Options(covered=True))
    accounts = {each.organization: each.genesys for each in sites.world()[0].each}
    sites.accounts = {"acme": accounts["globex"], "globex": accounts["acme"]}
    for options in (Options(covered=True), Options(as_of=1)):
        assert sites.query(ACME, options) == held
        notices = sites.prepare(ACME, options).notices
        assert any("held for another host or client than today's" in said for said in notices)
    truth = sites.truth("globex", "conversations", FIRST, LAST)
    same_rows("conversations", sites.query(ACME), truth)
    assert not any("another host" in said for said in sites.prepare(ACME).notices)


def test_a_bound_on_the_query_around_is_none_on_a_table_of_the_same_name(sites: Sites) -> None:
    """``acme.conversations`` within a query of ``globex.conversations`` is that of without."""
    around = "acme.conversations.conversation_start >= '2026-02-20'"
    sql = f"""
        SELECT conversation_id, (SELECT count(*) FROM globex.conversations
            WHERE {FEBRUARY} AND {around}) AS n
        FROM acme.conversations WHERE {FEBRUARY}"""
    truth = len(sites.truth("globex", "conversations", FIRST, LAST))
    assert {row["n"] for row in sites.query(sql)} == {0, truth}
