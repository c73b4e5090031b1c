"""One seed from its first draw to its verdict."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from tests.chaos import scopes_met
from tests.chaos.chores import Beside, Follow, Look, Pin, Prune, Sync, Verify
from tests.chaos.held import Holding, held
from tests.chaos.judgement import (
    REFRESH,
    SETTLE,
    Asked,
    judge_ask,
    judge_budget,
    judge_end,
    judge_lake,
    judge_patience,
    went_well,
)
from tests.chaos.keeper import Keeper
from tests.chaos.leavings import personal, strays
from tests.chaos.meeting import met_between, met_by, met_in_all
from tests.chaos.questions import Meanwhile, Question
from tests.chaos.scopes_asking import Moment, asked_at_once, expected_of
from tests.chaos.scopes_judgement import Questioned, judge_question
from tests.chaos.scopes_lake import judge_displaced
from tests.chaos.snapshots import shelf
from tests.chaos.states import (
    States,
    everything_of,
    judge_end_of_states,
    judge_shelf,
    judge_states,
    shelf_of,
)
from tests.chaos.story import DAY, Action, Ask, Cancel, Fate, Resume, Story, Together, Wait, Weather
from tests.chaos.world import (
    Answered,
    Ended,
    Plant,
    World,
    answering,
    cancelling,
    no_plant,
    resuming,
)
from trunkline.errors import IncompleteData
from trunkline.interval import midnight

MONTH = 31 * 86_400  # seconds
SELDOM = (100_000, 20, 20)  # as often garbage is looked for: what is compared is much, and kept
TRIES = 4  # on a good day: jobs of a bad one may have to fail for good first


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a seed came to: what was wrong, what was met how often, and the tale of it."""

    seed: int
    violations: tuple[str, ...]
    met: Counter[str]
    tale: str


