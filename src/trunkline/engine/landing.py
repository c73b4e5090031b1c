"""Where the runner's pages go: flattened, masked, staged; then published as one snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from trunkline.catalog import Catalog, Column, Dataset, Holds
from trunkline.clock import Clock
from trunkline.engine.strangers import bounded
from trunkline.flatten import Flattened, Flattener
from trunkline.http.message import Offload
from trunkline.interval import Before, Days
from trunkline.jobs.job import Job, Landed
from trunkline.lake.catalogue import Publication
from trunkline.lake.lake import Lake
from trunkline.lake.landing import Layout, Receipt
from trunkline.scope import ScopeKind

Tables = Mapping[str, pa.Table]


def layout_of(catalog: Catalog, dataset: Dataset) -> Layout:
    """What the lake must know of a dataset."""
    tables = catalog.of(dataset)
    # The names of a map are few and repeat.
    ids = {one.name: one.id for one in dataset.levels if one.holds is not Holds.MAP}
    return Layout(
        dataset=dataset.name,
        tables=tuple(table.name for table in tables),
        root_table=catalog.root(dataset).name,
        key=dataset.key,
        time_column=dataset.time_column,
        keys=frozenset(c.name for table in tables for c in table.columns if _is_key(c, ids)),
        end_column=dataset.end_column,
        only_in_jobs=tuple(t.name for t in catalog.of(dataset) if t.level in dataset.only_in_jobs),
    )


def _is_key(column: Column, ids: Mapping[str, str | None]) -> bool:
    """Whether it names a row, or one it stands below."""
    level, _, attribute = column.source.partition(".")
    return attribute in ("key", ids.get(level))


def landed_of(flat: Flattened, tables: Tables, receipt: str = "") -> Landed:
    """What a page became; ``tables`` is as much of it as is kept."""
    return Landed(
        receipt=receipt,
        cursor=flat.cursor,
        watermark=flat.watermark,
        conversations=flat.conversations,
        ignored=flat.ignored,
        quarantined=tuple(str(item) for item in flat.quarantined),
        unknown=bounded(flat.unknown),
        rows=tuple((name, table.num_rows) for name, table in tables.items()),
        fractions=flat.fractions,
    )


@dataclass(frozen=True, slots=True)
class PageLanding:
    """Joins the flatteners and the lake for the runner; all by the dataset's name."""

    lake: Lake
    flatteners: Mapping[str, Flattener]
    layouts: Mapping[str, Layout]
    divisions: Mapping[str, tuple[str, ...] | None]
    watermarks: Mapping[str, datetime]
    clock: Clock
    offload: Offload

    async def land(self, job: Job, body: bytes) -> Landed:
        """Flatten, mask and stage one page, away from the event loop."""
        landed: Landed = await self.offload(self._land, job, body)
        return landed

    def _land(self, job: Job, body: bytes) -> Landed:
        flat = self.flatteners[job.dataset].flatten(body, days=_starts(job))
        name = f"{job.key}-{job.attempt}-{job.pages:05d}"
        layout = self.layouts[job.dataset]
        receipt = self.lake.stage(name, flat.tables, layout, job.scope)
        return landed_of(flat, flat.tables, receipt.encode())

    def publish(self, job: Job, pages: tuple[Landed, ...]) -> int:
        """Make the job's days visible in all tables at once."""
        now = self.clock.now()
        return self.lake.publish(
            Publication(
                job=job.key,
                organization=job.organization,
                dataset=job.dataset,
                days=dict.fromkeys(job.days, 0),
                files=tuple(file for page in pages for file in Receipt.decode(page.receipt).files),
                fetched_at=job.submitted_at or now,
                watermark=job.watermark or self.watermarks[job.dataset],
                fingerprint=job.fingerprint,
                divisions=self.divisions.get(job.dataset),
                scope=job.scope,
            ),
            self.layouts[job.dataset],
            now,
        )

    def discard(self, pages: tuple[Landed, ...]) -> None:
        """Delete what was staged for a job that starts over."""
        for page in pages:
            self.lake.discard(Receipt.decode(page.receipt).files)


def _starts(job: Job) -> Days:
    """The days that a record of a job may have begun on; what began on others is left out."""
    if job.scope.kind is ScopeKind.OPEN_AT:
        return Before(min(job.days))
    return job.days
