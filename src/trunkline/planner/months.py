"""From a gap to jobs: unfinished ones first, then one for each UTC calendar month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from math import ceil

from trunkline.catalog import WHOLE, Dataset
from trunkline.interval import DAY, Interval, day_span, months
from trunkline.planner.plan import Fetch, Holdings, Need, State, Unfinished

REASONS = (State.MISSING, State.STALE, State.REFRESH, State.RECHECK, State.PROVISIONAL)


def fetches(need: Need, holdings: Holdings) -> tuple[Fetch, ...]:
    """The jobs that bring a dataset's gap, in order of time.

    An unfinished job is resumed for the days it covers; what remains is cut into months.
    """
    rest = set(need.gap)
    found: list[Fetch] = []
    for job in _useful(need, holdings.unfinished):
        if days := rest & job.days:
            rest -= days
            found.append(_fetch(need, holdings, job.interval, days, job.key))
    for month in months(rest):
        found += [
            _fetch(need, holdings, day_span(min(days), max(days)), days, None)
            for days in _pieces(month, need.dataset.max_interval_days)
        ]
    return tuple(sorted(found, key=lambda fetch: fetch.interval))


def _useful(need: Need, unfinished: Iterable[Unfinished]) -> list[Unfinished]:
    """The dataset's unfinished jobs of whole days, those that cover most of the gap first."""
    mine = [j for j in unfinished if j.dataset == need.dataset.name and j.scope == WHOLE]
    return sorted(mine, key=lambda job: (-len(need.gap & job.days), job.interval, job.key))


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
    """The pages of a job if its days are like those held; None where nothing held tells."""
    held = holdings.days.get(dataset.name, {}).values()
    total = sum(day.conversations for day in held)
    if not total:
        return None
    return max(1, ceil(Fraction(total, len(held)) * len(interval.days()) / dataset.page_size))
