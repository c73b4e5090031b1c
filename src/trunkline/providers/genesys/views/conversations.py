"""bi.conversations, and the divisions that each touched."""

from __future__ import annotations

from trunkline.providers.genesys.tables.conversations import TABLE
from trunkline.providers.genesys.views._common import both, fresh, same, started, with_freshness
from trunkline.types import Type
from trunkline.views import View, ViewColumn

CONVERSATIONS = View(
    name="conversations",
    description="Conversations: how many, how long, which way they began.",
    grain="one conversation",
    key="conversation_id",
    time="start_utc",
    columns=(
        *same(TABLE, "c", "conversation_id"),
        *started("c"),
        *both("end", "c.conversation_end", "When it ended; NULL while it is open"),
        ViewColumn(
            "duration_ms",
            Type.BIGINT,
            "(epoch_ms(c.conversation_end) - epoch_ms(c.conversation_start))",
            "From its start to its end; NULL while it is open.",
            "ms",
        ),
        ViewColumn(
            "is_open",
            Type.BOOLEAN,
            "(c.conversation_end IS NULL)",
            "Whether it had not ended when it was last fetched.",
            nullable=False,
        ),
        *same(
            TABLE,
            "c",
            "originating_direction",
            "conversation_initiator",
            "customer_participation",
            "self_served",
            "media_stats_min_conversation_mos",
            "media_stats_min_conversation_rfactor",
            originating_direction="directions",
        ),
        *fresh("c"),
    ),
    source=with_freshness("{of}.conversations c"),
)

CONVERSATION_DIVISIONS = View(
    name="conversation_divisions",
    description="Which divisions each conversation touched: between conversations and divisions.",
    grain="one division of a conversation",
    key="conversation_division_key",
    time="start_utc",
    columns=(
        ViewColumn(
            "conversation_division_key",
            Type.TEXT,
            "concat(c.conversation_id, ':', c.division_id)",
            "The conversation and the division, joined by a colon.",
            nullable=False,
        ),
        ViewColumn(
            "conversation_id",
            Type.TEXT,
            "c.conversation_id",
            "The conversation.",
            references="conversations",
            nullable=False,
        ),
        ViewColumn(
            "division_id",
            Type.TEXT,
            "c.division_id",
            "The division.",
            references="divisions",
            nullable=False,
        ),
        *started("c"),
        *fresh("c"),
    ),
    source=with_freshness(
        "(SELECT DISTINCT conversation_id, conversation_start, unnest(division_ids) AS division_id "
        "FROM {of}.conversations) c",
    ),
)
