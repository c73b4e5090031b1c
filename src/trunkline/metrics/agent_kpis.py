"""metrics.agent_kpis: where the time of agents went, and their occupancy.

Occupancy has no definition of the provider's that could be read; one of its consultants gives
interacting by interacting, communicating and idle (community.genesys.com, "Does occupancy include
all busy time"). Here the divisor is all the time on a queue, not responding included, as an agent
who lets a call ring is not idle; every part has a column, so that another one is a sum away.
"""

from __future__ import annotations

from collections.abc import Mapping

from trunkline.metrics._columns import AGENT, AGENT_NAMED, duration, interval, rate
from trunkline.metrics.grains import Grain
from trunkline.metrics.sums import grouped
from trunkline.types import Type
from trunkline.views import View, ViewColumn

_STATUS, _PRESENCE = "tAgentRoutingStatus", "tSystemPresence"
# Columns, and the metric and the qualifier that they are the time of; SDK 269, RoutingStatus.
_STATUSES = {
    "interacting_ms": "INTERACTING",
    "communicating_ms": "COMMUNICATING",
    "idle_ms": "IDLE",
    "not_responding_ms": "NOT_RESPONDING",
    "off_queue_ms": "OFF_QUEUE",
}
_PRESENCES = {
    f"presence_{name}_ms": name.upper()
    for name in (
        "available", "away", "break", "busy", "idle", "meal", "meeting", "offline", "on_queue",
        "training",
    )
}  # fmt: skip
_ON_QUEUE = "(c.interacting_ms + c.communicating_ms + c.idle_ms + c.not_responding_ms)"
_LOGGED_IN = f"({' + '.join(f'c.{name}' for name in _PRESENCES if 'offline' not in name)})"
_KEY = "agent_kpis_key"
_COLUMNS = (
    ViewColumn(
        _KEY,
        Type.TEXT,
        "concat(c.user_id, ':', epoch_ms(c.interval_start))",
        "User and start, by a colon.",
        nullable=False,
    ),
    *AGENT,
    *interval(),
    duration("interacting_ms", "Busy with what a queue sent: talk, hold and after-call work."),
    duration("communicating_ms", "Busy with a call that no queue sent, while on a queue."),
    duration("idle_ms", "On a queue, free."),
    duration("not_responding_ms", "On a queue, after letting something ring out."),
    duration("off_queue_ms", "Not on a queue."),
    duration("on_queue_ms", "The four on a queue together.", _ON_QUEUE),
    rate("occupancy", "c.interacting_ms", _ON_QUEUE, "Interacting by all the time on a queue."),
    *(
        duration(name, f"In the presence {presence.replace('_', ' ').lower()}.")
        for name, presence in _PRESENCES.items()
    ),
    duration("logged_in_ms", "In any presence but offline.", _LOGGED_IN),
)


def view(grain: Grain) -> View:
    """The view of one coarseness."""
    sums = {**_sums(_STATUS, _STATUSES), **_sums(_PRESENCE, _PRESENCES)}
    metrics = f"i.metric IN ('{_STATUS}', '{_PRESENCE}')"
    times = grouped("user_aggregates", ("user_id",), grain, sums, where=metrics)
    return View(
        name=f"agent_kpis{grain.suffix}",
        description="Occupancy of agents, and their time by routing status and presence.",
        grain=f"one {grain.words} of a user",
        key=_KEY,
        time="interval_start",
        schema="metrics",
        columns=_COLUMNS,
        source=f"{times} c {AGENT_NAMED}",
    )


def _sums(metric: str, columns: Mapping[str, str]) -> dict[str, str]:
    return {
        name: f"CAST(coalesce(sum(i.duration_ms) FILTER (i.metric = '{metric}' "
        f"AND i.qualifier = '{qualifier}'), 0) AS BIGINT)"
        for name, qualifier in columns.items()
    }
