"""The engine and the simulator in one process: a virtual clock, no socket, no waiting."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.fakes import VirtualClock, inline, run
from trunkline.config import GenesysSettings, Settings
from trunkline.engine import Engine, Options, Prepared
from trunkline.engine.events import Event
from trunkline.engine.seams import Seams
from trunkline.engine.syncing import Synced, Wish
from trunkline.http.message import BodyTruncated, ConnectionLost, Request, Response
from trunkline.jobs.runner import Outcome
from trunkline_simulator.messages import SimRequest
from trunkline_simulator.settings import Settings as SimSettings
from trunkline_simulator.settings import Shape
from trunkline_simulator.simulator import Simulator
from trunkline_simulator.truth import expected_rows

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
YEAR = "conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'"
SMALL = SimSettings(shape=Shape(per_day=4))


class MemoryTransport:
    """Asks the simulator directly; its delays pass on the virtual clock."""

    def __init__(self, simulator: Simulator, clock: VirtualClock) -> None:
        self.simulator = simulator
        self.clock = clock

    async def send(self, request: Request, timeout: float) -> Response:
        del timeout
        parts = urlsplit(request.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {**request.headers, "Accept-Encoding": "gzip"}
        answer = self.simulator.handle(
            SimRequest(request.method, path, headers, request.body or b"")
        )
        await self.clock.sleep(answer.delay or 0.05)
        if answer.fault == "reset":
            raise ConnectionLost
        if answer.fault == "truncate":
            raise BodyTruncated
        body = answer.body
        if answer.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        return Response(answer.status, dict(answer.headers), body, received=len(answer.body))

    async def close(self) -> None:
        return None


Wrap = Callable[[Any], Any]
"""What a transport is wrapped in."""


def same(transport: Any) -> Any:
    """The transport as it is."""
    return transport


class Place:
    """A data directory and a clock, and what commands do there: each opens the engine anew."""

    __slots__ = ()
    clock: VirtualClock

    def world(self, wrap: Wrap = same) -> tuple[Settings, Seams]:
        """The settings of a client, and its network and time."""
        raise NotImplementedError

    @contextmanager
    def engine(self, wrap: Wrap = same) -> Iterator[Engine]:
        engine = Engine(*self.world(wrap))
        try:
            yield engine
        finally:
            engine.close()

    def prepare(
        self, sql: str, options: Options | None = None, events: list[Event] | None = None
    ) -> Prepared:
        """Plan and fetch; the engine is opened and closed, as a command would do it."""
        heard = events if events is not None else []
        with self.engine() as engine:
            return run(self.clock, engine.prepare(sql, options or Options(), heard.append))

    def query(self, sql: str, options: Options | None = None) -> list[dict[str, Any]]:
        """The rows of a query."""
        with self.engine() as engine:
            prepared = run(self.clock, engine.prepare(sql, options or Options(), lambda _: None))
            with engine.answer(prepared) as answer:
                return [row for batch in answer.batches for row in batch.to_pylist()]

    def wait(self, **of: float) -> None:
        """Let time pass: hours=2."""
        run(self.clock, self.clock.sleep(timedelta(**of).total_seconds()))


@dataclass(slots=True)
class Site(Place):
    """One simulated organisation, one data directory, one clock."""

    home: Path
    simulation: SimSettings = SMALL
    settings: Settings = field(default_factory=Settings)
    start: datetime = NOW
    clock: VirtualClock = field(init=False)
    simulator: Simulator = field(init=False)
    _keys: Iterator[int] = field(default_factory=count, init=False)

    def __post_init__(self) -> None:
        self.clock = VirtualClock(self.start)
        self.simulator = Simulator(self.simulation, self.clock.now)

    def simulate(self, simulation: SimSettings) -> None:
        """Go on with a provider that behaves otherwise; its tokens and jobs are kept."""
        state = self.simulator.state
        self.simulation = simulation
        self.simulator = Simulator(simulation, self.clock.now)
        self.simulator.state = state

    @property
    def requests(self) -> list[tuple[str, str, int]]:
        """Everything the provider was asked: method, path, status."""
        return [(e.method, e.path, e.status) for e in self.simulator.state.log]

    def submits(self) -> int:
        """How many jobs the provider accepted."""
        return sum(
            method == "POST" and path.endswith("/details/jobs") and status == 202
            for method, path, status in self.requests
        )

    def world(self, wrap: Wrap = same) -> tuple[Settings, Seams]:
        """The settings of a client of the organisation, and its network and time."""
        client = self.simulation.clients[0]
        genesys = GenesysSettings(
            client_id=client.client_id,
            client_secret=client.secret,
            region="simulated",
            api_url="https://api.simulated.example",
            login_url="https://login.simulated.example",
        )
        values = {
            name: getattr(self.settings, name)
            for name in Settings.__dataclass_fields__
            if name not in ("home", "genesys")
        }
        seams = Seams(
            clock=self.clock,
            transport=lambda: wrap(MemoryTransport(self.simulator, self.clock)),
            offload=inline,
            new_key=lambda: f"{next(self._keys):032x}",
            random=lambda: 0.5,
        )
        return Settings(home=self.home, genesys=genesys, **values), seams

    def sync(self, wish: Wish, options: Options | None = None) -> Synced:
        """One round of sync; the engine is opened and closed, as a command would do it."""
        with self.engine() as engine:
            return run(self.clock, engine.sync(wish, options or Options(), lambda _: None))

    def resume(self) -> Outcome:
        """Go on with what is unfinished."""
        with self.engine() as engine:
            return run(self.clock, engine.resume(lambda _: None))[0]

    def truth(self, table: str, first: date, last: date) -> list[dict[str, Any]]:
        """What the tables must hold, by the simulator's own account."""
        lake = self.clock.now() - timedelta(seconds=self.simulation.lag_seconds)
        return expected_rows(self.simulation, table, first, last, lake)


