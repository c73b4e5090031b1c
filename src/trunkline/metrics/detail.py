"""The same service level from conversation detail: a check of the aggregates, in two views.

``service_level_events`` counts each metric in the interval in which it was emitted, as the
aggregates do, and must agree with them. ``service_level_cohort`` counts it in the interval in which
its conversation started: what became of those who came then. It differs, and rightly so.

The queue of a metric is the one that the segments of its session name; of several, the last one.
"""

from __future__ import annotations

from trunkline.metrics._columns import COUNTS, INTERACTIONS, NAMED, of_queue, service_level
from trunkline.metrics.options import Options
from trunkline.views import View

_KEY = "service_level_key"
_METRICS = {
    "offered": "nOffered",
    "answered": "tAnswered",
    "abandoned": "tAbandon",
    "short_abandoned": "tShortAbandon",
    "flow_outs": "tFlowOut",
}
_OVER = "nOverSla"


def events(options: Options, minutes: int) -> View:
    """By the moment at which each metric was emitted."""
    return _view(
        "service_level_events",
        "Service level from conversation detail, each event in the interval in which it was.",
        "m.emit_date",
        options,
        minutes,
    )


def cohort(options: Options, minutes: int) -> View:
    """By the start of the conversation."""
    return _view(
        "service_level_cohort",
        "Service level from conversation detail, all of a conversation where it started.",
        "m.conversation_start",
        options,
        minutes,
    )


def _view(name: str, description: str, moment: str, options: Options, minutes: int) -> View:
    return View(
        name=name,
        description=description,
        grain=f"one interval of {minutes} minutes of a queue and a media type",
        key=_KEY,
        time="interval_start",
        schema="metrics",
        columns=(*of_queue(_KEY), *COUNTS, *service_level(options), *INTERACTIONS),
        source=f"{_counts(moment, minutes)} c {NAMED}",
    )


def _counts(moment: str, minutes: int) -> str:
    start = f"time_bucket(INTERVAL {minutes} MINUTE, {moment})"
    counted = {name: _count(metric) for name, metric in _METRICS.items()}
    counted["answered_within_threshold"] = f"({_count('tAnswered')} - {_added(_OVER)})"
    counted["offered"] = _added("nOffered")
    listed = ", ".join(f"{sql} AS {name}" for name, sql in counted.items())
    names = ", ".join(f"'{metric}'" for metric in (*_METRICS.values(), _OVER))
    return (
        f"(SELECT l.queue_id, s.media_type, {start} AS interval_start, "  # noqa: S608
        f"{start} + INTERVAL {minutes} MINUTE AS interval_end, {listed} "
        "FROM {of}.session_metrics m "
        "JOIN {of}.sessions s ON s.session_key = m.session_key "
        "AND s.conversation_id = m.conversation_id "
        "JOIN (SELECT conversation_id, session_key, arg_max(queue_id, ordinal) AS queue_id "
        "FROM {of}.segments WHERE queue_id IS NOT NULL GROUP BY conversation_id, session_key) l "
        "ON l.session_key = m.session_key AND l.conversation_id = m.conversation_id "
        f"WHERE m.name IN ({names}) GROUP BY l.queue_id, s.media_type, {start})"
    )


def _count(metric: str) -> str:
    return f"count(*) FILTER (m.name = '{metric}')"


def _added(metric: str) -> str:
    return f"CAST(coalesce(sum(m.value) FILTER (m.name = '{metric}'), 0) AS BIGINT)"
