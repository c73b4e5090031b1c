"""Trunkline's own path: isal, the flattener, the lake's staging with hash and fsync."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
from isal import isal_zlib

from trunkline.catalog import Catalog
from trunkline.engine.landing import layout_of
from trunkline.flatten import Flattener
from trunkline.lake.landing import FILES, stage
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS
from trunkline.providers.genesys.tables import TABLES

GZIP = 31  # window bits: a gzip header
EVERY_DAY = frozenset(date(2025, 1, 1) + timedelta(days=n) for n in range(365))
CATALOG = Catalog("genesys", TABLES)
FLATTENER = Flattener(CONVERSATION_DETAILS, CATALOG.of(CONVERSATION_DETAILS))
LAYOUT = layout_of(CATALOG, CONVERSATION_DETAILS)


def land(pages: list[bytes]) -> Counter[str]:
    pa.set_cpu_count(1)
    rows: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / FILES).mkdir()
        for number, page in enumerate(pages):
            flattened = FLATTENER.flatten(isal_zlib.decompress(page, GZIP), days=EVERY_DAY)
            stage(Path(folder), str(number), flattened.tables, LAYOUT)
            rows.update({name: table.num_rows for name, table in flattened.tables.items()})
    return rows
