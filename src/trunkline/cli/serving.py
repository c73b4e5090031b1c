"""``sync --follow`` as a service: one of a data directory, with a line on its health each round."""

from __future__ import annotations

import re
from asyncio import CancelledError, TaskGroup
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from trunkline.cli.telling import put, tell
from trunkline.engine import Engine
from trunkline.engine.following import Rhythm, Round, follow
from trunkline.engine.health import health_of, words
from trunkline.engine.health_file import HealthFile
from trunkline.engine.standing import standing
from trunkline.engine.syncing import Synced, Wish
from trunkline.engine.together import each_of
from trunkline.errors import Interrupted, TrunklineError
from trunkline.lake.lock import serving

_FIGURES = re.compile(r"[0-9]+")
STOPPED = "stopped on request"
GOES_ON = "What has landed is kept, and jobs under way go on at the provider: start it again."


async def served(engine: Engine, rounds: Mapping[Wish, Callable[[], Awaitable[Synced]]]) -> None:
    """Follow each organisation until somebody stops it. Interrupted then.

    One whose ``follow`` raises leaves the others going on; what it raised is raised in the end. An
    error that is not of ours ends all of it: whoever watches over the process starts it again.
    """
    seams, home = engine.seams, engine.settings.home
    rhythm = Rhythm(seams.clock, engine.settings.refresh_time.total_seconds(), seams.random)
    names = [engine.of(wish.organization).organization for wish in rounds]
    try:
        async with serving(home, seams.clock, _waits):
            with _kept(HealthFile(home, seams.clock, rhythm.pause, names)) as file:
                works = {
                    wish.organization or "": _followed(engine, wish, again, rhythm, file)
                    for wish, again in rounds.items()
                }
                await _all(works)
    except CancelledError:
        raise Interrupted(STOPPED, hint=GOES_ON) from None


async def _all(works: Mapping[str, Coroutine[Any, Any, TrunklineError | None]]) -> None:
    """All to their end; what they came to is raised then."""
    try:
        async with TaskGroup() as group:
            tasks = {name: group.create_task(work) for name, work in works.items()}
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None

    def raised(name: str) -> None:
        if error := tasks[name].result():
            raise error

    each_of(tasks, raised, named=False)


async def _followed(
    engine: Engine,
    wish: Wish,
    again: Callable[[], Awaitable[Synced]],
    rhythm: Rhythm,
    file: HealthFile,
) -> TrunklineError | None:
    """Follow one for ever; the error that ended that."""
    try:
        await follow(again, _telling(engine, wish, rhythm, file), rhythm)
    except TrunklineError as error:
        if engine.catalogs.is_several:
            name = engine.of(wish.organization).organization
            file.give_up(name, error.message.removeprefix(f"{name}: "))
            tell(f"notice: {error.message}; it is not followed any more")
            if error.hint:
                tell(f"  {error.hint}")
        return error
    return None


def _telling(
    engine: Engine, wish: Wish, rhythm: Rhythm, file: HealthFile
) -> Callable[[Round], None]:
    parts = engine.of(wish.organization)
    whose = f"{parts.organization}: " if engine.catalogs.is_several else ""
    known: set[str] = set()

    def told(over: Round) -> None:
        nonlocal known
        if over.done is not None:
            known = _tell_new(over.done.notices, known)
        health = health_of(over, standing(parts, wish, over.ended), rhythm.pause)
        file.keep(parts.organization, health)
        if said := words(over):
            tell(f"notice: {'' if said.startswith(whose) else whose}{said}")
        if over.remind and over.trouble and over.trouble.error.hint:
            tell(f"  {over.trouble.error.hint}")
        put(f"{whose}{health}")

    return told


def _tell_new(notices: Iterable[str], known: set[str]) -> set[str]:
    """Tell what the round before did not say but for its figures; what this one says."""
    said = {_FIGURES.sub("", notice): notice for notice in notices}
    for shape, notice in said.items():
        if shape not in known:
            tell(f"notice: {notice}")
    return set(said)


@contextmanager
def _kept(file: HealthFile) -> Iterator[HealthFile]:
    """The file, which says at the end how it came to it."""
    try:
        yield file
    except (CancelledError, KeyboardInterrupt):
        file.end(STOPPED)
        raise
    except TrunklineError as error:
        file.end(f"{type(error).__name__}: {error.message}")
        raise
    except BaseException as error:
        file.end(type(error).__name__)
        raise


def _waits(process: int | None) -> None:
    who = f" ({process})" if process else ""
    tell(
        f"another `trunkline sync --follow`{who} serves this data directory; waiting for it to end"
    )
