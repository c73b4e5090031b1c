r"""Publishing beside psql's \copy of the same rows, in one run.

    python -m benchmarks.publish [conversations a day] [days]

Both write into empty tables with the same keys, foreign keys and indexes, of the same server; psql
has the rows in files already, one a table. The second publish finds nothing to do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from tests.gateway import NOW, Site
from tests.postgres_server import BINARIES, INSTALLED, running
from tests.publishing import TREE, Base, published
from trunkline.engine.syncing import Wish as SyncWish
from trunkline.publish.shapes import shapes_of
from trunkline_simulator.settings import Settings, Shape

T = TypeVar("T")


def main() -> None:
    """Print rows per second of both."""
    if not INSTALLED:
        print("needs PostgreSQL 15")
        return
    per_day, days = (int(text) for text in (sys.argv[1:] or ["200", "31"]))
    with running() as server, tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder) / "data", Settings(shape=Shape(per_day=per_day)))
        first = datetime.combine(NOW.date(), datetime.min.time(), UTC) - timedelta(days=days)
        site.sync(SyncWish(start=first))
        base, peer = Base.made(server), Base.made(server)
        used = time.process_time()
        _, ours = _timed(lambda: published(site, base))
        used = time.process_time() - used
        rows = {table: base.values(f"SELECT count(*) FROM genesys.{table}")[0] for table in TREE}
        files = _exported(base, Path(folder))
        _copy_schema(base, peer)
        _, theirs = _timed(lambda: _copied(site, peer, files))
        _, again = _timed(lambda: published(site, base))
    total = sum(rows.values())
    print(f"{total:,} rows of {len(rows)} tables, {days} days, {os.cpu_count()} processors")
    print(f"{'trunkline publish':28} {ours:7.2f} s {total / ours:10,.0f} rows/s")
    print(f"{'  of it this process':28} {used:7.2f} s {total / used:10,.0f} rows/s")
    peer_name = "psql \\copy, from files"
    print(f"{peer_name:28} {theirs:7.2f} s {total / theirs:10,.0f} rows/s")
    print(f"{'trunkline publish, again':28} {again:7.2f} s")


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    done = work()
    return done, time.perf_counter() - began


def _psql(base: Base, *arguments: str) -> None:
    subprocess.run([BINARIES / "psql", "-q", "-X", base.url, *arguments], check=True)


def _exported(base: Base, folder: Path) -> dict[str, Path]:
    files = {table: folder / f"{table}.copy" for table in TREE}
    for table, path in files.items():
        _psql(base, "-c", f"\\copy genesys.{table} TO '{path}'")
    return files


def _copy_schema(base: Base, peer: Base) -> None:
    dumped = subprocess.run(
        [BINARIES / "pg_dump", "--schema-only", base.url], check=True, capture_output=True
    )
    subprocess.run(
        [BINARIES / "psql", "-q", "-X", peer.url], check=True, input=dumped.stdout,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def _copied(site: Site, peer: Base, files: dict[str, Path]) -> None:
    with site.engine() as engine:
        tables = [t for t in engine.catalog.tables if t.schema is None]
    for shape in shapes_of(tables):  # those above before those below
        _psql(peer, "-c", f"\\copy genesys.{shape.name} FROM '{files[shape.name]}'")


if __name__ == "__main__":
    main()
