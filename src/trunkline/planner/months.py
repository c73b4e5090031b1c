"""From a gap to jobs: unfinished ones first, then one for each UTC calendar month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from trunkline.catalog import Dataset
from trunkline.interval import DAY, Interval, day_span, midnight, months
from trunkline.planner import about
from trunkline.planner.plan import Fetch, Holdings, Need, State, Unfinished
from trunkline.scope import OPEN_AT, WHOLE, Scope

MINUTE = timedelta(minutes=1)
REASONS = (
    State.MISSING,
    State.STALE,
    State.REFRESH,
    State.RECHECK,
    State.REOPENED,
    State.PROVISIONAL,
)


def fetches(need: Need, holdings: Holdings, scope: Scope = WHOLE) -> tuple[Fetch, ...]:
    """The jobs that bring a dataset's gap as one scope, in order of time.

    An unfinished job of that scope is resumed for the days it covers; what remains is cut into
    months.
    """
    if need.scope == OPEN_AT:
        return tuple(_opened(need, holdings, day) for day in sorted(need.gap))
    rest = set(need.gap)
    found: list[Fetch] = []
    for job in _useful(need, holdings.unfinished, scope):
        if days := rest & need.served_by(job):
            rest -= days
            found.append(_fetch(need, holdings, job.interval, days, job.key))
    found += [
        _fetch(need, holdings, day_span(min(piece), max(piece)), piece, None)
        for piece in pieces(rest, need.dataset)
    ]
    told = (fetch if scope == WHOLE else replace(fetch, scope=scope, pages=None) for fetch in found)
    return tuple(sorted(told, key=lambda fetch: fetch.interval))


def outlived(needs: Iterable[Need], holdings: Holdings) -> tuple[str, ...]:
    """The keys of unfinished jobs of which nothing is wanted as they would bring it."""
    return tuple(
        job.key
        for need in needs
        for job in holdings.unfinished
        if (job.dataset, job.scope) == (need.dataset.name, need.scope) and need.outlives(job)
    )


def pieces(days: Iterable[date], dataset: Dataset) -> tuple[frozenset[date], ...]:
    """Days as those of one job each: of one UTC month, and no more than the dataset allows."""
    longest = dataset.max_interval_days
    return tuple(frozenset(piece) for month in months(days) for piece in _pieces(month, longest))


def _opened(need: Need, holdings: Holdings, day: date) -> Fetch:
    """One job for what is open in the first minute of a day."""
    begun = (
        job.key
        for job in holdings.unfinished
        if job.scope == OPEN_AT
        and job.dataset == need.dataset.name
        and job.days == {day}
        and need.served_by(job)
    )
    minute = Interval(midnight(day), midnight(day) + MINUTE)
    key, reason = next(begun, None), need.days[day].value
    return Fetch(need.dataset, minute, frozenset({day}), reason, key, scope=OPEN_AT)


def _useful(need: Need, unfinished: Iterable[Unfinished], scope: Scope) -> list[Unfinished]:
    """The dataset's unfinished jobs of the scope, those that cover most of the gap first."""
    mine = [j for j in unfinished if j.dataset == need.dataset.name and j.scope == scope]
    return sorted(mine, key=lambda job: (-len(need.served_by(job)), job.interval, job.key))


def _pieces(days: Iterable[date], longest: int) -> Iterator[set[date]]:
    """Days as pieces of which none is longer than ``longest`` days from first to last."""
    piece: set[date] = set()
    for day in sorted(days):
        if piece and day - min(piece) >= longest * DAY:
            yield piece
            piece = set()
        piece.add(day)
    yield piece


def _fetch(
    need: Need, holdings: Holdings, interval: Interval, days: Iterable[date], resumes: str | None
) -> Fetch:
    wanted = frozenset(days)
    reason = next(r for r in REASONS if any(need.days[day] is r for day in wanted))
    pages = expected_pages(need.dataset, interval, holdings)
    return Fetch(need.dataset, interval, wanted, reason.value, resumes, pages)


def expected_pages(dataset: Dataset, interval: Interval, holdings: Holdings) -> int | None:
    """The pages of a job if its days are like those held; None where nothing held tells.

    Of what is asked for directly, the requests of one walk through its time: more where what comes
    does not fit into one answer.
    """
    if dataset.slice is not None:
        slices = ceil((interval.end - interval.start) / dataset.slice)
        return about.requests(dataset, slices, holdings.lists)
    held = holdings.days.get(dataset.name, {}).values()
    total = sum(day.conversations for day in held)
    if not total or not dataset.page_size:
        return None
    return max(1, ceil(Fraction(total, len(held)) * len(interval.days()) / dataset.page_size))
