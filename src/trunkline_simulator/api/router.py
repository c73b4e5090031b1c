"""Which operation answers which method and path, and which permission it asks for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from trunkline_simulator.api import (
    aggregates,
    auth,
    jobs,
    limits,
    lists,
    live,
    observations,
    reference,
    user_details,
)
from trunkline_simulator.api.context import Answer, Context
from trunkline_simulator.api.errors import Refused, not_found

_DETAILS = ("analytics:conversationDetail:view", "analytics:agentConversationDetail:view")
_CONVERSATIONS = "/api/v2/analytics/conversations"
_USER_DETAILS = ("analytics:userDetail:view",)
_USERS = "/api/v2/analytics/users"
_QUEUES = "/api/v2/routing/queues"
_ROLES = "/api/v2/authorization/roles"
_MEMBERS = tuple(
    f"routing:{one}" for one in ("queue:view", "queue:edit", "queue:readonly", "queueMember:manage")
)


@dataclass(frozen=True, slots=True)
class Route:
    """An operation; ``permissions`` are alternatives, none means that a token is enough."""

    method: str
    path: str
    permissions: tuple[str, ...]
    operation: Callable[[Context], Answer]

    @property
    def pattern(self) -> str:
        """The path as a regular expression, its {names} as groups."""
        return re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)


def _jobs(path: str, payload: jobs.Payload, permissions: tuple[str, ...]) -> tuple[Route, ...]:
    """The life of the jobs of a payload."""
    return (
        Route("POST", path, permissions, partial(jobs.submit, payload)),
        Route("GET", f"{path}/{{job}}", permissions, partial(jobs.status, payload)),
        Route("DELETE", f"{path}/{{job}}", permissions, partial(jobs.cancel, payload)),
        Route("GET", f"{path}/{{job}}/results", permissions, partial(jobs.results, payload)),
    )


_ROUTES = (
    Route("GET", "/api/v2/tokens/me", (), auth.token_information),
    Route("GET", "/api/v2/organizations/me", (), reference.organisation),
    Route(
        "GET", "/api/v2/organizations/limits/namespaces/{namespace}", (), limits.namespace_limits
    ),
    Route("GET", "/api/v2/authorization/divisions", (), reference.divisions),
    Route(
        "GET",
        "/api/v2/authorization/subjects/{subject}",
        ("authorization:grant:view",),
        reference.subject,
    ),
    Route("GET", "/api/v2/users", ("directory:user:view",), lists.users),
    Route("GET", _QUEUES, ("routing:queue:view",), lists.queues),
    Route("GET", f"{_QUEUES}/{{queue}}/members", _MEMBERS, lists.queue_members),
    Route("GET", f"{_QUEUES}/{{queue}}/wrapupcodes", ("routing:queue:view",), lists.queue_wrap_ups),
    Route("GET", "/api/v2/routing/wrapupcodes", ("routing:wrapupCode:view",), lists.wrap_ups),
    Route("GET", "/api/v2/routing/skills", ("routing:skill:view",), lists.skills),
    Route("GET", "/api/v2/routing/languages", (), lists.languages),
    Route("GET", "/api/v2/locations", (), lists.locations),
    Route("GET", "/api/v2/groups", (), lists.groups),
    Route("GET", "/api/v2/teams", ("groups:team:view",), lists.teams),
    Route("GET", "/api/v2/flows", ("architect:flow:view",), lists.flows),
    Route(
        "GET",
        "/api/v2/presence/definitions",
        ("presence:presenceDefinition:view",),
        lists.presences,
    ),
    Route("GET", _ROLES, ("authorization:role:view",), lists.roles),
    Route(
        "GET",
        f"{_ROLES}/{{role}}/subjectgrants",
        ("authorization:role:view",),
        lists.subject_grants,
    ),
    Route("POST", f"{_CONVERSATIONS}/details/query", _DETAILS, live.query),
    Route("GET", f"{_CONVERSATIONS}/details", _DETAILS, live.by_ids),
    Route("GET", f"{_CONVERSATIONS}/{{conversation}}/details", _DETAILS, live.by_id),
    # Before {job}: "availability" is not the id of one.
    Route(
        "GET",
        f"{_CONVERSATIONS}/details/jobs/availability",
        _DETAILS[:1],
        partial(jobs.availability, jobs.CONVERSATIONS),
    ),
    *_jobs(f"{_CONVERSATIONS}/details/jobs", jobs.CONVERSATIONS, _DETAILS),
    Route("POST", f"{_USERS}/details/query", _USER_DETAILS, user_details.query),
    Route(
        "GET",
        f"{_USERS}/details/jobs/availability",
        _USER_DETAILS,
        partial(jobs.availability, user_details.USER_DETAILS),
    ),
    *_jobs(f"{_USERS}/details/jobs", user_details.USER_DETAILS, _USER_DETAILS),
)


def _aggregated(path: str, family: aggregates.Aggregates, permission: str) -> tuple[Route, ...]:
    """The query and the jobs of a family of aggregates."""
    query = Route("POST", f"{path}/query", (permission,), partial(aggregates.query, family))
    return (query, *_jobs(f"{path}/jobs", family.jobs, (permission,)))


_AGGREGATES = (
    *_aggregated(
        f"{_CONVERSATIONS}/aggregates",
        aggregates.CONVERSATIONS,
        "analytics:conversationAggregate:view",
    ),
    *_aggregated(f"{_USERS}/aggregates", aggregates.USERS, "analytics:userAggregate:view"),
    *_aggregated(
        "/api/v2/analytics/evaluations/aggregates",
        aggregates.EVALUATIONS,
        "analytics:evaluationAggregate:view",
    ),
)
_OBSERVATIONS = (
    Route(
        "POST",
        "/api/v2/analytics/queues/observations/query",
        ("analytics:queueObservation:view",),
        observations.of_queues,
    ),
    Route(
        "POST",
        f"{_USERS}/observations/query",
        ("analytics:userObservation:view",),
        observations.of_users,
    ),
)
ROUTES = (*_ROUTES, *_AGGREGATES, *_OBSERVATIONS)


def find(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """The route of a request and the named parts of its path; 404 and 405 where there is none."""
    fitting = [(route, match) for route in ROUTES if (match := re.fullmatch(route.pattern, path))]
    for route, match in fitting:
        if route.method == method:
            return route, match.groupdict()
    if fitting:
        raise Refused(405, "method.not.allowed", f"The method {method} is not allowed here")
    raise not_found(path)
