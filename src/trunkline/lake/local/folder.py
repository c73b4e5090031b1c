"""The files of a folder that can be tables, and how each is told from what it was before."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

ENDINGS = (".parquet", ".csv", ".tsv")
_PATTERN = frozenset("*?[]{}")  # which DuckDB would look for files by


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when a file does: two equal ones are of the same bytes."""

    size: int
    modified_ns: int
    changed_ns: int
    inode: int

    @property
    def modified_at(self) -> datetime:
        """When its bytes were last written."""
        return datetime.fromtimestamp(self.modified_ns // 1000 / 1_000_000, UTC)


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file by its name in the folder, and the path it is read by, which is no link.

    ``fault`` says why it cannot be a table, in words for a user.
    """

    name: str
    path: Path
    stamp: Stamp | None = None
    fault: str | None = None

    @property
    def is_parquet(self) -> bool:
        """Whether it is to be read as Parquet; as text otherwise."""
        return Path(self.name).suffix.lower() == ".parquet"

    @property
    def unchanged(self) -> bool:
        """Whether the file is still the one that was looked at."""
        return stamp_of(self.path) == self.stamp

    def sha256(self) -> str:
        """The hash of its bytes, as ``sha256sum`` prints it. OSError where it cannot be read."""
        return _sha256(self.path, self.stamp)


def files_in(folder: Path) -> tuple[LocalFile, ...]:
    """Every file of a folder that could be a table, by name; none where there is no folder.

    Not those that begin with a point or with ``~$``, as locks and half-written files do, nor what
    lies in folders below. A link is followed as far as the folder reaches.
    """
    try:
        names = sorted(path.name for path in folder.iterdir())
        inside = folder.resolve()
    except OSError:
        return ()
    paths = (
        inside / name
        for name in names
        if Path(name).suffix.lower() in ENDINGS and not name.startswith((".", "~$"))
    )
    found = (_looked_at(path, inside) for path in paths)
    return tuple(file for file in found if file)


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a plain file that is no link; None where there is none."""
    try:
        found = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def _looked_at(path: Path, folder: Path) -> LocalFile | None:
    """A file of the folder; None where it is none, or gone again. A link has its own name."""
    meant = path
    if path.is_symlink():
        try:
            meant = path.resolve(strict=True)
        except (OSError, RuntimeError):
            return LocalFile(path.name, path, fault="it is a link that leads nowhere")
        if not meant.is_relative_to(folder):
            return LocalFile(path.name, path, fault="it is a link that leads out of the folder")
    if _PATTERN & set(str(meant)):
        return LocalFile(
            path.name, path, fault="its path has one of * ? [ ] { }: name it otherwise"
        )
    stamp = stamp_of(meant)
    return LocalFile(path.name, meant, stamp) if stamp else None


@lru_cache(maxsize=256)
def _sha256(path: Path, stamp: Stamp | None) -> str:
    del stamp  # what the hash is kept by
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
