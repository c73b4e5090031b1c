"""What is asked for in place of single emissions, as a value: EXPLAIN and the engine read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import prod

from trunkline.emissions import Dimension, Emissions, Question
from trunkline.interval import Interval
from trunkline.wording import counted

# Figures of one metric, of which an answer has some 150 bytes each.
MOST_FIGURES = 100_000
# That happen together in one stretch: an agent has one purpose, and few media.
MOST_GROUPS = 1_000
# Of one group: a month of quarters of an hour. No document says how many may be asked for.
MOST_STRETCHES = 2_976


@dataclass(frozen=True, slots=True)
class Aggregated:
    """The questions, one request each at least, and what is made of their answers.

    ``counted`` where it matters how many emissions there were, ``extremes`` where the least and the
    greatest do. ``jobs`` are those that it is asked for in place of, with their least ``requests``.
    """

    declared: Emissions
    questions: tuple[Question, ...]
    tables: tuple[str, ...]
    counted: bool
    extremes: bool
    jobs: int = 0
    saves: int = 0

    @property
    def interval(self) -> Interval:
        """All of the time that is asked about."""
        return Interval(self.questions[0].interval.start, self.questions[-1].interval.end)

    @property
    def requests(self) -> int:
        """The fewest it can take."""
        return len(self.questions)

    def lines(self) -> Iterator[str]:
        """As EXPLAIN shows it."""
        first, of = self.questions[0], self.interval
        by = ", ".join(dimension.source for dimension in first.group_by)
        yield f"POST {self.declared.path}"
        yield f"from {of.start:%Y-%m-%d %H:%M} to {of.end:%Y-%m-%d %H:%M}, " + (
            f"by {first.granularity}" if first.granularity else "as a whole"
        )
        yield f"of {', '.join(first.metrics)}" + (f", by {by}" if by else "")
        took = f"{counted(self.jobs, 'job')}, at least {counted(self.saves, 'request')}"
        yield f"{counted(self.requests, 'request')} in place of {took}; nothing of it is held"
        yield "--no-aggregates fetches the days instead"


def questions(
    interval: Interval,
    grain: timedelta | None,
    metrics: tuple[str, ...],
    group_by: tuple[Dimension, ...],
) -> tuple[Question, ...]:
    """The time cut into as few pieces as may be answered at once."""
    whole = Question(interval, grain, metrics, group_by)
    if grain is None:
        return (whole,)
    groups = min(MOST_GROUPS, prod(dimension.most for dimension in group_by))
    most = max(1, min(MOST_STRETCHES, MOST_FIGURES // (groups * len(metrics))))
    pieces = -(-whole.stretches // most)
    length = -(-whole.stretches // pieces) * grain
    starts = [interval.start + length * n for n in range(pieces)]
    return tuple(
        Question(Interval(start, min(start + length, interval.end)), grain, metrics, group_by)
        for start in starts
        if start < interval.end
    )
