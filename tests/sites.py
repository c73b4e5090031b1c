"""One gateway beside several simulated organisations: hosts, data and limits of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.fakes import VirtualClock, inline, run
from tests.gateway import NOW, MemoryTransport, Place, Wrap, same
from trunkline.config import GenesysSettings, Settings
from trunkline.engine import Options
from trunkline.engine.seams import Seams
from trunkline.engine.syncing import Synced, Wish
from trunkline.http.message import ConnectionFailed, Request, Response
from trunkline.organizations import Organization, prefix_of
from trunkline_simulator.settings import Settings as SimSettings
from trunkline_simulator.simulator import Simulator
from trunkline_simulator.truth import expected_rows


@dataclass(frozen=True, slots=True)
class Switch:
    """Brings each request to the organisation whose host it is for; those away answer nothing."""

    lines: Mapping[str, MemoryTransport]
    away: set[str]
    clock: VirtualClock

    async def send(self, request: Request, timeout: float) -> Response:
        _, name, _ = (urlsplit(request.url).hostname or "").split(".")
        if name in self.away:
            await self.clock.sleep(timeout)
            raise ConnectionFailed
        return await self.lines[name].send(request, timeout)

    async def close(self) -> None:
        return None


@dataclass(slots=True)
class Sites(Place):
    """Simulated organisations by name, the default one first; one data directory, one clock."""

    home: Path
    simulations: Mapping[str, SimSettings]
    limits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    start: datetime = NOW
    away: set[str] = field(default_factory=set)
    accounts: dict[str, GenesysSettings] = field(default_factory=dict)
    clock: VirtualClock = field(init=False)
    simulators: dict[str, Simulator] = field(init=False)
    _keys: Iterator[int] = field(default_factory=lambda: count(1_000_000), init=False)

    def __post_init__(self) -> None:
        self.clock = VirtualClock(self.start)
        self.simulators = {
            name: Simulator(simulation, self.clock.now)
            for name, simulation in self.simulations.items()
        }

    def requests(self, name: str) -> int:
        """How often an organisation was asked anything."""
        return len(self.simulators[name].state.log)

    def submits(self, name: str) -> int:
        """How many jobs an organisation accepted."""
        return sum(
            e.method == "POST" and e.path.endswith("/details/jobs") and e.status == 202
            for e in self.simulators[name].state.log
        )

    def world(self, wrap: Wrap = same) -> tuple[Settings, Seams]:
        """The settings of a client of all of them, and its network and time."""
        organizations = tuple(map(self._organization, self.simulations))
        lines = {n: MemoryTransport(s, self.clock) for n, s in self.simulators.items()}
        seams = Seams(
            clock=self.clock,
            transport=lambda: wrap(Switch(lines, self.away, self.clock)),
            offload=inline,
            new_key=lambda: f"{next(self._keys):032x}",
            random=lambda: 0.5,
        )
        return replace(self.settings, home=self.home, organizations=organizations), seams

    def _organization(self, name: str) -> Organization:
        client = self.simulations[name].clients[0]
        account = GenesysSettings(
            client_id=client.client_id,
            client_secret=client.secret,
            region="simulated",
            api_url=f"https://api.{name}.example",
            login_url=f"https://login.{name}.example",
            variables=prefix_of(name),
        )
        return Organization(name, self.accounts.get(name, account), self.limits.get(name, {}))

    def sync(self, wish: Wish, options: Options | None = None) -> Synced:
        """One round of sync of all that the wish is about."""
        with self.engine() as engine:
            return run(self.clock, engine.sync_each(wish, options or Options(), lambda _: None))

    def truth(self, name: str, table: str, first: date, last: date) -> list[dict[str, Any]]:
        """What the tables of an organisation must hold, by its simulator's own account."""
        simulation = self.simulations[name]
        lake = self.clock.now() - timedelta(seconds=simulation.lag_seconds)
        return expected_rows(simulation, table, first, last, lake)
