"""The permission table of the integration form, a row each, and what it leaves out.

Sources: the form (historical data connection, 3.3, 39 rows: number, type, name, level), and for
the permission behind a row, the lists of permissions in the vendor's documents of operations (SDK
257). ``operation`` is one whose list has it; a row without one is spelt by the pattern of the
others, and nothing confirms that. Names of tables are those of DESIGN, also of tables to come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SUBJECTS = "GET /api/v2/authorization/subjects/{subjectId}"


@dataclass(frozen=True, slots=True)
class Permission:
    """One row. ``number`` is None where the form has no such row.

    ``right`` is ``domain:entity:action``. ``unneeded`` says why no request of ours asks for it;
    ``tables`` are then those that it is about, and otherwise those that need it. ``purpose`` is
    what it is for where no table needs it and something else does.
    """

    number: int | None
    type: str
    name: str
    level: str
    right: str
    operation: str | None
    tables: tuple[str, ...] = ()
    unneeded: str = ""
    purpose: str = ""

    @property
    def shown(self) -> str:
        """Where it is in the admin interface."""
        return f"{self.type} > {self.name} > {self.level}"

    @property
    def source(self) -> str:
        """What says that it is spelt so."""
        return self.operation or "the pattern of the others: no operation of the API names it"

    @property
    def policy(self) -> tuple[str, str, str]:
        """Domain, entity and action."""
        domain, entity, action = self.right.split(":")
        return domain, entity, action


_DETAILS = (
    "conversations", "participants", "sessions", "segments", "session_metrics",
    "participant_attributes", "session_flows", "flow_outcomes", "media_endpoint_stats",
    "conversation_evaluations", "conversation_surveys", "conversation_resolutions",
    "finance.session_numbers",
)  # fmt: skip
_DETAIL_JOBS = "POST /api/v2/analytics/conversations/details/jobs"
_AN, _AU, _DI, _OB, _RO = "Analytics", "Authorization", "Directory", "Outbound", "Routing"
_QU, _WF, _BI = "Quality", "Workforce Management", "Billing"
_WFM = "/api/v2/workforcemanagement"
_UNIT = f"{_WFM}/businessunits/{{businessUnitId}}"
_CHANGES = "it changes things, and Trunkline only reads"

# fmt: off
FORM: tuple[Permission, ...] = (
    Permission(1, _AN, "Conversation Detail", "View", "analytics:conversationDetail:view",
               _DETAIL_JOBS, _DETAILS),
    Permission(2, _AN, "Conversation Aggregate", "View", "analytics:conversationAggregate:view",
               "POST /api/v2/analytics/conversations/aggregates/query",
               ("queue_intervals", "conversation_aggregates")),
    Permission(3, _AN, "Conversation properties", "All Permissions",
               "analytics:conversationProperties:index",
               "POST /api/v2/analytics/conversations/{conversationId}/details/properties",
               ("participant_attributes",),
               "it writes properties; what is there to read comes with row 1"),
    Permission(4, _AN, "Evaluation Aggregate", "View", "analytics:evaluationAggregate:view",
               "POST /api/v2/analytics/evaluations/aggregates/query", ("evaluation_aggregates",)),
    Permission(5, _AN, "Queue Observation", "View", "analytics:queueObservation:view",
               "POST /api/v2/analytics/queues/observations/query", ("queue_observations",)),
    Permission(6, _AN, "User Aggregate", "View", "analytics:userAggregate:view",
               "POST /api/v2/analytics/users/aggregates/query", ("user_aggregates",)),
    Permission(7, _AN, "User Detail", "View", "analytics:userDetail:view",
               "POST /api/v2/analytics/users/details/jobs",
               ("user_states", "user_presence", "user_routing_status")),
    Permission(8, _AN, "User observation", "View", "analytics:userObservation:view",
               "POST /api/v2/analytics/users/observations/query", ("user_observations",)),
    Permission(9, _AU, "Grant", "View", "authorization:grant:view", SUBJECTS,
               purpose="the divisions in certificates, and this check"),
    # GET /api/v2/users lists no permission; its search does.
    Permission(10, _DI, "User", "View", "directory:user:view", "POST /api/v2/users/search",
               ("users", "user_aggregates")),
    Permission(11, _DI, "User profile", "View", "directory:userProfile:view",
               "GET /api/v2/users/{userId}/profileskills", ("users",),
               "it opens the skills of a profile, and no column has them"),
    Permission(12, _OB, "Campaign sequence", "View", "outbound:campaignSequence:view",
               "GET /api/v2/outbound/sequences", ("campaign_sequences",)),
    Permission(13, _OB, "Campaign", "View", "outbound:campaign:view",
               "GET /api/v2/outbound/campaigns", ("campaigns",)),
    Permission(14, _OB, "Contact list", "View", "outbound:contactList:view",
               "GET /api/v2/outbound/contactlists", ("contact_lists", "contacts")),
    Permission(15, _OB, "Contact", "View", "outbound:contact:view",
               "POST /api/v2/outbound/contactlists/{contactListId}/contacts/search", ("contacts",)),
    Permission(16, _OB, "Response set", "View", "outbound:responseSet:view",
               "GET /api/v2/outbound/callanalysisresponsesets", ("response_sets",)),
    Permission(17, _OB, "Wrap up code mapping", "View", "outbound:wrapUpCodeMapping:view",
               "GET /api/v2/outbound/wrapupcodemappings", ("wrapup_code_mappings",)),
    Permission(18, _RO, "Queue", "View", "routing:queue:view",
               "GET /api/v2/routing/queues", ("queues", "queue_media_settings", "queue_members")),
    Permission(19, _RO, "Queue", "Join", "routing:queue:join", None, ("queues",),
               "it lets its holder take calls"),
    Permission(20, _RO, "Queue", "Search", "routing:queue:search",
               "GET /api/v2/routing/queues/divisionviews", ("queues",),
               "queues are read by row 18"),
    Permission(21, _RO, "Wrap up code", "View", "routing:wrapupCode:view",
               "GET /api/v2/routing/wrapupcodes", ("wrapup_codes",)),
    Permission(22, _QU, "Evaluation Form", "View", "quality:evaluationForm:view",
               "GET /api/v2/quality/forms/evaluations", ("evaluation_forms",)),
    Permission(23, _QU, "Evaluation", "View", "quality:evaluation:view",
               "GET /api/v2/quality/evaluations/query", ("evaluations",)),
    Permission(24, _WF, "Agent", "View", "wfm:agent:view",
               f"GET {_WFM}/managementunits/{{managementUnitId}}/users", ("wfm_agents",)),
    Permission(25, _WF, "Agent", "Edit", "wfm:agent:edit",
               f"GET {_UNIT}/activitycodes", ("wfm_agents",), _CHANGES),
    Permission(26, _WF, "Historical Adherence", "View", "wfm:historicalAdherence:view",
               f"POST {_WFM}/adherence/historical/bulk", ("wfm_adherence",)),
    # The form's name is an older one: what the vendor now has is the short-term forecast.
    Permission(27, _WF, "Adhoc Forecast", "View", "wfm:shortTermForecast:view",
               f"GET {_UNIT}/weeks/{{weekDateId}}/shorttermforecasts", ("wfm_forecasts",)),
    Permission(28, _WF, "Agent Schedule", "View", "wfm:agentSchedule:view",
               f"GET {_UNIT}/activitycodes", ("wfm_schedules",),
               "it opens an agent's own schedule; all are read by rows 34 and 35"),
    Permission(29, _WF, "Intraday Monitoring", "View", "wfm:intraday:view",
               f"POST {_UNIT}/intraday", ("wfm_intraday",)),
    Permission(30, _WF, "Agent Schedule Notification", "View",
               "wfm:agentScheduleNotification:view", None, ("wfm_schedules",),
               "it tells agents of changes; schedules are read by rows 34 and 35"),
    Permission(31, _WF, "Activity Code", "View", "wfm:activityCode:view",
               f"GET {_UNIT}/activitycodes", ("wfm_activity_codes",)),
    Permission(32, _WF, "Management Unit", "View", "wfm:managementUnit:view",
               f"GET {_WFM}/managementunits/{{managementUnitId}}", ("wfm_management_units",)),
    Permission(33, _WF, "Management Unit", "Edit", "wfm:managementUnit:edit",
               f"GET {_UNIT}/activitycodes", ("wfm_management_units",), _CHANGES),
    Permission(34, _WF, "Schedule", "View", "wfm:schedule:view",
               f"GET {_UNIT}/weeks/{{weekId}}/schedules", ("wfm_schedules",)),
    Permission(35, _WF, "Published Schedule", "View", "wfm:publishedSchedule:view",
               f"GET {_UNIT}/weeks/{{weekId}}/schedules", ("wfm_schedules",)),
    Permission(36, _WF, "Business Unit", "View", "wfm:businessUnit:view",
               f"GET {_UNIT}", ("wfm_business_units",)),
    Permission(37, _WF, "Business Unit", "Edit", "wfm:businessUnit:edit",
               f"GET {_UNIT}", ("wfm_business_units",), _CHANGES),
    Permission(38, _WF, "Time Off Request", "View", "wfm:timeOffRequest:view",
               f"POST {_WFM}/managementunits/{{managementUnitId}}/timeoffrequests/query",
               ("wfm_time_off_requests",)),
    Permission(39, _BI, "Subscription", "View", "billing:subscription:view",
               "GET /api/v2/billing/reports/billableusage", ("billable_usage",)),
)
# What tables need beyond the form. Divisions, languages, locations, groups and the organisation
# are read without a permission.
BEYOND: tuple[Permission, ...] = (
    Permission(None, _RO, "Skill", "View", "routing:skill:view",
               "GET /api/v2/routing/skills", ("skills",)),
    Permission(None, "Groups", "Team", "View", "groups:team:view",
               "GET /api/v2/teams", ("teams",)),
    Permission(None, "Architect", "Flow", "View", "architect:flow:view",
               "GET /api/v2/flows", ("flows",)),
    Permission(None, "Presence", "Presence Definition", "View",
               "presence:presenceDefinition:view",
               "GET /api/v2/presence/definitions", ("presence_definitions",)),
    Permission(None, _AU, "Role", "View", "authorization:role:view",
               "GET /api/v2/authorization/roles", ("roles", "grants")),
)
# fmt: on
PERMISSIONS = (*FORM, *BEYOND)


def needed(tables: Iterable[str]) -> tuple[Permission, ...]:
    """The rows that these tables need, and what more than tables needs."""
    there = {*tables}
    return tuple(
        row for row in PERMISSIONS if row.purpose or (not row.unneeded and there & {*row.tables})
    )


def role(name: str, rows: Iterable[Permission]) -> Mapping[str, Any]:
    """A role with these permissions and no more, as POST /api/v2/authorization/roles takes it.

    SDK 269 DomainOrganizationRoleCreate and DomainPermissionPolicy.
    """
    actions: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        domain, entity, action = row.policy
        actions.setdefault((domain, entity), []).append(action)
    return {
        "name": name,
        "description": "What Trunkline needs to read, and nothing else.",
        "permissionPolicies": [
            {
                "domain": domain,
                "entityName": entity,
                "actionSet": sorted(found),
                "allowConditions": False,
            }
            for (domain, entity), found in actions.items()
        ],
    }
