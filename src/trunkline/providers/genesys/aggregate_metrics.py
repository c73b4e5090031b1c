"""The metrics that are asked of the aggregates of conversations, and what each means.

Names: the enumeration of SDK 269 ConversationAggregationView.target, the one place where that model
lists what ``metrics`` may name. ``n``, ``t`` and ``o`` are as in ``detail_metrics``; every metric
counts in the interval in which it was emitted (``emission``), not in that of the conversation's
start. ``oCallbackServiceLevel`` has no columns and is not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trunkline.providers.genesys.detail_metrics import METRICS as DETAIL_METRICS

# What only details have: the aggregates of flows tell them.
_OF_FLOWS = frozenset(
    [
        "nFlow",
        "nFlowMilestone",
        "nFlowOutcome",
        "nFlowOutcomeFailed",
        "oFlowMilestone",
        "tConversationDuration",
        "tFlow",
        "tFlowDisconnect",
        "tFlowExit",
        "tFlowOutcome",
    ]
)
# What only aggregates have.
_WAIT = "Wait of all that were offered: answered, abandoned and flowed out."
_TARGET = "Target of the service level, as a share of 1."

METRICS: Mapping[str, str] = MappingProxyType(
    {name: said for name, said in DETAIL_METRICS.items() if name not in _OF_FLOWS}
    | {"tWait": _WAIT}
)
"""Of any grouping."""

EVALUATION_METRICS: Mapping[str, str] = MappingProxyType(
    {
        "nEvaluations": "Evaluations.",
        "nEvaluationsDeleted": "Evaluations that were deleted.",
        "nEvaluationsRescored": "Evaluations that were scored again.",
        "oTotalScore": "Scores of all questions, added up.",
        "oTotalCriticalScore": "Scores of the critical questions, added up.",
    }
)
"""Of evaluations: the enumeration of SDK 269 EvaluationAggregationView.target."""

SERVICE_LEVEL = "oServiceLevel"
SERVICE_TARGET = "oServiceTarget"
QUEUE_METRICS: Mapping[str, str] = MappingProxyType({**METRICS, SERVICE_TARGET: _TARGET})
"""Of queues, beside ``oServiceLevel``, which has columns of its own."""
