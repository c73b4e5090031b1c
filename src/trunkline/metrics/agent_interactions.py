"""metrics.agent_interactions: what each agent answered and handled, by media type."""

from __future__ import annotations

from trunkline.metrics import handling
from trunkline.metrics._columns import AGENT, AGENT_NAMED, count, interval
from trunkline.metrics.grains import Grain
from trunkline.metrics.sums import added, grouped
from trunkline.types import Type
from trunkline.views import View, ViewColumn

_KEY = "agent_interactions_key"
_COLUMNS = (
    ViewColumn(
        _KEY,
        Type.TEXT,
        "concat(c.user_id, ':', c.media_type, ':', epoch_ms(c.interval_start))",
        "User, media type and start, by colons.",
        nullable=False,
    ),
    *AGENT,
    ViewColumn("media_type", Type.TEXT, "c.media_type", "voice, chat, email, ..."),
    *interval(),
    count("answered", "What a queue sent and the agent answered."),
    *handling.COLUMNS,
)


def view(grain: Grain) -> View:
    """The view of one coarseness."""
    sums = {name: added(column) for name, column in handling.SOURCES.items()}
    by = ("user_id", "media_type")
    counts = grouped("conversation_aggregates", by, grain, sums, where="i.user_id IS NOT NULL")
    return View(
        name=f"agent_interactions{grain.suffix}",
        description="What agents answered and handled: handle time, its parts, transfers.",
        grain=f"one {grain.words} of a user and a media type",
        key=_KEY,
        time="interval_start",
        schema="metrics",
        columns=_COLUMNS,
        source=f"{counts} c {AGENT_NAMED}",
    )
