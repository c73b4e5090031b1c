"""EXPLAIN: a plan as text for a terminal. Days and times are in UTC, as the jobs are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from trunkline.interval import DAY, Interval, runs

if TYPE_CHECKING:
    from trunkline.planner.plan import Fetch, Need, Plan, Scan

_WHY = {
    "final": "held",
    "fresh": "held; not yet final, but fetched a moment ago",
    "ahead": "the provider has nothing of it yet, it said a moment ago",
    "provisional": "held before it was final; fetched again",
    "stale": "held under what is no longer so; fetched again",
    "recheck": "final, but last fetched before it was old enough; fetched again",
    "refresh": "held; fetched again as asked",
    "missing": "not held; fetched",
}
_MOST_RANGES = 3


def text(plan: Plan) -> str:
    """The whole of EXPLAIN."""
    parts = [_scans(plan), *map(_need, plan.needs), _jobs(plan.fetches), _without_jobs(plan)]
    parts.append(_estimate(plan))
    parts.append([f"Notice: {notice}" for notice in plan.notices])
    return "\n\n".join("\n".join(part) for part in parts if part)


def _scans(plan: Plan) -> list[str]:
    rows = [row for scan in plan.scans for row in _scan(scan)]
    rows += [(name, "", "needs no fetch") for name in plan.others]
    return [f"Tables (times in UTC; dates of the query are in {plan.time_zone})", *_table(rows)]


def _scan(scan: Scan) -> Iterator[tuple[str, ...]]:
    name = scan.table if scan.alias.lower() == scan.table else f"{scan.table} {scan.alias}"
    if not scan.intervals:
        yield name, scan.time_column, "nothing can match"
    for place, interval in enumerate(scan.intervals):
        lead = ("", "") if place else (name, scan.time_column)
        yield *lead, f"{_instant(interval.start)} to {_instant(interval.end)}"


def _instant(instant: datetime) -> str:
    plain = instant.astimezone(UTC).replace(tzinfo=None)
    if plain == datetime.combine(plain.date(), datetime.min.time()):
        return f"{plain:%Y-%m-%d}"
    return plain.isoformat(sep=" ", timespec="auto" if plain.second else "minutes")


def _need(need: Need) -> list[str]:
    head = f"Days of {need.dataset.name}: {len(need.days)} wanted, {len(need.gap)} to fetch"
    states = dict.fromkeys(
        sorted(need.days.values(), key=lambda state: list(_WHY).index(state.value))
    )
    rows = [
        (state.value, _count(len(days), "day"), _ranges(days), words)
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


def _ranges(days: Iterable[date]) -> str:
    found = [_days(interval) for interval in runs(days)]
    if len(found) > _MOST_RANGES:
        found = [*found[:_MOST_RANGES], f"and {len(found) - _MOST_RANGES} more ranges"]
    return ", ".join(found)


def _days(interval: Interval) -> str:
    first, last = interval.start.date(), (interval.end - DAY).date()
    return f"{first}" if first == last else f"{first} to {last}"


def _jobs(fetches: Sequence[Fetch]) -> list[str]:
    rows = [
        (
            str(number),
            fetch.dataset.name,
            _days(fetch.interval),
            _count(len(fetch.days), "day"),
            fetch.reason,
            f"resumes {fetch.resumes}" if fetch.resumes else "",
        )
        for number, fetch in enumerate(fetches, start=1)
    ]
    return ["Jobs", *_table(rows)] if rows else []


def _without_jobs(plan: Plan) -> list[str]:
    rows = [
        (
            tail.dataset.name,
            f"past the watermark, from about {_instant(tail.interval.start)}",
            _count(tail.requests, "request") + ("" if tail.pages else " or more"),
        )
        for tail in plan.tails
    ]
    rows += [
        (
            again.dataset.name,
            f"{_count(len(again.records), 'open conversation')} to fetch again",
            _count(again.requests, "request"),
        )
        for again in plan.reopened
    ]
    return ["Without a job", *_table(rows)] if rows else []


def _estimate(plan: Plan) -> list[str]:
    fetches = plan.fetches
    if not plan.requests:
        return [f"0 requests: {_why_none(plan)}"]
    parts = _of_jobs(fetches) if fetches else []
    if plan.without_jobs:
        parts.append(f"{plan.without_jobs:,} without a job")
    lines = [f"At least {_count(plan.requests, 'request')}: {', '.join(parts)}"]
    if not all(fetch.pages for fetch in fetches):
        lines.append(
            "  Nothing held tells how many conversations a day has: one page a job is counted."
        )
    return lines


def _of_jobs(fetches: Sequence[Fetch]) -> list[str]:
    submits = sum(not fetch.resumes for fetch in fetches)
    pages = sum(fetch.pages or 1 for fetch in fetches)
    return [
        _count(submits, "submit"),
        f"{_count(len(fetches), 'poll')} or more",
        f"{_count(pages, 'page')}" + ("" if all(f.pages for f in fetches) else " or more"),
    ]


def _why_none(plan: Plan) -> str:
    if any(need.gap for need in plan.needs):
        return "the gap is not fetched"
    wants = any(need.days for need in plan.needs)
    return "everything is held" if wants else "nothing has to be held"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = ("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in rows)
    return [f"  {line}".rstrip() for line in padded]
