"""One table a file: its name, how it is read, and what is wrong with it where it is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from trunkline.errors import UnusableFile
from trunkline.lake.local import csv, parquet
from trunkline.lake.local.columns import Reading
from trunkline.lake.local.folder import LocalFile, Stamp, files_in
from trunkline.lake.local.inspecting import NoTable
from trunkline.lake.local.naming import clashes, snake
from trunkline.lake.relation import LOCAL_SCHEMA, Relation

SCHEMA = LOCAL_SCHEMA
Wanted = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class LocalTable:
    """A file as a table. Without a reading it has not been looked into, or it is ``fault``'s."""

    name: str
    file: LocalFile
    reading: Reading | None = None
    fault: str | None = None

    @property
    def qualified(self) -> str:
        """The name as SQL writes it."""
        return f"{SCHEMA}.{self.name}"

    @property
    def broken(self) -> UnusableFile | None:
        """The error of whoever names it, where it is no table."""
        if self.fault is None:
            return None
        return UnusableFile(
            f"{self.qualified} is not there: {self.file.name}: {self.fault}",
            hint="Other tables are not touched by it. `trunkline tables` shows what is wrong with "
            "which file.",
        )

    @property
    def relation(self) -> Relation:
        """The table as a session sees it."""
        reading = self.reading
        return Relation(
            SCHEMA,
            self.name,
            tuple((column.name, column.type) for column in reading.columns) if reading else (),
            query=reading.sql if reading else "",
            opened=(str(self.file.path),) if reading else (),
            broken=self.broken,
        )


def tables_in(folder: Path | None, wanted: Wanted = lambda _: True) -> tuple[LocalTable, ...]:
    """The tables of a folder, by name; only those that are ``wanted`` are looked into.

    Files whose names would be one are one table, which is broken.
    """
    named = [(snake(Path(file.name).stem), file) for file in (files_in(folder) if folder else ())]
    doubled = clashes((name, file.name) for name, file in named)
    found: dict[str, LocalTable] = {}
    for name, file in sorted(named, key=lambda pair: pair[0]):
        if name in doubled:
            fault = f"{len(doubled[name])} files would be {name}: {', '.join(doubled[name])}"
            found[name] = LocalTable(name, file, fault=fault)
        elif name:
            found[name] = _table(name, file, is_wanted=wanted(name))
    return tuple(found.values())


def _table(name: str, file: LocalFile, *, is_wanted: bool) -> LocalTable:
    if file.fault or file.stamp is None or not is_wanted:
        return LocalTable(name, file, fault=file.fault)
    found = _inspected(file.path, file.stamp, is_parquet=file.is_parquet)
    if isinstance(found, str):
        return LocalTable(name, file, fault=found)
    return LocalTable(name, file, found)


@lru_cache(maxsize=256)
def _inspected(path: Path, stamp: Stamp, *, is_parquet: bool) -> Reading | str:
    """How a file is read, or what is wrong with it; looked for once as long as it is the same."""
    del stamp
    try:
        return parquet.reading_of(path) if is_parquet else csv.reading_of(path)
    except NoTable as error:
        return str(error)
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
