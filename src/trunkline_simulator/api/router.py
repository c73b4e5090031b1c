"""Which operation answers which method and path, and which permission it asks for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from trunkline_simulator.api import auth, jobs, limits, lists, live, reference
from trunkline_simulator.api.context import Answer, Context
from trunkline_simulator.api.errors import Refused, not_found

_DETAILS = ("analytics:conversationDetail:view", "analytics:agentConversationDetail:view")
_CONVERSATIONS = "/api/v2/analytics/conversations"
_JOBS = f"{_CONVERSATIONS}/details/jobs"
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


ROUTES = (
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
    Route("POST", _JOBS, _DETAILS, jobs.submit),
    # Before {job}: "availability" is not the id of one.
    Route("GET", f"{_JOBS}/availability", _DETAILS[:1], jobs.availability),
    Route("GET", f"{_JOBS}/{{job}}", _DETAILS, jobs.status),
    Route("DELETE", f"{_JOBS}/{{job}}", _DETAILS, jobs.cancel),
    Route("GET", f"{_JOBS}/{{job}}/results", _DETAILS, jobs.results),
)


def find(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """The route of a request and the named parts of its path; 404 and 405 where there is none."""
    fitting = [(route, match) for route in ROUTES if (match := re.fullmatch(route.pattern, path))]
    for route, match in fitting:
        if route.method == method:
            return route, match.groupdict()
    if fitting:
        raise Refused(405, "method.not.allowed", f"The method {method} is not allowed here")
    raise not_found(path)
