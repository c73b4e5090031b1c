"""metrics.queue_kpis: what a queue is judged by, beside its service level.

Each average is a sum by a count, each rate a count by a count, divided last; sums and counts stand
beside them, so that a report over other intervals adds those up and divides again.
"""

from __future__ import annotations

from trunkline.metrics import handling
from trunkline.metrics._columns import NAMED, OF_QUEUE, average, count, duration, of_queue, rate
from trunkline.metrics.grains import OWN, Grain
from trunkline.metrics.sums import added, as_it_is, grouped, rows
from trunkline.views import View

# Ours, and the column of queue_intervals that it is.
_SOURCES = {
    "offered": "n_offered",
    "abandoned": "t_abandon_count",
    "abandoned_ms": "t_abandon_ms",
    "short_abandoned": "t_short_abandon_count",
    "flow_outs": "t_flow_out_count",
    "answered_ms": "t_answered_ms",
    "waited": "t_wait_count",
    "wait_ms": "t_wait_ms",
    **handling.SOURCES,
}
_KEY = "queue_kpis_key"
_COLUMNS = (
    *of_queue(_KEY),
    count("offered", "Interactions that entered the queue."),
    count("answered", "Answered by an agent."),
    count("abandoned", "Left by the customer while waiting, short ones among them."),
    count("short_abandoned", "Left so soon that the organisation calls it short."),
    count("flow_outs", "Taken out of the queue by a flow."),
    rate("answer_rate", "c.answered", "c.offered", "Answered by offered."),
    rate("abandon_rate", "c.abandoned", "c.offered", "Abandoned by offered."),
    rate(
        "abandon_rate_without_short",
        "greatest(c.abandoned - c.short_abandoned, 0)",
        "greatest(c.offered - c.short_abandoned, 0)",
        "Abandoned by offered, short abandons left out of both.",
    ),
    duration("answered_ms", "Waits of what was answered."),
    average("average_speed_of_answer_ms", "answered_ms", "answered", "ASA: their average."),
    duration("abandoned_ms", "Waits of what was abandoned."),
    average("average_abandon_ms", "abandoned_ms", "abandoned", "Their average."),
    count("waited", "Waits that ended, whichever way."),
    duration("wait_ms", "Their sum."),
    average("average_wait_ms", "wait_ms", "waited", "Their average."),
    *handling.COLUMNS,
)


def view(grain: Grain) -> View:
    """The view of one coarseness."""
    return View(
        name=f"queue_kpis{grain.suffix}",
        description="Speed of answer, handle time, abandons and transfers of queues.",
        grain=f"one {grain.words} of a queue and a media type",
        key=_KEY,
        time="interval_start",
        schema="metrics",
        columns=_COLUMNS,
        source=f"{_counts(grain)} c {NAMED}",
    )


def _counts(grain: Grain) -> str:
    read = as_it_is if grain is OWN else added
    columns = {name: read(column) for name, column in _SOURCES.items()}
    if grain is OWN:
        return rows("queue_intervals", OF_QUEUE, columns)
    return grouped("queue_intervals", OF_QUEUE, grain, columns)
