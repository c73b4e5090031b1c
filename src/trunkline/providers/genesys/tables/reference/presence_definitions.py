"""presence_definitions: what users may say they do (SDK 269 OrganizationPresenceDefinition)."""

from __future__ import annotations

from trunkline.catalog import Column, Dataset, Level, Pii, Table, Whose
from trunkline.listing import Listing, Paging
from trunkline.providers.genesys.tables.reference._columns import TIME, told
from trunkline.types import Type

# Its labels by language.
_NOT_LANDED = frozenset({
    "languageLabels", "selfUri",
})  # fmt: skip

PRESENCE_DEFINITIONS = Dataset(
    name="presence_definitions",
    provider="genesys",
    description="Presence definitions.",
    levels=(Level("presence_definition", None, "entities", id="id", known=_NOT_LANDED),),
    key="presence_definition_id",
    time_column=TIME,
    cursor="cursor",
    watermark="watermark",
    permissions=("presence:presenceDefinition:view",),
    listing=Listing(
        path="/api/v2/presence/definitions",
        paging=Paging.WHOLE,
        variants=("deactivated", ("FALSE", "TRUE")),
    ),
)

TABLE = Table(
    name="presence_definitions",
    description="What users may say they do, those out of use included.",
    dataset=PRESENCE_DEFINITIONS,
    level="presence_definition",
    grain="one presence definition",
    key="presence_definition_id",
    natural_key=("presence_definition_id",),
    columns=(
        Column(
            "presence_definition_id",
            Type.TEXT,
            "presence_definition.id",
            "The definition; organization_presence_id elsewhere.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "name",
            Type.TEXT,
            "presence_definition.name",
            "Name.",
            pii=Pii.NAME,
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "type",
            Type.TEXT,
            "presence_definition.type",
            "System, or User for those of the organisation.",
        ),
        Column(
            "system_presence",
            Type.TEXT,
            "presence_definition.systemPresence",
            "What it counts as: Available, Away, Break and so on.",
        ),
        Column(
            "division_id",
            Type.TEXT,
            "presence_definition.divisionId",
            "Division it belongs to.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "deactivated",
            Type.BOOLEAN,
            "presence_definition.deactivated",
            "Whether it is out of use.",
        ),
        *told("presence_definition"),
    ),
    pushdowns=(),
)
