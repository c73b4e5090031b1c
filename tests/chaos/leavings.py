"""What a story leaves behind on the disk: files that nobody names, and anything personal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from random import Random

from tests.chaos.held import held, texts_of
from tests.chaos.world import World
from trunkline_simulator.personal import planted_values


def strays(world: World) -> list[str]:
    """Files that nobody names, and names without a file."""
    named = held(world).named
    lying = (path for path in (world.home / "files").rglob("*") if path.is_file())
    files = {path.relative_to(world.home).as_posix() for path in lying}
    return [
        *(f"an orphan: {path}" for path in sorted(files - named)),
        *(f"named and gone: {path}" for path in sorted(named - files)),
    ]


def personal(world: World, asked: Iterable[date], more: Iterable[str] = ()) -> list[str]:
    """Some of the values planted in some days, looked for in every byte of the data directory.

    ``more`` are all looked for.
    """
    draw = Random(world.story.seed)  # noqa: S311
    shape, days = world.story.provider.shape, sorted(set(asked))
    planted = sorted(
        value
        for day in draw.sample(days, min(3, len(days)))
        for value in planted_values(shape, day)
        if len(value) > 4
    )
    wanted = [
        value.encode(errors="backslashreplace")
        for value in (*draw.sample(planted, min(60, len(planted))), *more)
    ]
    content = b"\n".join(_content(path) for path in world.home.rglob("*") if path.is_file())
    return [f"something personal is on the disk: {value!r}" for value in wanted if value in content]


def _content(path: Path) -> bytes:
    """The bytes of a file; of a Parquet file, what its texts say: nothing else can be personal."""
    if path.suffix != ".parquet":
        return path.read_bytes()
    return "\n".join(texts_of(path)).encode(errors="backslashreplace")