@dataclass(slots=True)
class _Trial:
    world: World
    violations: list[str] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    tale: list[str] = field(default_factory=list)
    keeper: Keeper = field(init=False)
    newest: Holding | None = None
    moments: list[Moment] = field(init=False)

    def __post_init__(self) -> None:
        self.keeper = Keeper(self.world)
        self.moments = [Moment(self.world.clock.now(), 0)]

    def lives(self, action: Action) -> None:
        """One action, judged when it is over."""
        self.tale.append(f"- {action}")
        match action:
            case Wait(seconds):
                self.world.wait(seconds)
            case Weather() as weather:
                self.world.become(weather)
            case Resume(fate):
                self.judged(self.world.alone(fate, resuming))
            case Cancel(nth, fate):
                self.judged(self.world.alone(fate, cancelling(nth)))
            case Ask() as ask:
                self.asked(ask)
            case Together(one, other):
                before = self.before()
                ends = self.world.together(one, other)
                for ask, ended in zip((one, other), ends, strict=True):
                    self.heard(ask, ended, before)
            case States() | Question() | Meanwhile() as asking:
                self.inquired(asking)
            case Sync() | Follow() | Verify() | Prune() | Pin() | Look() | Beside() as chore:
                self.wrong(self.keeper.does(chore, self.before(), self.judged, self.heard))

    def inquired(self, asking: States | Question | Meanwhile) -> None:
        """What is no plain query for conversations."""
        if isinstance(asking, States):
            self.stated(asking)
        else:
            self.questioned(*asking.questions)

    def stated(self, states: States, **more: int) -> Ended:
        """A query for presence or routing status."""
        ended = self.world.alone(states.fate, answering(states), **more)
        self.judged(ended)
        self.wrong(judge_states(states, ended, shelf_of(self.world)))
        return ended

    def states_in_the_end(self) -> None:
        """What was ever asked for of presence and routing status is had, and is the truth."""
        everything = everything_of(self.world.story)
        if everything is None:
            return
        for _ in range(TRIES):
            ended = self.stated(everything, refresh_after=0)
            if isinstance(ended.value, Answered):
                break
        else:
            self.wrong([f"on a good day, {TRIES} times: {ended}"])
        if shelf_of(self.world).unfinished and self.keeper.has_chores:
            # A recheck that was killed: no query wants its days again, which are held and final.
            self.judged(self.world.alone(Fate(), resuming))
        reached = self.world.clock.now() - timedelta(seconds=self.world.provider.lag_seconds)
        self.wrong(judge_end_of_states(everything, shelf_of(self.world), reached - DAY))

    def questioned(self, *questions: Question) -> None:
        """One question, or two at once."""
        before, readable = self.before(), {0, *shelf(self.world.home).readable}
        moments = tuple(moment for moment in self.moments if moment.snapshot in readable)
        self.met["two questions at once"] += len(questions) > 1
        for question, ended in asked_at_once(self.world, questions, moments):
            after = self.answered_from(ended, self.judged(ended))
            self.met += scopes_met.met_of(question, ended, moments)
            expected = expected_of(self.world, question, moments)
            of = Questioned(self.world, question, ended, before, after, expected)
            self.wrong(judge_question(of))

    def asked(self, ask: Ask, **more: int) -> Ended:
        """A query by itself. ``more`` are settings that differ from their defaults."""
        before = self.before()
        ended = self.world.ask(ask, **more)
        self.heard(ask, ended, before, more.get("refresh_after", REFRESH))
        return ended

    def heard(self, ask: Ask, ended: Ended, before: Holding, refresh: float = REFRESH) -> None:
        """What a query's answer is worth."""
        after = self.answered_from(ended, self.judged(ended))
        self.wrong(judge_ask(Asked(self.world, ask, ended, before, after, refresh)))

    def answered_from(self, ended: Ended, after: Holding) -> Holding:
        """What the snapshot shows that was answered from; an older one is as it was."""
        answered = isinstance(ended.value, Answered)
        snapshot = ended.value.prepared.snapshot if answered else ended.snapshot
        if snapshot == after.snapshot:
            return after
        found = held(self.world, snapshot)  # another process has gone on since, or it was meant
        self.wrong(judge_lake(self.world, found))
        return found

    def judged(self, ended: Ended) -> Holding:
        """How a process ended, and the lake after it."""
        self.tale += [f"    {sent}" for sent in ended.sent]
        self.tale.append(f"    => {ended}")
        self.wrong([*judge_end(ended), *judge_patience(ended)])
        before, holding = self.before(), held(self.world)
        self.met += met_by(ended) + met_between(before, holding)
        self.wrong([*judge_lake(self.world, holding), *judge_displaced(before, holding)])
        self.met += scopes_met.met_between(before, holding)
        self.wrong(self.keeper.looks(holding, ended))
        if everything_of(self.world.story):
            self.wrong(judge_shelf(self.world, shelf_of(self.world)))
        self.newest = holding
        self.moments.append(Moment(self.world.clock.now(), holding.snapshot))
        return holding

    def before(self) -> Holding:
        """What is held, as it was when the last process ended."""
        self.newest = self.newest or held(self.world)
        return self.newest

    def wrong(self, said: list[str]) -> None:
        """Note what is not as it must be."""
        self.violations += said
        self.tale += [f"    !! {text}" for text in said]

    @property
    def everything(self) -> Ask:
        """A query of every day that was ever asked for."""
        asks = self.world.story.asks
        first, last = min(a.utc_days[0] for a in asks), max(a.utc_days[-1] for a in asks)
        return Ask(asks[0].table, first, (last - first).days + 1)

    def heals(self) -> None:
        """In the end the provider is well, and everything that was ever asked for is had."""
        self.tale.append("- the provider is well again")
        self.world.heal()
        everything = self.everything
        for _ in range(TRIES):
            ended = self.asked(everything, refresh_after=0)
            if isinstance(ended.value, Answered):
                break
            if not isinstance(ended.error, IncompleteData):
                self.wrong([f"on a good day: {ended}"])
        else:
            self.wrong([f"on a good day, {TRIES} times: {ended}"])
        self.states_in_the_end()
        if self.world.story.seed % 8 == 0:
            self.anew(everything)
        self.again(everything)

    def anew(self, everything: Ask) -> None:
        """Fetched once more on a good day: within the budget."""
        before = self.before()
        self.world.wait(1)
        ended = self.asked(everything, refresh_after=0)
        if not isinstance(ended.value, Answered):
            self.wrong([f"on a good day, a second time: {ended}"])
        elif went_well(ended.sent):
            took = self.world.provider.pending_seconds
            self.wrong(judge_budget(everything, ended, before, took))

    def again(self, everything: Ask) -> None:
        """Asked again at once, for data that may be a month old: for nothing."""
        begun = {day for day in everything.utc_days if midnight(day) <= self.world.clock.now()}
        if not begun <= self.before().brought.keys():
            return  # one has begun just now
        if any(self.world.submits.is_ahead(self.before().brought[day].job) for day in begun):
            return  # noted by a clock that was ahead: of no known age
        if any(self.is_older(self.before(), day, MONTH) for day in begun):
            return  # of a job of long ago that was gone on with
        kinds = Counter(sent.kind for sent in self.asked(everything, refresh_after=MONTH).sent)
        # An open conversation may have come of an age meanwhile: its answer and a token.
        if kinds and kinds != {"record": kinds["record"], "other": 1}:
            self.wrong([f"{kinds.total()} requests for what was held: {dict(kinds)}"])

    def is_older(self, holding: Holding, day: date, age: float) -> bool:
        """Whether a day that is not final was fetched longer ago, as was noted."""
        fetched, now = holding.days[day].fetched_at, self.world.clock.now()
        final = holding.brought[day].is_final(day, SETTLE)
        return not final and (now - fetched).total_seconds() > age

    def leaves(self) -> None:
        """Nothing is left behind that nobody names, and nothing personal anywhere."""
        if strays(self.world):
            # Whoever fetches next sweeps: a day that nobody has asked for yet.
            self.asked(Ask(self.everything.table, self.everything.first - DAY, 1))
        if self.before().unfinished and self.keeper.has_chores:
            # A refresh that was killed: no query wants its days again, which are held and final.
            self.judged(self.world.alone(Fate(), resuming))
        if days := sorted(self.before().begun.difference(self.everything.utc_days)):
            # A chore wanted them, under other rights: given up once they are held under today's.
            span = (days[-1] - days[0]).days + 1
            self.asked(Ask(self.everything.table, days[0], span), refresh_after=0)
        self.wrong(strays(self.world))
        lying = self.before().unfinished - self.before().beside.begun
        self.wrong([f"unfinished for ever: job {key}" for key in lying])
        asked = (day for ask in self.world.story.asks for day in ask.utc_days)
        self.wrong(personal(self.world, asked))


def tried(story: Story, home: Path, plant: Plant = no_plant, *, to_the_end: bool = True) -> Verdict:
    """Live through a story and judge it, at every step and in the end.

    Not ``to_the_end``, it is over with the first thing that is wrong.
    """
    gc.set_threshold(*SELDOM)
    trial = _Trial(World(home, story, plant))
    try:
        lives: list[Callable[[], None]] = [partial(trial.lives, one) for one in story.actions]
        for part in (*lives, trial.heals, trial.leaves):
            if to_the_end or not trial.violations:
                part()
    except Exception as defect:  # noqa: BLE001  (of the proof itself, or of the lake it cannot read)
        trial.wrong([f"could not be judged: {type(defect).__name__}: {defect}"])
    met = trial.met + trial.keeper.met + trial.world.simulator.state.met + met_in_all(trial.world)
    tale = "\n".join([str(story), *trial.tale])
    return Verdict(story.seed, tuple(dict.fromkeys(trial.violations)), met, tale)
