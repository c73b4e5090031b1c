"""languages: what agents speak, for routing (SDK 269 Language)."""

from __future__ import annotations

from trunkline.catalog import Column, Dataset, Level, Pii, Table, Whose
from trunkline.listing import Listing, Paging
from trunkline.providers.genesys.tables.reference._columns import TIME, told
from trunkline.types import Type

# Of no use.
_NOT_LANDED = frozenset({
    "selfUri", "version",
})  # fmt: skip

LANGUAGES = Dataset(
    name="languages",
    provider="genesys",
    description="Languages.",
    levels=(Level("language", None, "entities", id="id", known=_NOT_LANDED),),
    key="language_id",
    time_column=TIME,
    cursor="cursor",
    watermark="watermark",
    permissions=(),
    listing=Listing(
        path="/api/v2/routing/languages",
        paging=Paging.NUMBERED,
        gone=("state", frozenset({"deleted"})),
    ),
)

TABLE = Table(
    name="languages",
    description="What agents speak, for routing.",
    dataset=LANGUAGES,
    level="language",
    grain="one language",
    key="language_id",
    natural_key=("language_id",),
    columns=(
        Column(
            "language_id",
            Type.TEXT,
            "language.id",
            "The language.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "name",
            Type.TEXT,
            "language.name",
            "Name.",
            pii=Pii.NAME,
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "state",
            Type.TEXT,
            "language.state",
            "active, inactive or deleted.",
        ),
        Column(
            "date_modified",
            Type.TIMESTAMP,
            "language.dateModified",
            "When it was changed last.",
        ),
        *told("language"),
    ),
    pushdowns=(),
)
