"""groups: users who are called or granted something together (SDK 269 Group)."""

from __future__ import annotations

from trunkline.catalog import Column, Dataset, Level, Pii, Table, Whose
from trunkline.listing import Listing, Paging
from trunkline.providers.genesys.tables.reference._columns import TIME, told
from trunkline.types import Type

# Pictures, addresses and people.
_NOT_LANDED = frozenset({
    "addresses", "images", "owners", "selfUri", "version",
})  # fmt: skip

GROUPS = Dataset(
    name="groups",
    provider="genesys",
    description="Groups.",
    levels=(Level("group", None, "entities", id="id", known=_NOT_LANDED),),
    key="group_id",
    time_column=TIME,
    cursor="cursor",
    watermark="watermark",
    permissions=(),
    listing=Listing(
        path="/api/v2/groups",
        paging=Paging.NUMBERED,
        gone=("state", frozenset({"deleted"})),
    ),
)

TABLE = Table(
    name="groups",
    description="Users who are called or granted something together.",
    dataset=GROUPS,
    level="group",
    grain="one group",
    key="group_id",
    natural_key=("group_id",),
    columns=(
        Column(
            "group_id",
            Type.TEXT,
            "group.id",
            "The group.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "name",
            Type.TEXT,
            "group.name",
            "Name.",
            pii=Pii.NAME,
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "description",
            Type.TEXT,
            "group.description",
            "Description.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "type",
            Type.TEXT,
            "group.type",
            "official or social.",
        ),
        Column(
            "visibility",
            Type.TEXT,
            "group.visibility",
            "Who may see it: public, owners or members.",
        ),
        Column(
            "member_count",
            Type.BIGINT,
            "group.memberCount",
            "Members.",
            unit="count",
        ),
        Column(
            "email",
            Type.TEXT,
            "group.email",
            "Mail address; masked unless the policy keeps it.",
            pii=Pii.CONTACT,
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "roles_enabled",
            Type.BOOLEAN,
            "group.rolesEnabled",
            "Whether roles may be granted to it.",
        ),
        Column(
            "calls_enabled",
            Type.BOOLEAN,
            "group.callsEnabled",
            "Whether it may be called.",
        ),
        Column(
            "rules_visible",
            Type.BOOLEAN,
            "group.rulesVisible",
            "Whether who belongs to it may be seen.",
        ),
        Column(
            "include_owners",
            Type.BOOLEAN,
            "group.includeOwners",
            "Whether its owners are members.",
        ),
        Column(
            "state",
            Type.TEXT,
            "group.state",
            "active, inactive or deleted.",
        ),
        Column(
            "date_modified",
            Type.TIMESTAMP,
            "group.dateModified",
            "When it was changed last.",
        ),
        *told("group"),
    ),
    pushdowns=(),
)
