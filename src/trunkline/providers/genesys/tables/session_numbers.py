"""finance.session_numbers: the front of each number of a session (SDK 269 AnalyticsSession).

Rating needs the front of a number and nothing of its end; ``sessions`` has the end. What else
rating needs of a session stands here too, since whoever reads this table may not read that one.
"""

from __future__ import annotations

from trunkline.catalog import FINANCE, Column, Pushdown, Table
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS
from trunkline.providers.genesys.tables import sessions
from trunkline.providers.genesys.tables._numbers import front_columns

_SHARED = (
    "session_key",
    "participant_key",
    "conversation_id",
    "conversation_start",
    "participant_id",
    "session_id",
    "direction",
    "edge_id",
    "media_type",
    "message_type",
    "peer_id",
    "protocol_call_id",
    "provider",
)


def _columns() -> tuple[Column, ...]:
    return (*map(sessions.TABLE.column, _SHARED), *front_columns())


TABLE = Table(
    name="session_numbers",
    description="The numbers of each session without their last digits, for rating.",
    dataset=CONVERSATION_DETAILS,
    level="session",
    grain="one session of a participant",
    key="session_key",
    natural_key=("conversation_id", "participant_id", "session_id"),
    columns=_columns(),
    pushdowns=(Pushdown("conversation_start", (">=", "<"), required=True),),
    schema=FINANCE,
)
