"""Whatever is fetched, refreshed, pruned, published and stopped: in the end both have the same.

A story is drawn from its number; a failing one is drawn the same again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from tests.fakes import run
from tests.gateway import Site
from tests.postgres_server import INSTALLED
from tests.publishing import Base, published, require_equal, there
from trunkline.config import Settings
from trunkline.engine import Options
from trunkline.engine.syncing import Wish as SyncWish
from trunkline.publish import Published, Wish
from trunkline.publish.progress import Day
from trunkline_simulator.settings import Settings as SimSettings
from trunkline_simulator.settings import Shape

pytestmark = pytest.mark.skipif(not INSTALLED, reason="needs PostgreSQL 15")

STORIES, STEPS = range(3, 6), 10
CHANGING = SimSettings(
    shape=Shape(per_day=2),
    page_rows=5,
    late_share=0.2,
    late_seconds=2 * 86_400,
    corrected_share=0.3,
    corrected_seconds=4 * 86_400,
    removed_share=0.2,
    removed_seconds=5 * 86_400,
)


@dataclass
class Story:
    """One data directory and one target, and what befalls them."""

    site: Site
    base: Base
    random: Random
    met: Counter[str]

    def step(self) -> None:
        acts: list[Callable[[], None]] = [
            self.fetch, self.refresh, self.refresh, self.wait, self.wait, self.prune,
            self.publish_some, self.stop, self.publish_all, self.publish_all,
        ]  # fmt: skip
        self.random.choice(acts)()

    def fetch(self) -> None:
        self._sync(refresh=False)

    def refresh(self) -> None:
        self._sync(refresh=True)

    def _sync(self, *, refresh: bool) -> None:
        now = self.site.clock.now()
        start = now - timedelta(days=self.random.randint(1, 12))
        end = min(now, start + timedelta(days=self.random.randint(1, 9)))
        wish = SyncWish(start=start, end=end if start < end else None, refresh=refresh)
        self.site.sync(wish, Options(tail=self.random.random() < 0.5))

    def wait(self) -> None:
        self.site.wait(hours=self.random.choice((1, 7, 30, 100)))

    def prune(self) -> None:
        with self.site.engine() as engine:
            run(self.site.clock, engine.prune(1, None, lambda _: None))

    def publish_some(self) -> None:
        start = self.site.clock.now() - timedelta(days=self.random.randint(1, 9))
        self._note(published(self.site, self.base, Wish(start=start)))

    def stop(self) -> None:
        most = self.random.randint(1, 5)

        def stopping(day: Day) -> None:
            if day.done == most:
                raise KeyboardInterrupt

        try:
            self._note(published(self.site, self.base, observe=stopping))
        except KeyboardInterrupt:
            self.met["stopped"] += 1

    def publish_all(self) -> None:
        self._note(published(self.site, self.base))
        require_equal(self.site, self.base)
        again = published(self.site, self.base)
        assert (again.published, again.removed, again.confirmed) == ((), (), ())

    def _note(self, done: Published) -> None:
        self.met["published"] += len(done.published)
        self.met["removed"] += len(done.removed)
        self.met["confirmed"] += len(done.confirmed)
        self.met["deleted"] += sum(done.deleted.values())
        self.met["altered"] += sum(done.altered.values())


def tell(seed: int, home: Path, server: Path, met: Counter[str]) -> None:
    random = Random(seed)  # noqa: S311
    settings = Settings(tail=random.random() < 0.5)
    shape = replace(CHANGING.shape, seed=seed)
    site = Site(home / "data", replace(CHANGING, shape=shape), settings)
    story = Story(site, Base.made(server), random, met)
    story.fetch()
    for _ in range(STEPS):
        story.step()
    story.publish_all()
    days = {row["conversation_start"].date() for row in there(story.base, "genesys.conversations")}
    assert days <= {*story.base.values("SELECT day FROM genesys.trunkline_days")}


def test_both_have_the_same_in_the_end(tmp_path: Path, server: Path) -> None:
    met = Counter[str]()
    for seed in STORIES:
        print(f"story {seed}")  # noqa: T201 (told where it fails)
        tell(seed, tmp_path / str(seed), server, met)
    wanted = {"published", "confirmed", "deleted", "stopped"}
    assert wanted <= {name for name, count in met.items() if count}, met
