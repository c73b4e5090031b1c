"""The predicates of a FILTERED scope as the filters of a detail query. Pure.

Source: SDK 269, SegmentDetailQueryFilter, ConversationDetailQueryFilter and the enumerations of
``dimension`` in their predicates. A filter selects conversations that have such a segment, with its
session and its participant, and answers them whole, so what a scope brings is more than the rows
that have the value, and never less. Filters of a list, and the lists, are ANDed.

Only columns that are landed as the vendor tells them are here: a masked number can be compared with
nothing. An attribute of a list is missing too, since equality means the whole list in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable

SEGMENT = "segmentFilters"
CONVERSATION = "conversationFilters"

# Column, as the tables that push it down name it: the list of its filter, and its dimension.
DIMENSIONS: dict[str, tuple[str, str]] = {
    "conversation_id": (CONVERSATION, "conversationId"),
    "conversation_initiator": (CONVERSATION, "conversationInitiator"),
    "originating_direction": (CONVERSATION, "originatingDirection"),
    "direction": (SEGMENT, "direction"),
    "disconnect_type": (SEGMENT, "disconnectType"),
    "flow_id": (SEGMENT, "flowId"),
    "group_id": (SEGMENT, "groupId"),
    "media_type": (SEGMENT, "mediaType"),
    "message_type": (SEGMENT, "messageType"),
    "outbound_campaign_id": (SEGMENT, "outboundCampaignId"),
    "outbound_contact_list_id": (SEGMENT, "outboundContactListId"),
    "protocol_call_id": (SEGMENT, "protocolCallId"),
    "purpose": (SEGMENT, "purpose"),
    "queue_id": (SEGMENT, "queueId"),
    "segment_type": (SEGMENT, "segmentType"),
    "team_id": (SEGMENT, "teamId"),
    "user_id": (SEGMENT, "userId"),
    "wrap_up_code": (SEGMENT, "wrapUpCode"),
}


def filters(
    predicates: Iterable[tuple[str, tuple[str, ...]]],
) -> dict[str, list[dict[str, object]]]:
    """The filter lists of a query body: one filter a column, any of whose values will do.

    KeyError for a column that the provider cannot filter by.
    """
    found: dict[str, list[dict[str, object]]] = {}
    for column, values in predicates:
        attribute, dimension = DIMENSIONS[column]
        alternatives = [
            {"type": "dimension", "dimension": dimension, "operator": "matches", "value": value}
            for value in values
        ]
        found.setdefault(attribute, []).append({"type": "or", "predicates": alternatives})
    return found
