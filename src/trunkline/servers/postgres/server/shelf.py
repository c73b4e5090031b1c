"""The system catalogues that sessions share: one for all who see the same relations."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from trunkline.engine import Engine
from trunkline.engine.reader import Reader
from trunkline.servers.desks import Desks
from trunkline.servers.postgres.catalogue import RelationShown, RoleShown, SystemCatalogue
from trunkline.servers.postgres.catalogue.ours import every_shown, shown_to

MOST = 8  # each takes some 20 MB

Key = tuple[str, tuple[RoleShown, ...], tuple[RelationShown, ...]]


@dataclass(slots=True)
class Shelf:
    """Made when they are first wanted; the one that was not wanted for longest goes."""

    desks: Desks
    _held: OrderedDict[Key, SystemCatalogue] = field(default_factory=OrderedDict)
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(
        self, reader: Reader | None, database: str, roles: Iterable[RoleShown]
    ) -> SystemCatalogue:
        """What a reader sees of a database of a name; None is whoever uses the settings."""
        every, visible = await self.desks.do(_relations, reader)
        key = database, tuple(roles), visible
        async with self._making:
            if key not in self._held:
                made = await self.desks.ask(partial(_made, every, key))
                self._held[key] = made
            self._held.move_to_end(key)
            while len(self._held) > MOST:
                self._held.popitem(last=False)
            return self._held[key]


def _relations(
    engine: Engine, reader: Reader | None
) -> tuple[tuple[RelationShown, ...], tuple[RelationShown, ...]]:
    every = every_shown(engine)
    return every, shown_to(engine, reader) if reader else every


def _made(every: tuple[RelationShown, ...], key: Key) -> SystemCatalogue:
    database, roles, visible = key
    return SystemCatalogue(every, database, visible, roles)
