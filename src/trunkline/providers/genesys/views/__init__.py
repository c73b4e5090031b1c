"""The star schema for BI tools: facts and dimensions with single-column keys, one file each kind.

A new one is a value in one of these files and a line here.
"""

from __future__ import annotations

from trunkline.providers.genesys.views.conversations import CONVERSATION_DIVISIONS, CONVERSATIONS
from trunkline.providers.genesys.views.dates import DATES
from trunkline.providers.genesys.views.ids import DIVISIONS, FLOWS, QUEUES, USERS, WRAPUP_CODES
from trunkline.providers.genesys.views.legs import LEGS, QUEUE_LEGS
from trunkline.providers.genesys.views.participants import PARTICIPANTS
from trunkline.providers.genesys.views.segments import SEGMENTS
from trunkline.providers.genesys.views.words import DIRECTIONS, DISCONNECT_TYPES, MEDIA_TYPES
from trunkline.views import View

VIEWS: tuple[View, ...] = (
    CONVERSATIONS,
    CONVERSATION_DIVISIONS,
    PARTICIPANTS,
    LEGS,
    QUEUE_LEGS,
    SEGMENTS,
    DATES,
    MEDIA_TYPES,
    DIRECTIONS,
    DISCONNECT_TYPES,
    QUEUES,
    USERS,
    DIVISIONS,
    WRAPUP_CODES,
    FLOWS,
)
