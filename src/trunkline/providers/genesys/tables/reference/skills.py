"""skills: what agents can do, for routing (SDK 269 RoutingSkill)."""

from __future__ import annotations

from trunkline.catalog import Column, Dataset, Level, Pii, Table, Whose
from trunkline.listing import Listing, Paging
from trunkline.providers.genesys.tables.reference._columns import TIME, division, told
from trunkline.types import Type

# Lifted or of no use.
_NOT_LANDED = frozenset({
    "division", "selfUri", "version",
})  # fmt: skip

SKILLS = Dataset(
    name="skills",
    provider="genesys",
    description="Skills.",
    levels=(Level("skill", None, "entities", id="id", known=_NOT_LANDED),),
    key="skill_id",
    time_column=TIME,
    cursor="cursor",
    watermark="watermark",
    permissions=("routing:skill:view",),
    listing=Listing(
        path="/api/v2/routing/skills",
        paging=Paging.NUMBERED,
        gone=("state", frozenset({"deleted"})),
    ),
)

TABLE = Table(
    name="skills",
    description="What agents can do, for routing.",
    dataset=SKILLS,
    level="skill",
    grain="one skill",
    key="skill_id",
    natural_key=("skill_id",),
    columns=(
        Column(
            "skill_id",
            Type.TEXT,
            "skill.id",
            "The skill.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "name",
            Type.TEXT,
            "skill.name",
            "Name.",
            pii=Pii.NAME,
            whose=Whose.CONFIGURATION,
        ),
        division("skill"),
        Column(
            "state",
            Type.TEXT,
            "skill.state",
            "active, inactive or deleted.",
        ),
        Column(
            "date_modified",
            Type.TIMESTAMP,
            "skill.dateModified",
            "When it was changed last.",
        ),
        *told("skill"),
    ),
    pushdowns=(),
)
