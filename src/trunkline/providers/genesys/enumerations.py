"""The values that columns with an enumeration can have, as the vendor's models list them (SDK 269).

What a filter may name: see ``catalog.Pushdown``. A value that is not here stays in its rows.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# AnalyticsConversation.originatingDirection, AnalyticsSession.direction
DIRECTIONS = _words("inbound outbound")

# AnalyticsConversation.conversationInitiator, AnalyticsParticipant.purpose
PURPOSES = _words(
    "acd agent api botflow campaign customer dialer external fax group inbound ivr manual "
    "outbound station user voicemail voicesurveyflow workflow"
)

# AnalyticsSession.mediaType
MEDIA_TYPES = _words(
    "callback chat cobrowse email internalmessage message screenmonitoring screenshare unknown "
    "video voice"
)

# AnalyticsConversationSegment.segmentType
SEGMENT_TYPES = _words(
    "alert barging callback coaching contacting converting delay dialing hold interact ivr "
    "monitoring parked scheduled screenmonitoring sharing system transmitting unknown uploading "
    "voicemail wrapup"
)

# AnalyticsConversationSegment.disconnectType
DISCONNECT_TYPES = _words(
    "client conferenceTransfer consultTransfer dndEndpoint dndTransfer endpoint error "
    "forwardTransfer inactivity noAnswerTransfer notAvailableTransfer other peer sessionExpired "
    "spam system takeover timeout transfer transportFailure uncallable"
)
