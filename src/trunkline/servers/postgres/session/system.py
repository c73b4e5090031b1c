"""Questions to the system catalogue: a session of it for each of ours, asked by one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from trunkline.lake.beside import INTERRUPT_EVERY
from trunkline.lake.session import Answer
from trunkline.servers.postgres.catalogue import SessionFacts, SystemCatalogue, SystemSession
from trunkline.servers.postgres.session.rows import Does
from trunkline.servers.postgres.sql import Known

T = TypeVar("T")


@dataclass(slots=True)
class System:
    """The session of the catalogue, made when it is first asked; and its temporary tables.

    ``thread`` does work of it.
    """

    catalogue: SystemCatalogue
    thread: Does
    _session: SystemSession | None = None
    _about: SessionFacts | None = None
    _number: int = 0  # of what it does or did last
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def scratch(self) -> Mapping[str, Known]:
        """The temporary tables that there are."""
        return self._session.facts().scratch if self._session else {}

    async def do(self, about: SessionFacts, work: Callable[[SystemSession], T]) -> T:
        """Ask it, as whoever asks is by now."""
        async with self._turn:
            self._number += 1
            return await self.thread(lambda: work(self._asked(about)))

    async def read(self, work: Callable[[], T]) -> T:
        """Read rows of the last answer."""
        async with self._turn:
            self._number += 1
            return await self.thread(work)

    def ask(self) -> None:
        """Stop what it does."""
        self._interrupt(self._number)

    def _interrupt(self, number: int) -> None:
        """Again and again: an interrupt between two statements is forgotten by the next one."""
        if number == self._number and self._turn.locked():
            if self._session:  # the first question makes it, and may not have done so yet
                self._session.interrupt()
            loop = asyncio.get_running_loop()
            loop.call_later(INTERRUPT_EVERY, self._interrupt, number)

    async def forget(self, answer: Answer) -> None:
        """Nobody reads an answer on."""
        if session := self._session:
            await self.read(lambda: session.forget(answer))

    async def close(self) -> None:
        """Its tables go with it."""
        if session := self._session:
            self._session = None
            await self.read(session.close)

    def _asked(self, about: SessionFacts) -> SystemSession:
        if self._session is None:
            self._session = self.catalogue.session(about)
        elif about != self._about:
            self._session.change(about)
        self._about = about
        return self._session
