"""divisions: the parts of the organisation that rights are granted over (SDK 269 AuthzDivision)."""

from __future__ import annotations

from trunkline.catalog import Column, Dataset, Level, Pii, Table, Whose
from trunkline.listing import Listing, Paging
from trunkline.providers.genesys.tables.reference._columns import TIME, told
from trunkline.types import Type

# How much belongs to it is told only where asked for.
_NOT_LANDED = frozenset({
    "objectCounts", "selfUri",
})  # fmt: skip

DIVISIONS = Dataset(
    name="divisions",
    provider="genesys",
    description="Divisions.",
    levels=(Level("division", None, "entities", id="id", known=_NOT_LANDED),),
    key="division_id",
    time_column=TIME,
    cursor="cursor",
    watermark="watermark",
    permissions=(),
    listing=Listing(
        path="/api/v2/authorization/divisions",
        paging=Paging.NUMBERED,
    ),
)

TABLE = Table(
    name="divisions",
    description="Parts of the organisation that rights are granted over.",
    dataset=DIVISIONS,
    level="division",
    grain="one division",
    key="division_id",
    natural_key=("division_id",),
    columns=(
        Column(
            "division_id",
            Type.TEXT,
            "division.id",
            "The division.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "name",
            Type.TEXT,
            "division.name",
            "Name.",
            pii=Pii.NAME,
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "description",
            Type.TEXT,
            "division.description",
            "Description.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "home_division",
            Type.BOOLEAN,
            "division.homeDivision",
            "Whether it is the one that all belongs to at first.",
        ),
        *told("division"),
    ),
    pushdowns=(),
)
