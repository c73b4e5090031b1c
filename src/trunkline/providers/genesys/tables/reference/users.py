"""users: everybody who works for the organisation, deleted ones included (SDK 269 User).

GET /api/v2/users tells active ones unless asked for ``state=any``; old conversations name others.
"""

from __future__ import annotations

from trunkline.catalog import Column, Dataset, Level, Pii, Table, Whose
from trunkline.listing import Listing, Paging
from trunkline.providers.genesys.tables.reference._columns import TIME, division, told
from trunkline.types import Type

# Addresses and pictures of employees, and what an answer only expands to.
_NOT_LANDED = frozenset({
    "addresses", "authorization", "biography", "certifications", "chat", "conversationSummary",
    "dateLastLogin", "dateWelcomeSent", "division", "employerInfo", "geolocation", "groups",
    "images", "integrationPresence", "languagePreference", "languages", "lastTokenIssued",
    "locations", "manager", "outOfOffice", "presence", "primaryContactInfo", "profileSkills",
    "routingStatus", "selfUri", "skills", "station", "team", "version", "workPlanBidRanks",
})  # fmt: skip

USERS = Dataset(
    name="users",
    provider="genesys",
    description="Everybody who works for the organisation.",
    levels=(Level("user", None, "entities", id="id", known=_NOT_LANDED),),
    key="user_id",
    time_column=TIME,
    cursor="cursor",
    watermark="watermark",
    # None is listed for it; the vendor's older pages name this one.
    permissions=("directory:user:view",),
    listing=Listing(
        path="/api/v2/users",
        paging=Paging.NUMBERED,
        page_size=500,
        query=(("state", "any"),),
        gone=("state", frozenset({"deleted"})),
        # The vendor's own client for configuration (terraform-provider-genesyscloud, user proxy)
        # pages through all active users, and is refused with 400 past 10,000 inactive ones.
        window=10_000,
        parts=("state", ("active", "inactive", "deleted")),
        reverse=("sortOrder", "descending"),
    ),
)

TABLE = Table(
    name="users",
    description="Everybody who works for the organisation, those who left included.",
    dataset=USERS,
    level="user",
    grain="one user",
    key="user_id",
    natural_key=("user_id",),
    columns=(
        Column("user_id", Type.TEXT, "user.id", "The user.", whose=Whose.EMPLOYEE),
        Column("name", Type.TEXT, "user.name", "Full name.", pii=Pii.NAME, whose=Whose.EMPLOYEE),
        Column(
            "preferred_name",
            Type.TEXT,
            "user.preferredName",
            "Name the user prefers.",
            pii=Pii.NAME,
            whose=Whose.EMPLOYEE,
        ),
        division("user"),
        Column(
            "state", Type.TEXT, "user.state", "active, inactive or deleted.", whose=Whose.EMPLOYEE
        ),
        Column("department", Type.TEXT, "user.department", "Department.", whose=Whose.EMPLOYEE),
        Column("title", Type.TEXT, "user.title", "Title.", whose=Whose.EMPLOYEE),
        Column(
            "email",
            Type.TEXT,
            "user.email",
            "Mail address; masked unless the policy keeps it.",
            pii=Pii.CONTACT,
            whose=Whose.EMPLOYEE,
        ),
        Column(
            "username",
            Type.TEXT,
            "user.username",
            "Name to log in with, a mail address as a rule; masked unless the policy keeps it.",
            pii=Pii.CONTACT,
            whose=Whose.EMPLOYEE,
        ),
        Column("manager_id", Type.TEXT, "user.manager.id", "Manager.", whose=Whose.EMPLOYEE),
        Column(
            "acd_auto_answer",
            Type.BOOLEAN,
            "user.acdAutoAnswer",
            "Whether interactions are answered at once.",
            whose=Whose.EMPLOYEE,
        ),
        *told("user"),
    ),
    pushdowns=(),
)
