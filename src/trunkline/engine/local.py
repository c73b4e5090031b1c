"""The user's own files: as tables of every statement, and as what an answer rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from trunkline.catalog import folded
from trunkline.config import Settings
from trunkline.errors import ConfigError, UnusableFile
from trunkline.interval import iso
from trunkline.lake.local import SCHEMA, LocalTable, tables_in
from trunkline.lake.relation import Relation
from trunkline.planner.plans import FileRead


def folder_of(settings: Settings) -> Path | None:
    """The folder of local tables; None where there is none. ConfigError where it is no folder."""
    if not settings.local:
        return None
    folder = Path(settings.local).expanduser()
    if not folder.is_dir():
        raise ConfigError(
            f"there is no folder {folder}", hint="It is the setting local (TRUNKLINE_LOCAL)."
        )
    return folder


def local_tables(settings: Settings, sql: str | None = None) -> tuple[LocalTable, ...]:
    """The tables as they are now; looked into are those that a text may name, or all without one.

    No name can stand in a text otherwise than letter by letter, in either case of ASCII.
    """
    if not settings.local:
        return ()
    text = None if sql is None else folded(sql)
    if text is not None and SCHEMA not in text:
        return ()
    folder = Path(settings.local).expanduser()
    return tables_in(folder, lambda name: text is None or name in text)


def named_ones(tables: Iterable[LocalTable], named: Iterable[Relation]) -> tuple[LocalTable, ...]:
    """Those tables that are among the relations of a text."""
    names = {relation.name for relation in named if relation.schema == SCHEMA}
    return tuple(table for table in tables if table.name in names)


def files_read(tables: Iterable[LocalTable]) -> tuple[FileRead, ...]:
    """What is read of each table, with the hash of its bytes. UnusableFile where one has gone."""
    return tuple(map(_read, tables))


def _read(table: LocalTable) -> FileRead:
    try:
        sha256 = table.file.sha256()
    except OSError as error:
        raise _changed(table) from error
    require_unchanged((table,))
    stamp = table.file.stamp
    assert stamp is not None  # noqa: S101 (it has been read)
    return FileRead(table.qualified, table.file.name, stamp.size, stamp.modified_at, sha256)


def require_unchanged(tables: Sequence[LocalTable]) -> None:
    """UnusableFile where a file is not what was looked at any more."""
    for table in tables:
        if not table.file.unchanged:
            raise _changed(table)


def _changed(table: LocalTable) -> UnusableFile:
    return UnusableFile(
        f"{table.qualified} has changed while it was read: {table.file.name} is another file now",
        hint="Ask again: the next query reads it as it is then.",
    )


def told(files: Iterable[FileRead]) -> list[dict[str, object]]:
    """The files as a certificate names them."""
    return [
        {
            "table": file.table,
            "file": file.file,
            "bytes": file.size,
            "modified_at": iso(file.modified_at),
            "sha256": file.sha256,
        }
        for file in files
    ]
