"""The metrics that are asked of the aggregates of conversations, and what each means.

Names: the vendor's enumeration of ``metrics`` in ConversationAggregationQuery (2025-08). A request
that names one metric too many is refused whole, so none is asked for that only later documents
have. What ``n``, ``t`` and ``o`` say is as in ``detail_metrics``; every one is told in the interval
in which it was emitted (``emission``), not in that of the conversation's start.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trunkline.providers.genesys.detail_metrics import METRICS as DETAIL_METRICS

_NAMES = (
    "nBlindTransferred nBotInteractions nCobrowseSessions nConnected nConsult nConsultTransferred "
    "nError nOffered nOutbound nOutboundAbandoned nOutboundAttempted nOutboundConnected nOverSla "
    "nStateTransitionError nTransferred oExternalMediaCount oMediaCount oMessageCount "
    "oMessageSegmentCount oMessageTurn tAbandon tAcd tActiveCallback tActiveCallbackComplete tAcw "
    "tAgentResponseTime tAlert tAnswered tAverageAgentResponseTime tAverageCustomerResponseTime "
    "tBarging tCoaching tCoachingComplete tConnected tContacting tDialing tFirstConnect tFirstDial "
    "tFirstEngagement tFirstResponse tFlowOut tHandle tHeld tHeldComplete tIvr tMonitoring "
    "tMonitoringComplete tNotResponding tPark tParkComplete tShortAbandon tTalk tTalkComplete "
    "tUserResponseTime tVoicemail"
).split()

# What only aggregates have.
_WAIT = "Wait of all that were offered: answered, abandoned and flowed out."
_TARGET = "Target of the service level, as a share of 1."

METRICS: Mapping[str, str] = MappingProxyType(
    {name: DETAIL_METRICS[name] for name in _NAMES} | {"tWait": _WAIT}
)
"""Of any grouping."""

SERVICE_LEVEL = "oServiceLevel"
SERVICE_TARGET = "oServiceTarget"
QUEUE_METRICS: Mapping[str, str] = MappingProxyType({**METRICS, SERVICE_TARGET: _TARGET})
"""Of queues, beside ``oServiceLevel``, which has columns of its own."""
