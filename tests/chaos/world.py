"""The world a story happens in: one provider, one data directory, one clock, many processes."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from tests.chaos.network import Line, Sent
from tests.chaos.process import (
    Killed,
    Process,
    ProcessClock,
    connecting,
    offloading,
    running,
)
from tests.chaos.records import Records
from tests.chaos.story import Ask, Fate, Story, Weather
from tests.chaos.submits import Submits
from tests.fakes import VirtualClock, run
from trunkline.config import GenesysSettings, Settings
from trunkline.engine import Engine, Options, Prepared
from trunkline.engine.events import Observe
from trunkline.engine.seams import Seams
from trunkline.errors import TrunklineError
from trunkline.lake.lake import CATALOGUE
from trunkline_simulator.settings import Settings as Provider
from trunkline_simulator.simulator import Simulator

MANY = 40  # rows of a page in the end: what short pages do was tried by then
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Answered:
    """A query that was answered: its rows and what it rests on."""

    prepared: Prepared
    rows: Rows


@dataclass(frozen=True, slots=True)
class Ended:
    """How one process ended: with a value, with an error of ours, killed, or with a defect.

    ``snapshot`` was the newest then; ``began`` and ``ended`` are by its own clock.
    """

    process: Process
    began: datetime
    ended: datetime
    sent: tuple[Sent, ...]
    snapshot: int = 0
    value: Any = None
    error: TrunklineError | None = None
    defect: BaseException | None = None

    @property
    def killed(self) -> bool:
        """Whether it was killed."""
        return self.process.dead

    def __str__(self) -> str:
        if self.killed:
            return f"killed at {self.process.kill}"
        if self.defect is not None:
            return f"a defect: {self.defect!r}"
        if self.error is not None:
            return f"{type(self.error).__name__}: {self.error.message}"
        return f"well, {len(self.value.rows)} rows" if isinstance(self.value, Answered) else "well"


Work = Callable[[Engine, Observe], Awaitable[Any]]
"""What a command does."""

Plant = Callable[[Seams, Process], Seams]
"""A bug for a process to have, planted at its seams."""


def no_plant(seams: Seams, _: Process) -> Seams:
    """No bug."""
    return seams


@dataclass(slots=True)
class World:
    """Lives through a story. ``sent`` is everything that was ever asked of the provider.

    ``well`` is what was held against the truth and found to be the same.
    """

    home: Path
    story: Story
    plant: Plant = no_plant
    clock: VirtualClock = field(init=False)
    simulator: Simulator = field(init=False)
    submits: Submits = field(init=False)
    records: Records = field(default_factory=Records)
    sent: list[Sent] = field(default_factory=list)
    well: set[tuple[Any, ...]] = field(default_factory=set)
    _keys: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.clock = VirtualClock(self.story.start)
        self.simulator = Simulator(self.story.provider, self.clock.now)
        self.submits = Submits(lambda: self.simulator)

    def become(self, weather: Weather) -> None:
        """The provider goes on otherwise; what it knows it keeps."""
        state = self.simulator.state
        behind = state.seen["jobs"]
        faults = tuple(
            fault if fault.nth is None else replace(fault, nth=behind + fault.nth)
            for fault in weather.provider.job_faults
        )
        self.simulator = Simulator(replace(weather.provider, job_faults=faults), self.clock.now)
        self.simulator.state = state

    def heal(self) -> None:
        """A good day again, with the rights as they are now, or as they were first."""
        now, first = self.simulator.settings.clients, self.story.provider.clients
        clients = now if self.story.seed % 2 else first
        rows = max(self.story.provider.page_rows, MANY)
        self.become(Weather(replace(self.story.provider, clients=clients, page_rows=rows)))

    @property
    def provider(self) -> Provider:
        """How the provider behaves now."""
        return self.simulator.settings

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        run(self.clock, self.clock.sleep(seconds))

    def alone(self, fate: Fate, work: Work, **more: Any) -> Ended:
        """One process from its beginning to its end."""
        return run(self.clock, self.process(fate, work, **more))

    def ask(self, ask: Ask, **more: Any) -> Ended:
        """One query."""
        return self.alone(ask.fate, answering(ask), **more)

    def together(self, one: Ask, other: Ask) -> tuple[Ended, Ended]:
        """Two queries at once."""

        async def both() -> tuple[Ended, Ended]:
            return await asyncio.gather(
                self.process(one.fate, answering(one)), self.process(other.fate, answering(other))
            )

        return run(self.clock, both())

    def process(self, fate: Fate, work: Work, **more: Any) -> Coroutine[Any, Any, Ended]:
        """A process that opens the data directory, does its work, and ends as it is to end.

        ``more`` are settings that differ from their defaults.
        """
        skew = timedelta(seconds=fate.skew)
        process = Process(self.home, fate.kill, fate.full_after, skew, fate.merging)
        record: list[Sent] = []
        seams = self.plant(self._seams(process, record), process)
        settings = Settings(home=self.home, genesys=self._genesys(), **more)

        async def life() -> Ended:
            began = seams.clock.now()
            outcome = await _lived(process, settings, seams, work)
            self.sent += record
            return Ended(
                process, began, seams.clock.now(), tuple(record), snapshot=self.newest(), **outcome
            )

        return life()

    def newest(self) -> int:
        """The newest snapshot at this moment."""
        asked = "SELECT coalesce(max(snapshot), 0) FROM snapshots"
        with suppress(sqlite3.OperationalError):  # it is not there yet, or has no tables
            path = f"{(self.home / CATALOGUE).as_uri()}?mode=ro"
            with closing(sqlite3.connect(path, uri=True)) as db:
                return int(db.execute(asked).fetchone()[0])
        return 0

    def _seams(self, process: Process, record: list[Sent]) -> Seams:
        return Seams(
            clock=ProcessClock(self.clock, process),
            transport=lambda: Line(
                self.simulator, self.clock, process, record, self.submits, self.records
            ),
            offload=offloading(process),
            new_key=lambda: f"{next(self._keys):032x}",
            random=lambda: 0.5,
            connect=connecting(process),
        )

    def _genesys(self) -> GenesysSettings:
        client = self.simulator.settings.clients[0]
        return GenesysSettings(
            client_id=client.client_id,
            client_secret=client.secret,
            region="simulated",
            api_url="https://api.simulated.example",
            login_url="https://login.simulated.example",
        )


async def _lived(
    process: Process,
    settings: Settings,
    seams: Seams,
    work: Work,
) -> dict[str, Any]:
    engine = None
    with running(process):
        try:
            engine = Engine(settings, seams)
            return {"value": await work(engine, process.hear)}
        except Killed:
            return {}
        except TrunklineError as error:
            return {"error": error}
        except Exception as defect:  # noqa: BLE001  (whatever it is, it is a defect)
            return {"defect": defect}
        finally:
            if engine is not None:
                with suppress(Killed):
                    engine.close()


class Query(Protocol):
    """A text in a time zone, whatever it is about."""

    @property
    def sql(self) -> str:
        """The statement."""
        ...

    @property
    def zone(self) -> str:
        """The session's."""
        ...

    @property
    def allow_partial(self) -> bool:
        """Whether an answer may lack days."""
        ...


