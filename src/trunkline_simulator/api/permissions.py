"""The permissions that a client may hold, spelt as in the documents of the SDK where they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

# What "all of them" means for a client whose permissions are not listed.
ALL = frozenset(
    {
        "analytics:agentConversationDetail:view",
        "analytics:conversationAggregate:view",
        "analytics:conversationDetail:view",
        "analytics:conversationProperties:index",
        "analytics:evaluationAggregate:view",
        "analytics:queueObservation:view",
        "analytics:userAggregate:view",
        "analytics:userDetail:view",
        "analytics:userObservation:view",
        "architect:flow:view",
        "authorization:grant:view",
        "authorization:role:view",
        "billing:subscription:view",
        "directory:user:view",
        "directory:userProfile:view",
        "groups:team:view",
        "outbound:campaign:view",
        "outbound:campaignSequence:view",
        "outbound:contact:view",
        "outbound:contactList:view",
        "outbound:responseSet:view",
        "outbound:wrapUpCodeMapping:view",
        "presence:presenceDefinition:view",
        "quality:evaluation:view",
        "quality:evaluationForm:view",
        "routing:queue:join",
        "routing:queue:search",
        "routing:queue:view",
        "routing:skill:view",
        "routing:wrapupCode:view",
        "wfm:activityCode:view",
        "wfm:agent:edit",
        "wfm:agent:view",
        "wfm:agentSchedule:view",
        "wfm:agentScheduleNotification:view",
        "wfm:businessUnit:edit",
        "wfm:businessUnit:view",
        "wfm:historicalAdherence:view",
        "wfm:intraday:view",
        "wfm:managementUnit:edit",
        "wfm:managementUnit:view",
        "wfm:publishedSchedule:view",
        "wfm:schedule:view",
        "wfm:shortTermForecast:view",
        "wfm:timeOffRequest:view",
    }
)
_DIRECTORY = frozenset({"authorization", "directory", "routing"})


def role_of(permission: str) -> str:
    """The role of the simulated organisation that carries a permission."""
    return "Directory" if permission.partition(":")[0] in _DIRECTORY else "Reporting"


def policies(permissions: Iterable[str]) -> list[dict[str, Any]]:
    """Permissions as SDK 269 AuthzGrantPolicy: the actions of each domain and entity together."""
    actions: dict[tuple[str, str], list[str]] = defaultdict(list)
    for permission in sorted(permissions):
        domain, entity, action = permission.split(":")
        actions[domain, entity].append(action)
    return [
        {"domain": domain, "entityName": entity, "actions": found}
        for (domain, entity), found in actions.items()
    ]
