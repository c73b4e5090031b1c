"""wrapup_codes: what agents say an interaction came to (SDK 269 WrapupCode)."""

from __future__ import annotations

from trunkline.catalog import Column, Dataset, Level, Pii, Table, Whose
from trunkline.listing import Listing, Paging
from trunkline.providers.genesys.tables.reference._columns import TIME, division, told
from trunkline.types import Type

# Lifted or of no use.
_NOT_LANDED = frozenset({
    "division", "selfUri",
})  # fmt: skip

WRAPUP_CODES = Dataset(
    name="wrapup_codes",
    provider="genesys",
    description="Wrap-up codes.",
    levels=(Level("wrapup_code", None, "entities", id="id", known=_NOT_LANDED),),
    key="wrapup_code_id",
    time_column=TIME,
    cursor="cursor",
    watermark="watermark",
    permissions=("routing:wrapupCode:view",),
    listing=Listing(
        path="/api/v2/routing/wrapupcodes",
        paging=Paging.NUMBERED,
    ),
)

TABLE = Table(
    name="wrapup_codes",
    description="What agents say an interaction came to.",
    dataset=WRAPUP_CODES,
    level="wrapup_code",
    grain="one wrapup code",
    key="wrapup_code_id",
    natural_key=("wrapup_code_id",),
    columns=(
        Column(
            "wrapup_code_id",
            Type.TEXT,
            "wrapup_code.id",
            "The wrap-up code.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "name",
            Type.TEXT,
            "wrapup_code.name",
            "Name.",
            pii=Pii.NAME,
            whose=Whose.CONFIGURATION,
        ),
        division("wrapup_code"),
        Column(
            "description",
            Type.TEXT,
            "wrapup_code.description",
            "Description.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "date_created",
            Type.TIMESTAMP,
            "wrapup_code.dateCreated",
            "When it was made.",
        ),
        Column(
            "date_modified",
            Type.TIMESTAMP,
            "wrapup_code.dateModified",
            "When it was changed last.",
        ),
        Column(
            "created_by",
            Type.TEXT,
            "wrapup_code.createdBy",
            "User who made it.",
            whose=Whose.EMPLOYEE,
        ),
        Column(
            "modified_by",
            Type.TEXT,
            "wrapup_code.modifiedBy",
            "User who changed it last.",
            whose=Whose.EMPLOYEE,
        ),
        *told("wrapup_code"),
    ),
    pushdowns=(),
)
