"""Rows that landed earlier and are written anew: no less masked than the policy of today says.

What was masked stays so; only what a stricter policy asks for since can be done to it.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from trunkline.catalog import Table
from trunkline.flatten.masking import REDACTED
from trunkline.flatten.policy import Policy
from trunkline.flatten.treatment import Treatment
from trunkline.types import Type

_MASKED = rf"\A(?:[0-9]{{1,4}}|{REDACTED})\z"


def treated(table: Table, rows: pa.Table, policy: Policy) -> pa.Table:
    """The rows of a table, with nothing in them that would not land today."""
    for place, column in enumerate(table.columns):
        treatment = policy.treatment(table, column)
        if treatment is Treatment.KEEP or column.name not in rows.column_names:
            continue
        values = _treated(rows[column.name], treatment, column.type)
        rows = rows.set_column(place, rows.schema.field(column.name), values)
    return rows


def _treated(values: pa.ChunkedArray, treatment: Treatment, type_: Type) -> pa.ChunkedArray:
    if treatment is Treatment.DROP:
        return pa.chunked_array([pa.nulls(len(values), type_.arrow)])
    if type_ is not Type.TEXT or treatment not in (Treatment.REDACT, Treatment.LAST_DIGITS):
        return values
    keeps = pc.is_null(values)
    if treatment is Treatment.LAST_DIGITS:
        keeps = pc.or_kleene(keeps, pc.match_substring_regex(values, _MASKED))
    return pc.if_else(keeps, values, pa.scalar(REDACTED))
