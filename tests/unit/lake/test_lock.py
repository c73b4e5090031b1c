"""One writer at a time; who waits is told once and goes on when the other is done."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.fakes import VirtualClock, run
from trunkline.lake.lock import WriterLock


def test_the_second_writer_waits_for_the_first(tmp_path: Path) -> None:
    clock = VirtualClock()
    heard: list[str] = []

    async def write(name: str) -> None:
        async with WriterLock(tmp_path, clock).held(
            lambda who: heard.append(f"{name} waits for {who}")
        ):
            heard.append(f"{name} begins")
            await clock.sleep(10)
            heard.append(f"{name} ends")

    async def both() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(write("one"))
            group.create_task(write("two"))

    run(clock, both())
    assert heard == [
        "one begins",
        f"two waits for {os.getpid()}",
        "one ends",
        "two begins",
        "two ends",
    ]


def test_an_error_lets_go_of_the_lock(tmp_path: Path) -> None:
    clock = VirtualClock()
    heard: list[str] = []

    async def write(error: Exception | None) -> None:
        async with WriterLock(tmp_path, clock).held(lambda _: heard.append("waits")):
            if error:
                raise error

    with pytest.raises(ValueError, match="broken"):
        run(clock, write(ValueError("broken")))
    run(clock, write(None))
    assert heard == []


def test_the_tasks_of_one_process_share_it(tmp_path: Path) -> None:
    """Whoever takes it for the process sweeps; who joins would sweep what the others stage."""
    clock = VirtualClock()
    heard: list[str] = []
    ours, theirs = WriterLock(tmp_path, clock), WriterLock(tmp_path, clock)

    async def write(lock: WriterLock, name: str, after: float, seconds: float) -> None:
        await clock.sleep(after)
        async with lock.held(
            lambda _: heard.append(f"{name} waits"), lambda: heard.append(f"{name} sweeps")
        ):
            heard.append(f"{name} begins")
            await clock.sleep(seconds)
        heard.append(f"{name} ends")

    async def all_of() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(write(ours, "one", 0, 10))
            group.create_task(write(ours, "two", 1, 20))
            group.create_task(write(theirs, "other", 2, 1))

    run(clock, all_of())
    assert heard == [
        "one sweeps",
        "one begins",
        "two begins",
        "other waits",
        "one ends",
        "two ends",
        "other sweeps",
        "other begins",
        "other ends",
    ]
