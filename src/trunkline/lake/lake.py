"""The landed tables of one data directory: stage, publish, read."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from trunkline import private
from trunkline.catalog import Catalog
from trunkline.database import Connect, connect
from trunkline.lake.amending import amended, open_in
from trunkline.lake.catalogue import Catalogue, CoveredDay, HeldFile, LiveFile, Publication
from trunkline.lake.compaction import Merge, complete_months, merged, merges, readable
from trunkline.lake.displacement import brought_more, displaced, keys_in, out_of_place
from trunkline.lake.freshness import OpenRecord
from trunkline.lake.landing import FILES, Layout, Receipt, StagedFile, stage
from trunkline.lake.moved import Elsewhere, elsewhere
from trunkline.lake.reading import Held, Reads
from trunkline.lake.relation import Part
from trunkline.lake.remainder import newest_only, outside, split, without_records
from trunkline.lake.retention import Keep, Pruned
from trunkline.scope import OPEN_AT, WHOLE, Scope

CATALOGUE = "catalogue.sqlite"
OURS = re.compile(r"[0-9a-f]{32}-[\w-]+\.(?:parquet|partial)")  # <key of a job>-<page of it>


class Lake:
    """Everything under a data directory that a query can read.

    Raises ConfigError where the directory cannot be used.

    One process writes at a time (the engine holds the lock); any number may read meanwhile.
    """

    def __init__(self, home: Path, connect: Connect = connect) -> None:
        self.home = home.absolute()
        private.home(self.home)
        private.folder(self.home / FILES)
        self.catalogue = Catalogue(self.home / CATALOGUE, connect)

    def close(self) -> None:
        """Let go of the catalogue."""
        self.catalogue.close()

    def stage(
        self, name: str, tables: Mapping[str, pa.Table], layout: Layout, scope: Scope = WHOLE
    ) -> Receipt:
        """Write one page's tables as final Parquet that no snapshot names yet."""
        return stage(self.home, name, tables, layout, scope)

    def publish(self, publication: Publication, layout: Layout, published_at: datetime) -> int:
        """Replace what the job brought anew, in all tables at once; the snapshot it became.

        What that is depends on its scope: see ``displacement``. Files that also hold something else
        live on as new files with that alone. A conversation that came on two pages of the job is
        kept once, as the later page had it.

        FileNotFoundError where a staged file is gone; ValueError where one was staged for another
        scope, or holds rows of a day that is not the job's.
        """
        if (already := self.catalogue.snapshot_of(publication.job)) is not None:
            return already
        self._require(publication)
        once = newest_only(self.home, publication.files, layout)
        staged = [*publication.files, *once]
        newer = self._newer(publication, published_at)
        publication = self._without_newer(replace(publication, files=once), newer, layout)
        staged += publication.files
        held = elsewhere(self.home, self.catalogue, publication, layout)
        moved = tuple(one for one in held if (one.scope, one.day) not in newer)
        publication = self._without(publication, set(held) - set(moved), layout)
        staged += publication.files
        kept = self._placed(publication, publication.files, layout)
        gone = displaced(self.home, self.catalogue, publication, kept, moved, layout)
        whole = replace(
            publication,
            files=(*kept, *gone.remainders),
            days=_conversations(publication.files, publication, layout),
            open=self._open(kept, publication, layout),
            keys=self._keys(kept, publication, layout) | {one.key for one in moved},
            recounted=self._recounted(kept, publication, moved, layout),
        )
        snapshot = self.catalogue.publish(whole, gone.files, published_at)
        paths = {file.path for file in kept}
        self.discard(file for file in staged if file.path not in paths)
        return snapshot

    def _newer(self, publication: Publication, now: datetime) -> frozenset[tuple[Scope, date]]:
        """The days of a dataset that are held as of later, under the same rights.

        A fetch that is noted in the future was noted by a clock that was wrong: nobody knows
        whether it is later.
        """
        return frozenset(
            (held.scope, held.day)
            for held in self.scoped(publication.organization)
            if held.dataset == publication.dataset
            and held.fingerprint == publication.fingerprint
            and publication.fetched_at < held.fetched_at <= now
        )

    def _without_newer(
        self, publication: Publication, newer: Collection[tuple[Scope, date]], layout: Layout
    ) -> Publication:
        """What a job brought without the days that are held as of later.

        It may have been left unfinished, and the days fetched again before it was gone on with.
        What was open and began on such a day is there as of later, too.
        """
        is_instant = publication.scope == OPEN_AT
        of = WHOLE if is_instant else publication.scope
        gone = frozenset(day for scope, day in newer if scope == of)
        if not gone:
            return publication
        days = {day: n for day, n in publication.days.items() if is_instant or day not in gone}
        return replace(
            publication,
            days=days,
            files=tuple(
                rest
                for file in publication.files
                for rest in outside(self.home, file, gone, layout)
            ),
        )

    def _without(
        self, publication: Publication, older: Collection[Elsewhere], layout: Layout
    ) -> Publication:
        """Without records that a day of later has: they had moved there by then."""
        if not older:
            return publication
        keys = pa.array(sorted({one.key for one in older}), pa.string())
        days = frozenset(one.told for one in older)
        pieces = (
            without_records(self.home, file, days, keys, layout) for file in publication.files
        )
        return replace(publication, files=tuple(rest for of_file in pieces for rest in of_file))

    def _placed(
        self, publication: Publication, files: tuple[StagedFile, ...], layout: Layout
    ) -> tuple[StagedFile, ...]:
        """What was open at an instant and began on a day held whole, in that day's own scope.

        It is newer than the day, of which alone it would be read: it may have gone on since, and
        the day may have been held before it began.
        """
        if publication.scope != OPEN_AT:
            return files
        days = self.catalogue.whole_days(publication.organization, publication.dataset)
        pieces = (split(self.home, file, days, layout, WHOLE) for file in files)
        return tuple(piece for of_file in pieces for piece in of_file)

    def _recounted(
        self,
        kept: tuple[StagedFile, ...],
        publication: Publication,
        moved: Collection[Elsewhere],
        layout: Layout,
    ) -> dict[date, int]:
        """How many records days held whole have with what is told of them by no day of theirs."""
        if publication.scope != OPEN_AT and not moved:
            return {}
        held = self.coverage(publication.organization)
        counts = {d.day: d.conversations for d in held if d.dataset == publication.dataset}
        more = brought_more(self.home, self.catalogue, publication, kept, moved, layout)
        return {day: counts[day] + n for day, n in more.items() if day in counts}

    def _keys(
        self, files: tuple[StagedFile, ...], publication: Publication, layout: Layout
    ) -> frozenset[str]:
        """The records that a publication tells of; of OPEN_AT, all that it brings."""
        if publication.scope != OPEN_AT:
            return publication.keys
        return frozenset(keys_in(self.home, files, layout).to_pylist())

    def amend(self, publication: Publication, layout: Layout, published_at: datetime) -> int:
        """Put some records in the place of what is held of them, in all tables at once.

        Only in the tables that the answer can have rows of: see ``Layout.only_in_jobs``. Its files
        may be of whole days and of the tail; it covers nothing that was not covered before.
        """
        gone = amended(self.home, self.catalogue, publication, layout)
        days = tuple(file for file in publication.files if not file.scope)
        of_days = replace(publication, files=days)
        moved = elsewhere(self.home, self.catalogue, of_days, layout)
        whole = replace(
            publication,
            files=(*publication.files, *gone.remainders),
            open=self._open(publication.files, publication, layout),
            recounted=self._recounted(days, of_days, moved, layout),
        )
        return self.catalogue.publish(whole, gone.files, published_at)

    def _open(
        self, files: tuple[StagedFile, ...], publication: Publication, layout: Layout
    ) -> tuple[OpenRecord, ...]:
        """The records of a publication that have not ended."""
        at = publication.fetched_at
        return tuple(
            OpenRecord(layout.dataset, key, start, Scope.parse(scope), at, at)
            for key, start, scope in open_in(self.home, files, layout)
        )

    def _require(self, publication: Publication) -> None:
        for file in publication.files:
            if not (self.home / file.path).is_file():
                raise FileNotFoundError(f"{file.path} is not there")
            if file.scope != str(publication.scope):
                raise ValueError(f"{file.path} was staged for another scope")
            if stranger := out_of_place(publication, file):
                raise ValueError(f"{file.path} holds rows of {stranger}, which is not wanted")

    def compact(
        self,
        organization: str,
        layout: Layout,
        settle: timedelta,
        new_key: Callable[[], str],
        now: datetime,
        begin: Callable[[date], None] = lambda _: None,
    ) -> tuple[date, ...]:
        """Merge the files of every month that is complete; the first days of those that were.

        For the process that holds the lock. A month that becomes closed by it is pinned to the
        snapshot that it is closed in; ``begin`` is told of each before its files are read.
        DamagedLake where a file cannot be read: the months before it are done.
        """
        retention, done, closing = self.catalogue.retention, list[date](), list[date]()
        closed = retention.closed(organization, layout.dataset)
        for month in complete_months(self.coverage(organization), layout.dataset, settle):
            first, is_closed = min(month), min(month) in closed
            found = merges(self.catalogue, organization, layout, month, is_closed=is_closed)
            if found:
                begin(first)
                self._merge(organization, layout, found, f"{new_key()}-{first:%Y-%m}", now)
                done.append(first)
            if not is_closed:
                closing.append(first)
        retention.close(organization, layout.dataset, closing, self.catalogue.latest())
        return tuple(done)

    def _merge(
        self, organization: str, layout: Layout, found: Iterable[Merge], key: str, now: datetime
    ) -> None:
        staged, replaced = list[StagedFile](), list[LiveFile]()
        for merge in found:
            with readable(merge.table):
                staged.append(merged(self.home, merge, key, layout))
            replaced += merge.files
        self.catalogue.merge(organization, layout.dataset, key, replaced, staged, now)

    def prune(self, keep: Keep) -> Pruned:
        """Remove the snapshots that are not kept, and the files that no kept one names.

        For the process that holds the lock. A crash between the two leaves files to the next sweep.
        """
        gone = self.catalogue.retention.prune(keep)
        for path, _ in gone.files:
            (self.home / path).unlink(missing_ok=True)
        return gone

    def files(self, organization: str, snapshot: int) -> dict[str, tuple[str, ...]]:
        """Absolute paths of a snapshot's files by table, those of every scope."""
        paths: dict[str, list[str]] = {}
        for file in self.catalogue.files(organization, snapshot):
            paths.setdefault(file.table, []).append(str(self.home / file.path))
        return {table: tuple(of_table) for table, of_table in paths.items()}

    def parts(self, catalog: Catalog, snapshot: int, reads: Reads) -> dict[str, tuple[Part, ...]]:
        """What each table that a query reads is read from in a snapshot, by its name."""
        tables = [table for table in catalog.tables if table.name in reads.tables]
        names = reads.tables | {catalog.root(table.dataset).name for table in tables}
        files: dict[tuple[str, Scope], list[HeldFile]] = {}
        for found in self.catalogue.files(catalog.schema, snapshot, names):
            of_scope = files.setdefault((found.table, found.scope), [])
            of_scope.append(replace(found, path=f"{self.home}/{found.path}"))
        whole = {
            name: self.catalogue.whole_days(catalog.schema, name, snapshot)
            for name in {table.dataset.name for table in tables if reads.scopes}
        }
        return Held(files, whole).parts(catalog, reads)

    def coverage(self, organization: str, snapshot: int | None = None) -> tuple[CoveredDay, ...]:
        """The days held whole, of the newest snapshot unless another is named."""
        return tuple(day for day in self.scoped(organization, snapshot) if day.scope == WHOLE)

    def scoped(self, organization: str, snapshot: int | None = None) -> tuple[CoveredDay, ...]:
        """The days held of every scope, of the newest snapshot unless another is named."""
        at = self.catalogue.latest() if snapshot is None else snapshot
        return self.catalogue.coverage(organization, at)

    def discard(self, files: Iterable[StagedFile]) -> None:
        """Delete staged files that will not be published."""
        for file in files:
            (self.home / file.path).unlink(missing_ok=True)

    def sweep(
        self, receipts: Iterable[Receipt], unpublished: Callable[[], Collection[str]] = tuple
    ) -> int:
        """Delete files that neither a snapshot nor a resumable job names; how many there were.

        Only for the process that holds the lock: another one's half-written page is no orphan.
        Files that we did not name are not ours to delete. Where the catalogue is empty it may have
        been lost: then only those of jobs go that are known to be ``unpublished``, by their keys.
        """
        held = self.catalogue.paths()
        named = held | {f.path for receipt in receipts for f in receipt.files}
        orphans = [path for path in self._ours() if path not in named]
        if not held:
            keys = unpublished()
            orphans = [path for path in orphans if Path(path).name.partition("-")[0] in keys]
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
    files: Iterable[StagedFile], publication: Publication, layout: Layout
) -> dict[date, int]:
    """Records by covered day, counted in the root table; 0 where it has none.

    All of OPEN_AT belong to the one day at whose beginning they were open.
    """
    counts = dict.fromkeys(publication.days, 0)
    roots = [file for file in files if file.table == layout.root_table]
    if publication.scope == OPEN_AT:
        return dict.fromkeys(counts, sum(file.rows for file in roots))
    for file in roots:
        for day in counts.keys() & file.days.keys():
            counts[day] += file.days[day]
    return counts
