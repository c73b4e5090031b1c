"""The tables of Genesys Cloud, listed by hand."""

from __future__ import annotations

from trunkline.catalog import Table
from trunkline.providers.genesys.tables import (
    conversation_aggregates,
    conversation_evaluations,
    conversation_resolutions,
    conversation_surveys,
    conversations,
    flow_outcomes,
    media_endpoint_stats,
    participant_attributes,
    participants,
    queue_intervals,
    reference,
    segments,
    session_flows,
    session_metrics,
    session_numbers,
    sessions,
    user_aggregates,
    user_presence,
    user_routing_status,
    user_states,
)

TABLES: tuple[Table, ...] = (
    conversations.TABLE,
    participants.TABLE,
    sessions.TABLE,
    segments.TABLE,
    session_metrics.TABLE,
    participant_attributes.TABLE,
    session_flows.TABLE,
    flow_outcomes.TABLE,
    media_endpoint_stats.TABLE,
    conversation_evaluations.TABLE,
    conversation_surveys.TABLE,
    conversation_resolutions.TABLE,
    session_numbers.TABLE,
    queue_intervals.TABLE,
    conversation_aggregates.TABLE,
    user_aggregates.TABLE,
    user_states.TABLE,
    user_presence.TABLE,
    user_routing_status.TABLE,
    *reference.TABLES,
)
