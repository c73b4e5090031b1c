"""How a chore's process ended, and what was held around it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.chaos.held import Holding
from tests.chaos.snapshots import Shelf
from tests.chaos.world import Ended, World


@dataclass(frozen=True, slots=True)
class Lived:
    """How a chore's process ended, what was held before and after, and the snapshots of both.

    ``alone``: no other process wrote meanwhile.
    """

    world: World
    ended: Ended
    before: Holding
    after: Holding
    shelves: tuple[Shelf, Shelf]
    alone: bool = True
