"""Trunkline's own path: isal, the flattener, one Parquet file a table and page."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
from isal import igzip

from trunkline.flatten import Flattener
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS
from trunkline.providers.genesys.tables import TABLES

EVERY_DAY = frozenset(date(2025, 1, 1) + timedelta(days=n) for n in range(365))
FLATTENER = Flattener(
    CONVERSATION_DETAILS, tuple(t for t in TABLES if t.dataset is CONVERSATION_DETAILS)
)


def land(pages: list[bytes]) -> Counter[str]:
    pa.set_cpu_count(1)
    rows: Counter[str] = Counter()
    for page in pages:
        flattened = FLATTENER.flatten(igzip.decompress(page), days=EVERY_DAY)
        for name, table in flattened.tables.items():
            pq.write_table(table, pa.BufferOutputStream(), compression="zstd")
            rows[name] += table.num_rows
    return rows
