"""The landed tables of one data directory: stage, publish, read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from trunkline.errors import ConfigError
from trunkline.lake.catalogue import Catalogue, CoveredDay, LiveFile, Publication
from trunkline.lake.landing import FILES, Layout, Receipt, StagedFile, stage
from trunkline.lake.remainder import newest_only, without_days

CATALOGUE = "catalogue.sqlite"
OURS = re.compile(r"[0-9a-f]{32}-[\w-]+\.(?:parquet|partial)")  # <key of a job>-<page of it>


class Lake:
    """Everything under a data directory that a query can read.

    Raises ConfigError where the directory cannot be used.

    One process writes at a time (the engine holds the lock); any number may read meanwhile.
    """

    def __init__(self, home: Path) -> None:
        self.home = home.absolute()
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.home / FILES).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"the data directory {home} cannot be made: {error.strerror}",
                hint="Name another one with TRUNKLINE_HOME.",
            ) from error
        self.catalogue = Catalogue(self.home / CATALOGUE)

    def close(self) -> None:
        """Let go of the catalogue."""
        self.catalogue.close()

    def stage(self, name: str, tables: Mapping[str, pa.Table], layout: Layout) -> Receipt:
        """Write one page's tables as final Parquet that no snapshot names yet."""
        return stage(self.home, name, tables, layout)

    def publish(self, publication: Publication, layout: Layout, published_at: datetime) -> int:
        """Replace the job's days in all tables at once; the snapshot it became.

        Files that also hold other days live on as new files without the replaced ones. A
        conversation that came on two pages of the job is kept once, as the later page had it.

        FileNotFoundError where a staged file is gone; ValueError where one holds rows of a day that
        is not the job's.
        """
        if (already := self.catalogue.snapshot_of(publication.job)) is not None:
            return already
        self._require(publication)
        kept = newest_only(self.home, publication.files, layout)
        replaced, remainders = self._displaced(publication, layout)
        whole = replace(
            publication,
            files=(*kept, *remainders),
            days=_conversations(kept, publication.days, layout),
        )
        snapshot = self.catalogue.publish(whole, replaced, published_at)
        paths = {file.path for file in kept}
        self.discard(file for file in publication.files if file.path not in paths)
        return snapshot

    def _require(self, publication: Publication) -> None:
        for file in publication.files:
            if not (self.home / file.path).is_file():
                raise FileNotFoundError(f"{file.path} is not there")
            if strangers := sorted(file.days.keys() - publication.days.keys()):
                raise ValueError(f"{file.path} holds rows of {strangers[0]}, which is not wanted")

    def _displaced(
        self, publication: Publication, layout: Layout
    ) -> tuple[list[LiveFile], list[StagedFile]]:
        days = frozenset(publication.days)
        replaced: list[LiveFile] = []
        remainders: list[StagedFile] = []
        for table in layout.tables:
            for file in self.catalogue.live_files(publication.organization, table, days):
                replaced.append(file)
                if file.days - days:
                    remainders += without_days(
                        self.home, file, table, publication.job, days, layout
                    )
        return replaced, remainders

    def files(self, organization: str, snapshot: int) -> dict[str, tuple[str, ...]]:
        """Absolute paths of a snapshot's files by table."""
        found = self.catalogue.files(organization, snapshot)
        return {t: tuple(str(self.home / path) for path in paths) for t, paths in found.items()}

    def coverage(self, organization: str, snapshot: int | None = None) -> tuple[CoveredDay, ...]:
        """The days held, of the newest snapshot unless another is named."""
        at = self.catalogue.latest() if snapshot is None else snapshot
        return self.catalogue.coverage(organization, at)

    def discard(self, files: Iterable[StagedFile]) -> None:
        """Delete staged files that will not be published."""
        for file in files:
            (self.home / file.path).unlink(missing_ok=True)

    def sweep(self, receipts: Iterable[Receipt]) -> int:
        """Delete files that neither a snapshot nor a resumable job names; how many there were.

        Only for the process that holds the lock: another one's half-written page is no orphan.
        Files that we did not name are not ours to delete; nor is anything where the catalogue is
        empty, since it may have been lost.
        """
        named = self.catalogue.paths() | {f.path for receipt in receipts for f in receipt.files}
        if not named:
            return 0
        orphans = [path for path in self._ours() if path not in named]
        for path in orphans:
            (self.home / path).unlink(missing_ok=True)
        return len(orphans)

    def _ours(self) -> list[str]:
        """What lies where pages are written and is named as they are."""
        return [
            path.relative_to(self.home).as_posix()
            for path in (self.home / FILES).glob("*/*")
            if OURS.fullmatch(path.name)
        ]


def _conversations(
    files: Iterable[StagedFile], days: Mapping[date, int], layout: Layout
) -> dict[date, int]:
    """Records by day, counted in the root table; 0 where it has none."""
    counts = dict.fromkeys(days, 0)
    for file in files:
        if file.table == layout.root_table:
            for day, rows in file.days.items():
                counts[day] = counts.get(day, 0) + rows
    return counts
