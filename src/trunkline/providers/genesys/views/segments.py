"""bi.segments: the stretches of legs, with queue, wrap-up code and how they were disconnected."""

from __future__ import annotations

from trunkline.providers.genesys.tables.segments import TABLE
from trunkline.providers.genesys.views._common import both, fresh, same, started, with_freshness
from trunkline.types import Type
from trunkline.views import View, ViewColumn

SEGMENTS = View(
    name="segments",
    description="What took place in a leg, stretch by stretch.",
    grain="one segment of a leg",
    key="segment_key",
    time="start_utc",
    columns=(
        *same(
            TABLE,
            "g",
            "segment_key",
            "session_key",
            "conversation_id",
            "ordinal",
            "segment_type",
            "queue_id",
            "wrap_up_code",
            "disconnect_type",
            "conference",
            session_key="legs",
            conversation_id="conversations",
            queue_id="queues",
            wrap_up_code="wrapup_codes",
            disconnect_type="disconnect_types",
        ),
        *started("g"),
        *both("segment_start", "g.segment_start", "When the segment began"),
        *both("segment_end", "g.segment_end", "When the segment ended; NULL while it runs"),
        ViewColumn(
            "duration_ms",
            Type.BIGINT,
            "(epoch_ms(g.segment_end) - epoch_ms(g.segment_start))",
            "How long it took; NULL while it runs.",
            "ms",
        ),
        *fresh("g"),
    ),
    source=with_freshness("{of}.segments g"),
)
