"""bi.participants: who took part."""

from __future__ import annotations

from trunkline.providers.genesys.tables.participants import TABLE
from trunkline.providers.genesys.views._common import fresh, same, started, with_freshness
from trunkline.views import View

PARTICIPANTS = View(
    name="participants",
    description="Who took part in a conversation: customers, queues, agents, flows.",
    grain="one participant of a conversation",
    key="participant_key",
    time="start_utc",
    columns=(
        *same(
            TABLE,
            "p",
            "participant_key",
            "conversation_id",
            "purpose",
            "user_id",
            "team_id",
            "flagged_reason",
            conversation_id="conversations",
            user_id="users",
        ),
        *started("p"),
        *fresh("p"),
    ),
    source=with_freshness("{of}.participants p"),
)
