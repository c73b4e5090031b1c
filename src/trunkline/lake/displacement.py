"""What a publication takes the place of: whole files, and rows of files that keep the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trunkline.lake.catalogue import Catalogue, LiveFile, Publication
from trunkline.lake.landing import Layout, StagedFile, on_days, rows_by_day
from trunkline.lake.moved import Elsewhere, keys_of
from trunkline.lake.remainder import without_days, without_keys
from trunkline.scope import OPEN_AT, TAIL, WHOLE, Scope, ScopeKind

# A publication of a kind takes the place of days in files of these scopes; None is its own.
_DAYS: dict[ScopeKind, tuple[Scope | None, ...]] = {
    ScopeKind.WHOLE: (None, TAIL),
    ScopeKind.FILTERED: (None,),
}
# And of records, by their key, in files of these.
_RECORDS: dict[ScopeKind, tuple[Scope, ...]] = {
    ScopeKind.FILTERED: (TAIL,),
    ScopeKind.OPEN_AT: (OPEN_AT, TAIL),
    ScopeKind.TAIL: (TAIL,),
}


Ended = tuple[LiveFile, tuple[StagedFile, ...]]


@dataclass(frozen=True, slots=True)
class Displaced:
    """Files that end with a publication, and those that hold what stays of them."""

    files: tuple[LiveFile, ...]
    remainders: tuple[StagedFile, ...]

    @staticmethod
    def of(ended: Iterable[Ended]) -> Displaced:
        """Files, each with what stays of it."""
        pairs = tuple(ended)
        files = tuple(file for file, _ in pairs)
        return Displaced(files, tuple(rest for _, of_file in pairs for rest in of_file))


def displaced(
    home: Path,
    catalogue: Catalogue,
    publication: Publication,
    kept: tuple[StagedFile, ...],
    moved: Collection[Elsewhere],
    layout: Layout,
) -> Displaced:
    """What ends when a publication begins, and its remainders, staged.

    Days take the place of days: of their own scope, and whole days of the tail's too. Records take
    the place of records: in OPEN_AT and the tail, and those that filters let through in the tail.
    So what the tail has of a record is always the newest that is held. ``kept`` may have files of
    whole days in another scope: see ``Lake.publish``. Records that ``moved`` are lost elsewhere.
    """
    ended = [
        *_by_days(home, catalogue, publication, moved, layout),
        *_by_records(home, catalogue, publication, kept, layout),
        *_told_anew(home, catalogue, publication, kept, moved, layout),
    ]
    done = {file.file for file, _ in ended}
    return Displaced.of((*ended, *_by_moves(home, catalogue, publication, moved, done, layout)))


def _by_days(
    home: Path,
    catalogue: Catalogue,
    publication: Publication,
    moved: Collection[Elsewhere],
    layout: Layout,
) -> Iterator[Ended]:
    days, job = frozenset(publication.days), publication.job
    for scope in _DAYS.get(publication.scope.kind, ()):
        of_scope = publication.scope if scope is None else scope
        keys = keys_of(moved, of_scope)
        for table in layout.tables:
            for file in catalogue.live_files(publication.organization, table, days, of_scope):
                stay = bool(file.days - days)
                rest = without_days(home, file, table, job, days, keys, layout) if stay else ()
                yield file, rest


def _by_records(
    home: Path,
    catalogue: Catalogue,
    publication: Publication,
    kept: tuple[StagedFile, ...],
    layout: Layout,
) -> Iterator[Ended]:
    scopes = _RECORDS.get(publication.scope.kind, ())
    unread = _unread(catalogue, publication)
    keys = keys_in(home, kept, layout, unread) if scopes else None
    for scope in scopes:
        for table in layout.tables:
            files = catalogue.live_files(publication.organization, table, None, scope)
            yield from losing(home, files, table, publication.job, keys, layout)


def _unread(catalogue: Catalogue, publication: Publication) -> frozenset[date]:
    """The days of which nothing is read that a publication brings.

    What filters let through of a day held whole is not: a job that ends late must not take what is
    newer out of the tail.
    """
    if not publication.scope.predicates:
        return frozenset()
    return catalogue.whole_days(publication.organization, publication.dataset)


def _by_moves(
    home: Path,
    catalogue: Catalogue,
    publication: Publication,
    moved: Collection[Elsewhere],
    done: Container[int],
    layout: Layout,
) -> Iterator[Ended]:
    """Files that lose nothing else."""
    for scope in {one.scope for one in moved}:
        keys, days = keys_of(moved, scope), frozenset(m.day for m in moved if m.scope == scope)
        for table in layout.tables:
            files = catalogue.live_files(publication.organization, table, days, scope)
            left = (file for file in files if file.file not in done)
            yield from losing(home, left, table, publication.job, keys, layout)


def _told_anew(
    home: Path,
    catalogue: Catalogue,
    publication: Publication,
    kept: tuple[StagedFile, ...],
    moved: Collection[Elsewhere],
    layout: Layout,
) -> Iterator[Ended]:
    """Records of days that are held whole, which another scope brought anew."""
    anew = tuple(file for file in kept if not file.scope)
    if publication.scope == WHOLE or not anew:
        return
    keys = pa.concat_arrays([keys_in(home, anew, layout), keys_of(moved)])
    days = frozenset(day for file in anew for day in file.days)
    for table in layout.tables:
        files = catalogue.live_files(publication.organization, table, days)
        yield from losing(home, files, table, publication.job, keys, layout)


def brought_more(
    home: Path,
    catalogue: Catalogue,
    publication: Publication,
    kept: tuple[StagedFile, ...],
    moved: Collection[Elsewhere],
    layout: Layout,
) -> dict[date, int]:
    """How many more records days held whole have with what is told of them by no day of their own.

    That is what OPEN_AT brought anew, and what moved to another day. Days that have as many as
    before are left out, and those of the publication itself, which are counted anew.
    """
    own = publication.days.keys() if publication.scope == WHOLE else frozenset[date]()
    roots = [f for f in kept if not f.scope and f.table == layout.root_table and not own]
    more = Counter[date]()
    for file in roots:
        more.update(file.days)
    keys = pa.concat_arrays([keys_in(home, tuple(roots), layout), keys_of(moved)])
    days = frozenset(more) | {one.day for one in moved if one.scope == WHOLE}
    columns = [layout.key, layout.time_column]
    for held in catalogue.live_files(publication.organization, layout.root_table, days):
        rows = pq.read_table(home / held.path, columns=columns, partitioning=None)
        again = rows.filter(pc.is_in(pc.cast(rows[layout.key], pa.string()), value_set=keys))
        if again.num_rows:
            more.subtract(rows_by_day(again, layout.time_column))
    return {day: n for day, n in more.items() if n and day not in own}


def losing(
    home: Path,
    files: Iterable[LiveFile],
    table: str,
    job: str,
    keys: pa.Array,
    layout: Layout,
) -> Iterator[Ended]:
    """Those of a table's files that hold any of some records, each with what stays of it."""
    for file in files:
        rest = without_keys(home, file, table, job, keys, layout)
        if rest is not None:
            yield file, rest


