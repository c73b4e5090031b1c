"""One story of aggregates and lists from its first draw to its verdict."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

from tests.chaos.direct.actions import Anew, Both, Moved, Present, Single, Sums, Whole
from tests.chaos.direct.budget import judge_budget, judge_walks
from tests.chaos.direct.drawing import singles
from tests.chaos.direct.hearing import Hearing
from tests.chaos.direct.judgement import REFRESH, Asked, judge_horizons, judge_shelf, judge_sums
from tests.chaos.direct.listing import Lists, judge_refused, judge_whole
from tests.chaos.direct.met import met_between, met_by, met_in_all
from tests.chaos.direct.shelf import SUMS, Shelf, listed_rows, shelf_of
from tests.chaos.judgement import judge_end, judge_patience, went_well
from tests.chaos.leavings import personal, strays
from tests.chaos.network import Sent
from tests.chaos.story import DAY, Action, Fate, Resume, Story, Wait, Weather
from tests.chaos.trial import SELDOM, TRIES, Verdict
from tests.chaos.world import (
    Answered,
    Ended,
    Plant,
    Work,
    World,
    answering,
    no_plant,
    resuming,
)
from tests.fakes import run
from trunkline.engine import Engine, Options
from trunkline.engine.events import Observe
from trunkline.engine.syncing import Synced, Wish
from trunkline.errors import IncompleteData, PermissionMissing, UsageError
from trunkline_simulator.directory import organisation_of

MONTH = 31 * 86_400  # seconds
USUAL = {"aggregate_minutes": 60}


@dataclass(slots=True)
class _Trial:
    world: World
    hearing: Hearing
    lists: Lists = field(init=False)
    violations: list[str] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    tale: list[str] = field(default_factory=list)
    newest: Shelf = field(init=False)

    def __post_init__(self) -> None:
        self.lists = Lists(self.world, self.hearing)
        self.newest = shelf_of(self.world)

    def lives(self, action: Action) -> None:
        """One action, judged when it is over."""
        self.tale.append(f"- {action}")
        self.hearing.begins(getattr(action, "moves", ()))
        match action:
            case Wait(seconds):
                self.world.wait(seconds)
            case Weather() as weather:
                changes = self.world.provider.changes
                self.world.become(Weather(replace(weather.provider, changes=changes)))
            case Moved():
                self.met["change while nobody looks"] += 1
            case Resume(fate):
                self.judged(self.world.alone(fate, resuming, **USUAL))
            case Both(one, other):
                self.together(one, other)
            case Sums() | Whole() | Present() | Anew() as single:
                self.asked(single)

    def asked(self, single: Single, **more: int) -> Ended:
        """One process that asks. ``more`` are settings that differ from its own."""
        before = self.newest
        settings = {**single.settings, **more}
        ended = self.world.alone(single.fate, work_of(single), **settings)
        self.heard(single, ended, before, settings)
        return ended

    def together(self, one: Single, other: Single) -> None:
        """Two at once."""
        before = self.newest
        self.hearing.begins((*one.moves, *other.moves))

        async def both() -> list[Ended]:
            return await asyncio.gather(
                *(self.world.process(s.fate, work_of(s), **s.settings) for s in (one, other))
            )

        ends = run(self.world.clock, both())
        for single, ended in zip((one, other), ends, strict=True):
            self.heard(single, ended, before, single.settings)

    def heard(self, single: Single, ended: Ended, before: Shelf, settings: dict[str, int]) -> None:
        """What a process's answer is worth."""
        after = self.judged(ended)
        if isinstance(ended.value, Answered) and ended.value.prepared.snapshot != after.snapshot:
            after = shelf_of(self.world, ended.value.prepared.snapshot)
            self.wrong(judge_shelf(self.world, self.hearing, after))
        match single:
            case Sums() as sums:
                refresh = settings.get("refresh_after", REFRESH)
                of = Asked(self.world, self.hearing, sums, ended, before, after, refresh)
                self.wrong(judge_sums(of))
            case Whole() as whole:
                self.whole(replace(whole, age=settings["reference_refresh_after"]), ended, after)
            case Present() as present:
                self.present(present, ended, before, after)
            case Anew() as anew:
                self.anew(anew, ended)

    def whole(self, whole: Whole, ended: Ended, after: Shelf) -> None:
        """A list that was asked for."""
        if isinstance(ended.value, Answered):
            dataset = "queues" if whole.table == "queue_media_settings" else whole.table
            rows = listed_rows(self.world, dataset, after.snapshot)[whole.table]
            self.wrong(judge_whole(whole, ended, rows, after.lists.get(dataset)))
            self.met["list answered from what is held"] += not ended.sent
            self.met["list that could not be had, answered partly"] += any(
                "could not be fetched" in notice for notice in ended.value.prepared.notices
            )
        elif ended.error is not None:
            self.wrong(judge_refused(whole, ended))
            self.met["error that names a list"] += "could not be fetched" in ended.error.message

    def present(self, present: Present, ended: Ended, before: Shelf, after: Shelf) -> None:
        """What is now is written nowhere."""
        if not isinstance(ended.value, Answered):
            return
        self.met["look at what is now"] += 1
        told = ended.value.prepared.certificate["observed"][present.table]
        if told["rows"] != len(ended.value.rows) or told["quarantined"]:
            self.wrong([f"{present.table}: {told} said, {len(ended.value.rows)} rows"])
        if ended.process.waited is False and before.snapshot != after.snapshot:
            self.wrong([f"{present.table} was written down"])
        self.wrong(_sent_as_said(ended))

    def anew(self, anew: Anew, ended: Ended) -> None:
        """What was fetched again is of now."""
        if not isinstance(ended.value, Synced):
            return
        self.met[f"{anew.how} of {'aggregates' if anew.first else 'a list'}"] += 1
        began = ended.began - ended.process.skew
        if anew.how == "refresh" and anew.first is None:
            name = anew.tables[0]
            last = self.hearing.lists[self.newest.lists[name].job][-1].at
            if last < began:
                self.wrong([f"{name} was to be fetched again, and is of {last}"])

    def judged(self, ended: Ended) -> Shelf:
        """How a process ended, and what is held after it."""
        self.tale += [f"    {sent}" for sent in ended.sent]
        self.tale.append(f"    => {ended}")
        forbidden = any(sent.status == 403 for sent in ended.sent)
        if not (forbidden and isinstance(ended.error, PermissionMissing)):
            self.wrong(judge_end(ended))
        self.wrong(judge_patience(ended))
        before, after = self.newest, shelf_of(self.world)
        self.wrong(judge_shelf(self.world, self.hearing, after))
        self.wrong(judge_horizons(self.hearing, after))
        self.wrong(judge_walks(self.world, self.hearing, after))
        self.wrong(self.lists.judge(after.snapshot))
        self.met += met_by(ended) + met_between(self.hearing, before, after)
        self.newest = after
        return after

    def wrong(self, said: list[str]) -> None:
        """Note what is not as it must be."""
        self.violations += said
        self.tale += [f"    !! {text}" for text in said]

    def heals(self) -> None:
        """In the end the provider is well, and everything that was ever asked for is had."""
        self.tale.append("- the provider is well again")
        story, now = self.world.story, self.world.provider
        clients = now.clients if story.seed % 2 else story.provider.clients
        well = replace(story.provider, clients=clients, changes=now.changes, list_rows=500)
        self.world.become(Weather(well))
        self.hearing.begins(())
        for sums in self.everything:
            self.had(sums, refresh_after=0)
        for table in sorted({s.table for s in singles(story) if isinstance(s, Whole)}):
            self.had(Whole(table), reference_refresh_after=0)
            if self.asked(Whole(table, age=MONTH)).sent:
                self.wrong([f"{table} was asked for again, although it is held"])

    def had(self, single: Sums | Whole, **more: int) -> None:
        """It is answered, sooner or later; and of aggregates again for nothing."""
        for _ in range(TRIES):
            ended = self.asked(single, **more)
            if isinstance(ended.value, Answered):
                break
            if not isinstance(ended.error, IncompleteData):
                self.wrong([f"on a good day: {ended}"])
        else:
            self.wrong([f"on a good day, {TRIES} times: {ended}"])
            return
        if isinstance(single, Sums):
            self.world.wait(1)
            before = self.newest
            if self.world.story.seed % 2:
                ended = self.asked(single, **more)
                if went_well(ended.sent):
                    self.wrong(judge_budget(self.world, single, ended, before))
            if sent := self._for_nothing(single):
                self.wrong([f"{len(sent)} requests for what was held"])

    def _for_nothing(self, sums: Sums) -> tuple[Sent, ...]:
        """What is asked when all is held, and may be as old as it is."""
        if any(day not in {d for name, d in self.newest.days if name == sums.table}
               for day in sums.utc_days):  # fmt: skip
            return ()
        return self.asked(sums, refresh_after=MONTH).sent

    @property
    def everything(self) -> list[Sums]:
        """A query of every day of each table that was ever asked for."""
        found = []
        for table in SUMS:
            days = [
                day
                for single in singles(self.world.story)
                for name, one in _days_of(single)
                if name == table
                for day in one
            ]
            if days:
                first, last = min(days), max(days)
                found.append(Sums(table, first, (last - first).days + 1))
        return found

    def leaves(self) -> None:
        """Nothing is left behind that nobody names, and nothing personal anywhere."""
        if strays(self.world) or self.newest.unfinished:
            # Whoever fetches next sweeps, and `jobs resume` ends what no query wants again.
            self.judged(self.world.alone(Fate(), resuming, **USUAL))
        if strays(self.world):
            first = min((s.first for s in self.everything), default=self.world.story.start.date())
            self.asked(Sums("queue_intervals", first - 3 * DAY, 1))
        self.wrong(strays(self.world))
        self.wrong([f"unfinished for ever: job {key}" for key in sorted(self.newest.unfinished)])
        days = (day for sums in self.everything for day in sums.utc_days)
        emails = [user.email for user in organisation_of(self.world.provider.shape).users]
        self.wrong(personal(self.world, days, emails))


