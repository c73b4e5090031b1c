"""What was asked for as it is now: pages in memory, and what a certificate says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from trunkline.engine.landing import landed_of
from trunkline.engine.strangers import unknown_of
from trunkline.flatten import Flattened
from trunkline.interval import iso

RowsOfEach = Mapping[str, Mapping[str, pa.Table]]
"""What was observed, by organisation and table."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What a dataset was at an instant, page by page."""

    at: datetime
    pages: tuple[Flattened, ...] = field(repr=False)

    def rows(self, table: str) -> pa.Table:
        """The rows of one of its tables."""
        return pa.concat_tables(page.tables[table] for page in self.pages)

    @property
    def told(self) -> dict[str, Any]:
        """What a certificate says of it."""
        landed = [landed_of(page, page.tables) for page in self.pages]
        return {
            "at": iso(self.at),
            "rows": sum(page.conversations for page in self.pages),
            "quarantined": [reason for page in landed for reason in page.quarantined],
            "fractions": sum(page.fractions for page in landed),
            **unknown_of(page.unknown for page in landed),
        }
