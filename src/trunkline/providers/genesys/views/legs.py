"""bi.legs: sessions with their metrics; bi.queue_legs: those that a queue had a part in."""

from __future__ import annotations

from trunkline.providers.genesys.tables.participants import TABLE as PARTICIPANT
from trunkline.providers.genesys.tables.sessions import TABLE
from trunkline.providers.genesys.views._common import fresh, same, started, with_freshness
from trunkline.types import Type
from trunkline.views import View, ViewColumn

_METRICS = (
    "n_offered",
    "n_connected",
    "n_transferred",
    "n_blind_transferred",
    "n_consult_transferred",
    "n_over_sla",
    "n_error",
    "n_outbound",
    "t_acd_ms",
    "t_answered_ms",
    "t_abandon_ms",
    "t_short_abandon_ms",
    "t_flow_out_ms",
    "t_alert_ms",
    "t_not_responding_ms",
    "t_talk_ms",
    "t_talk_complete_ms",
    "t_held_ms",
    "t_held_complete_ms",
    "t_acw_ms",
    "t_handle_ms",
    "t_ivr_ms",
    "t_voicemail_ms",
)
_COLUMNS = (
    *same(
        TABLE,
        "s",
        "session_key",
        "participant_key",
        "conversation_id",
        conversation_id="conversations",
        participant_key="participants",
    ),
    *started("s"),
    *same(PARTICIPANT, "p", "purpose", "user_id", user_id="users"),
    *same(
        TABLE,
        "s",
        "media_type",
        "message_type",
        "direction",
        "provider",
        "used_routing",
        "recording",
        "outbound_campaign_id",
        media_type="media_types",
        direction="directions",
    ),
)
_PARTICIPANT = (
    "LEFT JOIN {of}.participants p ON p.participant_key = s.participant_key "
    "AND p.conversation_id = s.conversation_id"
)

LEGS = View(
    name="legs",
    description="Sessions of participants, with their metrics: the fact for agents and media.",
    grain="one leg: a session of a participant",
    key="session_key",
    time="start_utc",
    columns=(*_COLUMNS, *same(TABLE, "s", *_METRICS), *fresh("s")),
    source=with_freshness(f"{{of}}.sessions s {_PARTICIPANT}"),
)

QUEUE_LEGS = View(
    name="queue_legs",
    description="Legs that a queue had a part in, with their metrics: the fact for queues. Of the "
    "purpose `acd` they say what was offered, answered and abandoned; of `agent` what was handled.",
    grain="one leg whose segments name a queue",
    key="session_key",
    time="start_utc",
    columns=(
        *_COLUMNS,
        ViewColumn(
            "queue_id",
            Type.TEXT,
            "q.queue_id",
            "The queue; of a leg whose segments name several, that of the last one.",
            references="queues",
            nullable=False,
        ),
        *same(TABLE, "s", *_METRICS),
        *fresh("s"),
    ),
    source=with_freshness(
        "(SELECT conversation_id, session_key, arg_max(queue_id, ordinal) AS queue_id "
        "FROM {of}.segments WHERE queue_id IS NOT NULL GROUP BY conversation_id, session_key) q "
        "JOIN {of}.sessions s ON s.session_key = q.session_key "
        "AND s.conversation_id = q.conversation_id " + _PARTICIPANT,
    ),
)
