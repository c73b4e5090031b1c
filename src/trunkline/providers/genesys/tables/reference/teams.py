"""teams: agents who work together (SDK 269 Team); paged by cursor."""

from __future__ import annotations

from trunkline.catalog import Column, Dataset, Level, Pii, Table, Whose
from trunkline.listing import Listing, Paging
from trunkline.providers.genesys.tables.reference._columns import TIME, division, told
from trunkline.types import Type

# Lifted or of no use.
_NOT_LANDED = frozenset({
    "division", "selfUri",
})  # fmt: skip

TEAMS = Dataset(
    name="teams",
    provider="genesys",
    description="Teams.",
    levels=(Level("team", None, "entities", id="id", known=_NOT_LANDED),),
    key="team_id",
    time_column=TIME,
    cursor="cursor",
    watermark="watermark",
    permissions=("groups:team:view",),
    listing=Listing(
        path="/api/v2/teams",
        paging=Paging.CURSOR,
    ),
)

TABLE = Table(
    name="teams",
    description="Agents who work together.",
    dataset=TEAMS,
    level="team",
    grain="one team",
    key="team_id",
    natural_key=("team_id",),
    columns=(
        Column(
            "team_id",
            Type.TEXT,
            "team.id",
            "The team.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "name",
            Type.TEXT,
            "team.name",
            "Name.",
            pii=Pii.NAME,
            whose=Whose.CONFIGURATION,
        ),
        division("team"),
        Column(
            "description",
            Type.TEXT,
            "team.description",
            "Description.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "member_count",
            Type.BIGINT,
            "team.memberCount",
            "Members.",
            unit="count",
        ),
        Column(
            "date_created",
            Type.TIMESTAMP,
            "team.dateCreated",
            "When it was made.",
        ),
        Column(
            "date_modified",
            Type.TIMESTAMP,
            "team.dateModified",
            "When it was changed last.",
        ),
        *told("team"),
    ),
    pushdowns=(),
)
