"""The effective policy as the TOML it could have been read from."""

from __future__ import annotations

import json
from collections.abc import Iterator

from trunkline.catalog import Catalog, Column, Pii, Table
from trunkline.flatten.policy import Policy
from trunkline.flatten.treatment import Treatment


def policy_text(policy: Policy, catalog: Catalog) -> str:
    """Every column that is masked or may be, with what is done to it; reads back as the same.

    Neither the key of the tokens nor anything made of it is in it.
    """
    parts = [f"listed = [{', '.join(map(_quoted, sorted(policy.listed)))}]"]
    for table in catalog.tables:
        if lines := list(_lines(policy, table)):
            name = table.shown if table.schema is None else _quoted(table.shown)
            parts.append("\n".join((f"[columns.{name}]", *lines)))
    return "\n\n".join(parts) + "\n"


def _lines(policy: Policy, table: Table) -> Iterator[str]:
    for column in table.columns:
        treatment = policy.treatment(table, column)
        if column.pii is not Pii.NONE or treatment is not Treatment.KEEP:
            yield f"{column.name} = {_quoted(treatment.value)}  # {_class(column)}"


def _class(column: Column) -> str:
    return f"{column.pii.value}, {column.whose.value}"


def _quoted(text: str) -> str:
    """A basic string of TOML, which are those of JSON but for one control character."""
    return json.dumps(text).replace("\x7f", "\\u007f")