def _days_of(single: Single) -> tuple[tuple[str, tuple[date, ...]], ...]:
    """The days of aggregates that a process is asked for, by table."""
    if isinstance(single, Sums):
        return ((single.table, single.utc_days),)
    if isinstance(single, Anew) and single.first is not None:
        days = tuple(single.first + n * DAY for n in range(single.days))
        return tuple((table, days) for table in single.tables)
    return ()


def _sent_as_said(ended: Ended) -> list[str]:
    total = ended.value.prepared.certificate["requests"]["total"]
    sent = len(ended.sent)
    return [] if total == sent else [f"{total} requests said, {sent} sent"]


def work_of(single: Single) -> Work:
    """What a process does."""
    if not isinstance(single, Anew):
        return answering(single)

    async def work(engine: Engine, observe: Observe) -> Synced | None:
        wish = Wish(
            single.tables,
            single.start,
            single.end,
            refresh=single.how == "refresh",
            recheck=single.how == "recheck",
        )
        try:
            return await engine.sync(wish, Options(tail=False), observe)
        except UsageError:  # of days that have not begun
            return None

    return work


def tried(story: Story, home: Path, plant: Plant = no_plant, *, to_the_end: bool = True) -> Verdict:
    """Live through a story and judge it, at every step and in the end.

    Not ``to_the_end``, it is over with the first thing that is wrong.
    """
    gc.set_threshold(*SELDOM)
    world = World(home, story)
    hearing = Hearing(world.clock, lambda: world.simulator)
    world.plant = lambda seams, process: plant(hearing.plant(seams, process), process)
    trial = _Trial(world, hearing)
    try:
        lives: list[Callable[[], None]] = [partial(trial.lives, one) for one in story.actions]
        for part in (*lives, trial.heals, trial.leaves):
            if to_the_end or not trial.violations:
                part()
    except Exception as defect:  # noqa: BLE001  (of the proof itself, or of the lake it cannot read)
        trial.wrong([f"could not be judged: {type(defect).__name__}: {defect}"])
    met = trial.met + trial.lists.met + world.simulator.state.met + met_in_all(hearing)
    tale = "\n".join([str(story), *trial.tale])
    return Verdict(story.seed, tuple(dict.fromkeys(trial.violations)), met, tale)