def answering(ask: Query) -> Work:
    """The work of a query: fetch what is missing, read the rows."""

    async def work(engine: Engine, observe: Observe) -> Answered:
        options = Options(time_zone=ask.zone, allow_partial=ask.allow_partial, tail=False)
        prepared = await engine.prepare(ask.sql, options, observe)
        with engine.answer(prepared) as answer:
            found = pa.Table.from_batches(answer.batches, answer.schema)
            rows = in_utc(found).to_pylist()
        return Answered(prepared, rows)

    return work


def in_utc(rows: pa.Table) -> pa.Table:
    """Two instants of the hour that comes twice are not equal to themselves in another zone."""
    types = {f.name: f.type for f in rows.schema if pa.types.is_timestamp(f.type) and f.type.tz}
    for name, type_ in types.items():
        place = rows.schema.get_field_index(name)
        rows = rows.set_column(place, name, rows[name].cast(pa.timestamp(type_.unit, "UTC")))
    return rows


async def resuming(engine: Engine, observe: Observe) -> None:
    """The work of ``jobs resume``."""
    await engine.resume(observe)


def cancelling(nth: int) -> Work:
    """The work of ``jobs cancel``; nothing where there is no such job."""

    async def work(engine: Engine, observe: Observe) -> None:
        unfinished = [job for job in engine.jobs() if job.unfinished]
        if unfinished:
            await engine.cancel(unfinished[nth % len(unfinished)].key, observe)

    return work
