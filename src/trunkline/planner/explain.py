"""EXPLAIN: a plan as text for a terminal. Days and times are in UTC, as the jobs are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from trunkline.interval import runs
from trunkline.planner import about, listed
from trunkline.scope import OPEN_AT
from trunkline.wording import counted

if TYPE_CHECKING:
    from trunkline.planner.filters.choice import Filtered
    from trunkline.planner.plan import Fetch, Need, Plan, Scan

_WHY = {
    "final": "held",
    "fresh": "held; not yet final, but fetched a moment ago",
    "ahead": "the provider has nothing of it yet, it said a moment ago",
    "provisional": "held before it was final; fetched again",
    "stale": "held under what is no longer so; fetched again",
    "recheck": "final, but last fetched before it was old enough; fetched again",
    "refresh": "held; fetched again as asked",
    "reopened": "final, but some of it had not ended; fetched again",
    "missing": "not held; fetched",
}
_MOST_RANGES = 3


def text(plan: Plan) -> str:
    """The whole of EXPLAIN."""
    parts = [_scans(plan), *map(_need, plan.needs), *map(_filter, plan.filters)]
    parts += [_lists(plan), _aggregates(plan), _jobs(plan.fetches), _without_jobs(plan)]
    parts.append(_estimate(plan))
    parts.append([f"Notice: {notice}" for notice in plan.notices])
    return "\n\n".join("\n".join(part) for part in parts if part)


def _scans(plan: Plan) -> list[str]:
    rows = [row for scan in plan.scans for row in _scan(scan)]
    if found := plan.aggregated:
        when = f"{_instant(found.interval.start)} to {_instant(found.interval.end)}"
        rows.append((found.declared.table, found.declared.moment, when))
        others = (name for name in found.tables if name != found.declared.table)
        rows += [(name, "", f"what {found.declared.table} belongs to") for name in others]
    rows += [(of.name, "", "asked for now, by every query") for of in plan.observed]
    rows += [(name, "", "needs no fetch") for name in plan.others]
    head = f"Tables (times in UTC; dates of the query are in {plan.time_zone})"
    return [head, *_table(rows)] if rows else []


def _scan(scan: Scan) -> Iterator[tuple[str, ...]]:
    name = scan.table if scan.alias.lower() == scan.table else f"{scan.table} {scan.alias}"
    found = [f"{_instant(i.start)} to {_instant(i.end)}" for i in scan.intervals]
    if scan.open_at:
        found.insert(0, f"before {scan.open_at.day}, and open when that day began")
    for place, words in enumerate(found or ["nothing can match"]):
        yield *(("", "") if place else (name, scan.time_column)), words


def _instant(instant: datetime) -> str:
    plain = instant.astimezone(UTC).replace(tzinfo=None)
    if plain == datetime.combine(plain.date(), datetime.min.time()):
        return f"{plain:%Y-%m-%d}"
    return plain.isoformat(sep=" ", timespec="auto" if plain.second else "minutes")


def _need(need: Need) -> list[str]:
    what = "What was open in" if need.scope == OPEN_AT else "Days of"
    head = f"{what} {need.dataset.name}: {len(need.days)} wanted, {len(need.gap)} to fetch"
    states = dict.fromkeys(
        sorted(need.days.values(), key=lambda state: list(_WHY).index(state.value))
    )
    rows = [
        (state.value, counted(len(days), "day"), _ranges(days), words)
        for state in states
        for words, days in _reasons(need, need.in_state(state), _WHY[state.value])
    ]
    return [head, *_table(rows)]


def _reasons(need: Need, days: Iterable[date], words: str) -> list[tuple[str, list[date]]]:
    """Days of one state by what is said of them: stale ones have reasons of their own."""
    found: dict[str, list[date]] = {}
    for day in sorted(days):
        why = need.why.get(day)
        found.setdefault(words if why is None else f"held {why}; fetched again", []).append(day)
    return list(found.items())


def _filter(item: Filtered) -> list[str]:
    """What the provider can filter by, what is held of it, and whether the rest is so fetched."""
    head = f"Filter of {item.dataset.name}: {item.scope.condition}"
    lines = [head, *_through(item)]
    if item.choice is None:
        return lines
    verb = "pushed" if item.choice.is_filtered else "not pushed, days are fetched whole"
    lines.append(f"  {verb}: {item.choice.why}")
    if share := item.choice.share:
        lines.append(
            f"  {share.matching:,} of {share.records:,} {item.dataset.noun}s of the newest "
            f"{counted(share.days, 'final day')} held pass it"
        )
    if item.choice.is_filtered:
        lines.append("  what it brings counts for this filter and narrower ones alone")
    return lines


def _through(item: Filtered) -> Iterator[str]:
    for scope, days in item.held.items():
        yield f"  {counted(len(days), 'day')} held as fetched where {scope.condition}"


def _ranges(days: Iterable[date]) -> str:
    found = [interval.spoken for interval in runs(days)]
    if len(found) > _MOST_RANGES:
        found = [*found[:_MOST_RANGES], f"and {len(found) - _MOST_RANGES} more ranges"]
    return ", ".join(found)


def _jobs(fetches: Sequence[Fetch]) -> list[str]:
    rows = [
        (
            str(number),
            fetch.dataset.name,
            f"{min(fetch.days)}" if _is_open(fetch) else fetch.interval.spoken,
            "open then" if _is_open(fetch) else counted(len(fetch.days), "day"),
            fetch.reason,
            ", ".join(_manner(fetch)),
        )
        for number, fetch in enumerate(fetches, start=1)
    ]
    return ["Jobs", *_table(rows)] if rows else []


def _manner(fetch: Fetch) -> Iterator[str]:
    if fetch.scope.predicates:
        yield "through the filter"
    if fetch.dataset.is_direct:
        yield "asked for directly"
    if fetch.resumes:
        yield f"resumes {fetch.resumes}"


def _is_open(fetch: Fetch) -> bool:
    return fetch.scope == OPEN_AT


def _lists(plan: Plan) -> list[str]:
    rows = listed.lines(plan.lists, plan.now)
    return ["Lists (times in UTC)", *_table(rows)] if rows else []


def _aggregates(plan: Plan) -> list[str]:
    """What the provider adds up, in place of days; or why it does not."""
    if plan.unfit:
        return [f"Aggregates: not used, because {plan.unfit}"]
    if plan.aggregated is None:
        return []
    return ["Aggregates (times in UTC)", *(f"  {line}" for line in plan.aggregated.lines())]


def _without_jobs(plan: Plan) -> list[str]:
    rows = [
        (
            tail.dataset.name,
            f"past the watermark, from about {tail.interval.start.astimezone(UTC):%Y-%m-%d %H:%M}",
            counted(tail.requests, "request") + ("" if tail.pages else " or more"),
        )
        for tail in plan.tails
    ]
    rows += [
        (
            again.dataset.name,
            f"{counted(len(again.records), f'open {again.dataset.noun}')} to fetch again",
            counted(again.requests, "request"),
        )
        for again in plan.reopened
    ]
    return ["Without a job", *_table(rows)] if rows else []


def _estimate(plan: Plan) -> list[str]:
    fetches = plan.fetches
    if not plan.requests:
        return [f"0 requests: {_why_none(plan)}"]
    parts = [*_of_jobs([f for f in fetches if not f.dataset.is_direct]), *_direct(fetches)]
    if plan.without_jobs:
        parts.append(f"{plan.without_jobs:,} without a job")
    if plan.aggregating:
        parts.append(f"{plan.aggregating:,} for aggregates")
    if plan.observing:
        parts.append(f"{plan.observing:,} for what is now")
    if plan.listing:
        parts.append(f"{plan.listing:,} for whole lists")
    lines = [f"At least {counted(plan.requests, 'request')}: {', '.join(parts)}"]
    direct = dict.fromkeys([*(fetch.dataset for fetch in fetches), *plan.observed])
    of_lists = (f"  {words}" for words in about.words(direct, plan.lists_held))
    return [*lines, *_untold(fetches), *of_lists]


def _untold(fetches: Iterable[Fetch]) -> Iterator[str]:
    """Why no more than a page is counted of a job, where that is so."""
    untold = dict.fromkeys(fetch.dataset for fetch in fetches if not fetch.pages)
    for noun in dict.fromkeys(dataset.noun for dataset in untold if dataset.page_size):
        yield f"  Nothing held tells how many {noun}s a day has: one page a job is counted."
    for name in (dataset.name for dataset in untold if not dataset.page_size):
        yield f"  Nothing tells how many pages {name} has: one page a job is counted."


def _direct(fetches: Iterable[Fetch]) -> Iterator[str]:
    """The requests for what is asked for without a job of the provider's."""
    if requests := sum(fetch.requests for fetch in fetches if fetch.dataset.is_direct):
        yield f"{requests:,} direct or more"


def _of_jobs(fetches: Sequence[Fetch]) -> list[str]:
    if not fetches:
        return []
    submits = sum(not fetch.resumes for fetch in fetches)
    pages = sum(fetch.pages or 1 for fetch in fetches)
    return [
        counted(submits, "submit"),
        f"{counted(len(fetches), 'poll')} or more",
        f"{counted(pages, 'page')}" + ("" if all(f.pages for f in fetches) else " or more"),
    ]


def _why_none(plan: Plan) -> str:
    if any(need.gap for need in plan.needs):
        return "the gap is not fetched"
    wants = plan.lists or any(need.days for need in plan.needs)
    return "everything is held" if wants else "nothing has to be held"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = ("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in rows)
    return [f"  {line}".rstrip() for line in padded]