def keys_in(
    home: Path,
    kept: tuple[StagedFile, ...],
    layout: Layout,
    unread: frozenset[date] = frozenset(),
) -> pa.Array:
    """The records that a publication brings, without those that began on some days."""
    found = [pa.array([], pa.string()), *_chunks(home, kept, layout, unread)]
    return pa.concat_arrays(found)


def _chunks(
    home: Path, kept: tuple[StagedFile, ...], layout: Layout, unread: frozenset[date]
) -> Iterator[pa.Array]:
    columns = [layout.key, layout.time_column]
    for file in kept:
        if file.table == layout.root_table:
            rows = pq.read_table(home / file.path, columns=columns, partitioning=None)
            rows = rows.filter(pc.invert(on_days(rows, layout.time_column, unread)))
            yield pc.cast(rows[layout.key], pa.string()).combine_chunks()


def out_of_place(publication: Publication, file: StagedFile) -> date | None:
    """A day that a file of the publication has rows of and may not: the first, or None.

    Files of OPEN_AT are of the days before it, those of the tail of any.
    """
    days = sorted(file.days)
    if publication.scope.kind is ScopeKind.TAIL:
        return None
    if publication.scope.kind is ScopeKind.OPEN_AT:
        return next((day for day in days if day >= min(publication.days)), None)
    return next((day for day in days if day not in publication.days), None)
