"""Trunkline's own path: isal, the flattener, the lake's staging with hash and fsync."""

from __future__ import annotations

import gc
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from trunkline.catalog import Catalog
from trunkline.engine.landing import layout_of
from trunkline.flatten import Flattener, Policy
from trunkline.http.transport import gunzip
from trunkline.lake.landing import FILES, Receipt, stage
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS
from trunkline.providers.genesys.tables import TABLES

EVERY_DAY = frozenset(date(2025, 1, 1) + timedelta(days=n) for n in range(365))
CATALOG = Catalog("genesys", TABLES)
FLATTENER = Flattener(CONVERSATION_DETAILS, CATALOG.of(CONVERSATION_DETAILS), Policy())
LAYOUT = layout_of(CATALOG, CONVERSATION_DETAILS)


def land(pages: list[bytes], threads: int = 1) -> Counter[str]:
    """Rows by table; pages on as many threads as the engine would have cores for."""
    pa.set_cpu_count(threads)
    with _frozen(), tempfile.TemporaryDirectory() as folder:
        (Path(folder) / FILES).mkdir()
        if threads == 1:
            return _rows(land_page(Path(folder), *page) for page in enumerate(pages))
        with ThreadPoolExecutor(threads) as pool:
            return _rows(pool.map(land_page, [Path(folder)] * len(pages), range(len(pages)), pages))


def land_page(folder: Path, number: int, page: bytes) -> Receipt:
    flattened = FLATTENER.flatten(gunzip(page), days=EVERY_DAY)
    return stage(folder, str(number), flattened.tables, LAYOUT)


@contextmanager
def _frozen() -> Iterator[None]:
    """As the command line does."""
    gc.freeze()
    yield
    gc.unfreeze()


def _rows(receipts: Iterable[Receipt]) -> Counter[str]:
    rows: Counter[str] = Counter()
    for receipt in receipts:
        rows.update({file.table: file.rows for file in receipt.files})
        rows["bytes"] += sum(file.bytes for file in receipt.files)
    return rows


def land_on_two(pages: list[bytes]) -> Counter[str]:
    return land(pages, threads=2)
