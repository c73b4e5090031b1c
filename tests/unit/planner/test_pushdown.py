"""Which filter a query has, what serves it, and when a gap is fetched through it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from tests.unit.planner.test_random_filters import CATALOG, DETAILS, WORDS
from tests.unit.planner.world import NOW, context, held
from trunkline.catalog import Catalog
from trunkline.interval import DAY, day_span, midnight
from trunkline.planner import plan
from trunkline.planner.filters.choice import Pushdown, Share, choose
from trunkline.planner.plan import Context, DayHeld, Holdings, Plan, Unfinished
from trunkline.planner.pushdown import serves
from trunkline.scope import WHOLE, Scope, filtered

A, B, C = WORDS["x"]
JANUARY = "conversation_start >= '2025-01-01' AND conversation_start < '2025-02-01'"
FIRST, LAST = date(2025, 1, 1), date(2025, 1, 31)
AUTO = context()
ALWAYS = replace(AUTO, pushdown=Pushdown.ALWAYS)
RARE = Share(matching=10, records=100_000, days=7)


NOTHING = Holdings()


def planned(where: str, held_: Holdings = NOTHING, given: Context = ALWAYS) -> Plan:
    return plan(f"SELECT * FROM segments WHERE {JANUARY} AND {where}", CATALOG, held_, given)


def scope_of(where: str, given: Context = ALWAYS) -> Scope | None:
    found = planned(where, given=given).filters
    return found[0].scope if found else None


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (f"x = '{A}'", {"x": [A]}),
        (f"'{A}' = segments.x", {"x": [A]}),
        (f"x IN ('{A}', '{B}')", {"x": [A, B]}),
        (f"(x = '{A}' OR x = '{B}' OR x IN ('{C}'))", {"x": [A, B, C]}),
        (f"x = '{A}' AND y = 'acd'", {"x": [A], "y": ["acd"]}),
        # Two conditions on one column may be met by two rows of a record: the fewest values.
        (f"x IN ('{A}', '{B}') AND x IN ('{A}')", {"x": [A]}),
        (f"conversation_id = '{WORDS['k'][0]}'", {"conversation_id": [WORDS["k"][0]]}),
        (f"(x = '{A}' AND y = 'acd' OR x = '{B}')", None),
        (f"(x = '{A}' OR y = 'acd')", None),
        (f"(x = '{A}' OR x IS NULL)", None),
        (f"x <> '{A}'", None),
        (f"NOT x = '{A}'", None),
        (f"x NOT IN ('{A}')", None),
        (f"x LIKE '{A}'", None),
        (f"lower(x) = '{A}'", None),
        (f"x = lower('{A}')", None),
        (f"x::uuid = '{A}'", None),
        (f"x = '{A}' COLLATE NOCASE", None),
        (f"x COLLATE NOCASE = '{A}'", None),
        ("x = '0000000A-0000-4000-8000-000000000000'", None),
        (f"x = ' {A}'", None),
        ("x = 'Ada Arden'", None),
        (f"x IN ('{A}', 'Ada Arden')", None),
        ("y = 'Acd'", None),
        (f"x IN (SELECT '{A}')", None),
        (f"x = ANY(['{A}'])", None),
        (f"x IS NOT DISTINCT FROM '{A}'", None),
    ],
)
def test_what_is_a_filter(where: str, expected: dict[str, list[str]] | None) -> None:
    assert scope_of(where) == (filtered(expected) if expected else None)


def test_so_many_values_are_not_sent() -> None:
    guids = [f"00000002-0000-4000-8000-{n:012x}" for n in range(101)]
    assert scope_of("x IN ({})".format(", ".join(f"'{g}'" for g in guids[:100])))
    assert scope_of("x IN ({})".format(", ".join(f"'{g}'" for g in guids))) is None


def test_what_a_filter_may_miss_is_pushed_only_where_it_is_wanted_and_is_said() -> None:
    levels = replace(DETAILS, filter_level="other")
    catalog = Catalog(
        "genesys", tuple(replace(t, dataset=levels) for t in CATALOG.tables if t.dataset == DETAILS)
    )
    sql = f"SELECT * FROM segments WHERE {JANUARY} AND x = '{A}'"
    assert plan(sql, catalog, Holdings(), replace(AUTO, share=lambda *_: RARE)).filters == ()
    pushed = plan(sql, catalog, Holdings(), ALWAYS)
    assert pushed.fetches[0].scope == filtered({"x": [A]})
    (notice,) = pushed.notices
    assert "by x" in notice


@pytest.mark.parametrize(
    ("of", "wanted", "does"),
    [
        ({"x": [A]}, {"x": [A]}, True),
        ({"x": [A, B]}, {"x": [A]}, True),
        ({"x": [A]}, {"x": [A], "y": ["acd"]}, True),
        ({"x": [A]}, {"x": [A, B]}, False),
        ({"x": [A], "y": ["acd"]}, {"x": [A]}, False),
        ({"y": ["acd"]}, {"x": [A]}, False),
    ],
)
def test_what_serves(of: dict[str, list[str]], wanted: dict[str, list[str]], *, does: bool) -> None:
    assert serves(filtered(of), filtered(wanted)) is does
    assert not serves(WHOLE, filtered(wanted))


def days_held(first: date, last: date, *, settled: bool = True) -> dict[date, DayHeld]:
    end = midnight(last + DAY) + (4 * DAY if settled else 0 * DAY)
    return held(first, last, watermark=end, fetched_at=end, fingerprint="today")


def holding(
    whole: dict[date, DayHeld] | None = None,
    through: dict[Scope, dict[date, DayHeld]] | None = None,
    unfinished: Iterable[Unfinished] = (),
) -> Holdings:
    name = DETAILS.name
    filtered_ = {scope: {name: days} for scope, days in (through or {}).items()}
    return Holdings({name: whole or {}}, unfinished=tuple(unfinished), filtered=filtered_)


def test_days_held_whole_or_through_it_or_through_a_wider_one_are_not_fetched() -> None:
    mine, wider, narrower = filtered({"x": [A]}), filtered({"x": [A, B]}), filtered({"x": [B]})
    of = planned(
        f"x = '{A}'",
        holding(
            days_held(FIRST, date(2025, 1, 5)),
            {
                mine: days_held(date(2025, 1, 4), date(2025, 1, 10)),
                wider: days_held(date(2025, 1, 9), date(2025, 1, 20)),
                narrower: days_held(FIRST, LAST),
            },
        ),
    )
    assert dict(of.filters[0].days) == {
        mine: day_span(date(2025, 1, 6), date(2025, 1, 10)).days()
        | day_span(date(2025, 1, 21), LAST).days(),
        wider: day_span(date(2025, 1, 11), date(2025, 1, 20)).days(),
    }
    (fetch,) = of.fetches
    assert (fetch.scope, fetch.days) == (mine, day_span(date(2025, 1, 21), LAST).days())


def test_a_whole_day_that_is_due_again_is_fetched_whole() -> None:
    due = days_held(date(2025, 1, 30), LAST, settled=False)
    given = replace(ALWAYS, now=NOW)
    of = planned(f"x = '{A}'", holding(due, {filtered({"x": [A]}): days_held(FIRST, LAST)}), given)
    (fetch,) = of.fetches
    assert (fetch.scope, fetch.days, fetch.reason) == (WHOLE, frozenset(due), "provisional")


def test_a_job_is_gone_on_with_for_its_own_filter_alone() -> None:
    span = day_span(FIRST, LAST)
    jobs = [
        Unfinished("whole", DETAILS.name, span, span.days(), "polling"),
        Unfinished("of-a", DETAILS.name, span, span.days(), "polling", filtered({"x": [A]})),
    ]
    begun = holding(unfinished=jobs)
    keys = [
        planned(where, begun, given).fetches[0].resumes
        for where, given in ((f"x = '{A}'", AUTO), (f"x = '{B}'", ALWAYS), (f"x <> '{A}'", AUTO))
    ]
    assert keys == ["of-a", None, "whole"]


@pytest.mark.parametrize(
    ("share", "lengths", "is_filtered"),
    [
        (None, [31], False),  # nothing is held
        (Share(0, 0, 7), [31], False),  # nothing has happened on the days held
        # 31 days of 1,000 a day and 1,000 a page: 31 pages, of which a filter must save 20.
        (Share(7 * 350, 7 * 1000, 7), [31], True),  # 11 pages
        (Share(7 * 360, 7 * 1000, 7), [31], False),  # 12 pages
        # 310 pages, of which it must save half.
        (Share(7 * 5000, 7 * 10_000, 7), [31], True),
        (Share(7 * 5100, 7 * 10_000, 7), [31], False),
        # Every job has a page at least.
        (Share(0, 7 * 1000, 7), [1] * 31, False),
    ],
)
def test_a_filter_is_pushed_where_it_saves_enough(
    share: Share | None, lengths: list[int], *, is_filtered: bool
) -> None:
    assert choose(Pushdown.AUTO, lengths, 1000, lambda: share).is_filtered is is_filtered
    assert choose(Pushdown.ALWAYS, lengths, 1000, lambda: share).is_filtered


def test_the_share_is_asked_for_only_where_a_filter_could_be_pushed_for_a_gap() -> None:
    asked: list[Scope] = []

    def share(_: str, scope: Scope) -> Share:
        asked.append(scope)
        return RARE

    given = replace(AUTO, share=share)
    planned(f"x <> '{A}'", given=given)
    planned(f"x = '{A}'", holding(days_held(FIRST, LAST)), given)
    planned(f"x = '{A}'", holding(through={filtered({"x": [A]}): days_held(FIRST, LAST)}), given)
    planned(f"x = '{A}'", given=replace(given, pushdown=Pushdown.NEVER))
    planned(f"x = '{A}'", given=replace(given, covered=True))
    assert asked == []
    assert planned(f"x = '{A}'", given=given).fetches[0].pages == 1
    assert asked == [filtered({"x": [A]})]


def test_explain_says_why() -> None:
    used = str(planned(f"x = '{A}'", given=replace(AUTO, share=lambda *_: RARE)))
    assert (
        f"Filter of conversation_details: x = '{A}'\n"
        "  pushed: about 1 page in place of 443\n"
        "  10 of 100,000 conversations of the newest 7 final days held pass it\n"
        "  what it brings counts for this filter and narrower ones alone\n"
    ) in used
    assert "2025-01-01 to 2025-01-31  31 days  missing  through the filter" in used
    unused = str(planned(f"x = '{A}'", given=AUTO))
    assert "not pushed, days are fetched whole: nothing held tells how many" in unused
    assert "through the filter" not in unused
    through = {filtered({"x": [A, B]}): days_held(FIRST, LAST)}
    serving = str(planned(f"x = '{A}'", holding(through=through), AUTO))
    assert f"31 days held as fetched where x IN ('{A}', '{B}')" in serving
    assert serving.endswith("0 requests: everything is held")
