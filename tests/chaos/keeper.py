"""Chores as a trial lives through them: done, judged, and every kept snapshot looked at again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.chaos.chores import CHORES, Beside, Chore, Single
from tests.chaos.doing import alone, beside
from tests.chaos.held import Holding, held
from tests.chaos.judgement import judge_lake
from tests.chaos.keeping import judge_chore, judge_counts, judge_time
from tests.chaos.keeping_met import met_in, met_with
from tests.chaos.lived import Lived
from tests.chaos.retaining import judge_pins
from tests.chaos.snapshots import Memory, Shelf, shelf
from tests.chaos.story import Ask
from tests.chaos.world import Ended, World

Judged = Callable[[Ended], Holding]
Heard = Callable[[Ask, Ended, Holding], None]


@dataclass(slots=True)
class Keeper:
    """Watches over the snapshots of one data directory."""

    world: World
    memory: Memory = field(init=False)
    met: Counter[str] = field(default_factory=Counter)
    last: Shelf = field(default_factory=Shelf)
    newest: Holding | None = None

    def __post_init__(self) -> None:
        self.memory = Memory(self.world.home)

    @property
    def has_chores(self) -> bool:
        """Whether the story has any."""
        return any(isinstance(action, CHORES) for action in self.world.story.actions)

    def does(self, chore: Chore, before: Holding, judged: Judged, heard: Heard) -> list[str]:
        """One chore, judged when it is over."""
        shown = shelf(self.world.home)
        if isinstance(chore, Beside):
            return self._together(chore, judged, heard, before, shown)
        ended = alone(self.world, chore)
        return self._judge(chore, ended, before, judged(ended), shown)

    def _together(
        self, chore: Beside, judged: Judged, heard: Heard, before: Holding, shown: Shelf
    ) -> list[str]:
        self.met["chores side by side"] += 1
        ends = beside(self.world, chore)
        readable = shelf(self.world.home).readable
        said = []
        for part, ended in zip(chore.parts, ends, strict=True):
            if not isinstance(part, Ask):
                after = judged(ended)
                said += self._judge(part, ended, before, after, shown, alone=False)
            elif _snapshot(ended) in {0, *readable}:
                heard(part, ended, before)
            else:
                judged(ended)  # what it read was pruned meanwhile
        return said

    def _judge(
        self,
        chore: Single,
        ended: Ended,
        before: Holding,
        after: Holding,
        shown: Shelf,
        *,
        alone: bool = True,
    ) -> list[str]:
        lived = Lived(
            self.world, ended, before, after, (shown, shelf(self.world.home)), alone=alone
        )
        self.met += met_in(chore, lived)
        pins = judge_pins(chore, lived) if alone else []
        return [*judge_chore(chore, lived), *pins]

    def looks(self, newest: Holding, ended: Ended) -> list[str]:
        """After every process: all that can be read is as it was, or as the provider had it."""
        said = judge_time(self.newest, newest) if self.newest else []
        self.newest = newest
        now = shelf(self.world.home)
        self.met += met_with(ended, self.world.home, self.last, now)
        self.last = now
        for number in self.memory.unseen(now):
            if number != newest.snapshot:
                said += judge_lake(self.world, held(self.world, number))
        said += self.memory.judge(now)
        return [*said, *judge_counts(self.world.story, newest, now)]


def _snapshot(ended: Ended) -> int:
    """The snapshot that was answered from, or was the newest when it ended."""
    prepared = getattr(ended.value, "prepared", None)
    return prepared.snapshot if prepared else ended.snapshot