KEYS = {
    "conversations": ("conversation_id",),
    "participants": ("conversation_id", "participant_id"),
    "sessions": ("conversation_id", "participant_id", "session_id"),
    "segments": ("conversation_id", "participant_id", "session_id", "ordinal"),
    "session_metrics": ("conversation_id", "participant_id", "session_id", "ordinal"),
    "participant_attributes": ("conversation_id", "participant_id", "name"),
    "session_flows": ("conversation_id", "participant_id", "session_id"),
    "flow_outcomes": ("conversation_id", "participant_id", "session_id", "ordinal"),
    "media_endpoint_stats": ("conversation_id", "participant_id", "session_id", "ordinal"),
    "conversation_evaluations": ("conversation_id", "evaluation_id"),
    "conversation_surveys": ("conversation_id", "survey_id"),
    "conversation_resolutions": ("conversation_id", "ordinal"),
    "finance.session_numbers": ("conversation_id", "participant_id", "session_id"),
}
TABLES = tuple(KEYS)


def same_rows(table: str, found: Sequence[dict[str, Any]], truth: Sequence[dict[str, Any]]) -> None:
    """Assert that both have the same rows, over every column the truth lists.

    A natural key stands as often as the provider repeats its ids; rows of one are compared as a
    whole, in any order.
    """
    have, want = _by_natural_key(table, found), _by_natural_key(table, truth)
    assert have.keys() == want.keys()
    for key, rows in want.items():
        listed = [{name: row[name] for name in rows[0]} for row in have[key]]
        for row in rows:
            assert row in listed, f"{table} {key}"
            listed.remove(row)
        assert listed == [], f"{table} {key}"


def _by_natural_key(
    table: str, rows: Sequence[dict[str, Any]]
) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    by_key: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        by_key.setdefault(tuple(row[name] for name in KEYS[table]), []).append(row)
    return by_key
