"""Progress on stderr: a live view on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.live import Live
from rich.table import Table as Grid
from rich.text import Text

from trunkline.cli.telling import tell, visible
from trunkline.engine.events import (
    Adding,
    Beside,
    Event,
    Listed,
    LockWait,
    Merging,
    Observe,
    Started,
)
from trunkline.engine.registry import is_direct, noun_of
from trunkline.http.exchange import Exchange
from trunkline.interval import Interval
from trunkline.jobs.job import Job, JobState
from trunkline.jobs.runner import Progress
from trunkline.scope import OPEN_AT
from trunkline.wording import counted

LONG_WAIT = 60.0  # seconds; the provider's windows are as long
WORDS = {
    JobState.PLANNED: ("waiting", "dim"),
    JobState.SUBMITTING: ("submitting", "yellow"),
    JobState.RUNNING: ("running at the provider", "yellow"),
    JobState.READY: ("downloading", "cyan"),
    JobState.DOWNLOADED: ("publishing", "cyan"),
    JobState.PUBLISHED: ("landed", "green"),
    JobState.SPLIT: ("failed, halved", "red"),
    JobState.FAILED: ("failed", "red"),
    JobState.CANCELLED: ("cancelled", "red"),
}


def locked(event: LockWait) -> str:
    """What is waited for, and who has it."""
    who = f" ({event.process})" if event.process else ""
    return f"another process{who} is fetching into this data directory; waiting for it"


@dataclass(slots=True)
class View:
    """What has been heard so far."""

    started: float = field(default_factory=time.monotonic)
    jobs: dict[str, Job] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    beside: dict[str, int] = field(default_factory=dict)
    lists: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    throttled: int = 0
    note: str = ""
    named: bool = False

    def hear(self, event: Event) -> None:
        """Take an event in."""
        if isinstance(event, Exchange):
            self.requests += 1
            self.throttled += event.status == 429
            self.note = _told_to_wait(event) or self.note
        elif isinstance(event, Started):
            self.jobs |= {job.key: job for job in event.jobs}
        elif isinstance(event, Progress):
            self.jobs[event.job.key] = event.job
            self.note = event.note or self.note
            if event.landed:
                landed = self.records.get(event.job.key, 0) + event.landed.conversations
                self.records[event.job.key] = landed
        elif isinstance(event, Beside):
            what = self.whose(event.organization) + event.what
            before = self.beside.get(what, 0)
            self.beside[what] = before + event.landed.conversations
        elif isinstance(event, Listed):
            what = self.whose(event.organization) + event.what
            self.lists[what] = self.lists.get(what, 0) + event.landed.conversations
        elif isinstance(event, Adding):
            self.note = _adding(event, self)
        elif isinstance(event, LockWait):
            self.note = locked(event)
        elif isinstance(event, Merging):
            self.note = _merging(event, self)

    def whose(self, organization: str) -> str:
        """What stands before the words on an organisation's, where there are several."""
        return f"{organization}: " if self.named and organization else ""

    def what(self, job: Job) -> str:
        """Whose a job is and of which dataset, where there are several, and its days."""
        several = len({each.dataset for each in self.jobs.values()}) > 1
        of = f"{job.dataset} " if several else ""
        return f"{self.whose(job.organization)}{of}{days_of(job)}"

    @property
    def noun(self) -> str:
        """What all that lands is called; what comes without a job is of conversations alone."""
        nouns = {noun_of(job.dataset) for job in self.jobs.values()}
        return nouns.pop() if len(nouns) == 1 else "record" if nouns else "conversation"

    @property
    def done(self) -> int:
        """Jobs that have ended."""
        return sum(not job.unfinished for job in self.jobs.values())

    def totals(self) -> str:
        """One line on all of it."""
        seconds = time.monotonic() - self.started
        pages = sum(job.pages for job in self.jobs.values())
        parts = [
            f"{self.done} of {counted(len(self.jobs), 'job')}",
            counted(pages, "page"),
            counted(sum((*self.records.values(), *self.beside.values())), self.noun),
            counted(self.requests, "request"),
            f"{seconds:.1f} s",
        ]
        if self.throttled:
            parts.append(f"{self.throttled} times told to wait by the rate limit")
        if remaining := self._remaining(seconds):
            parts.append(f"about {remaining:.0f} s left")
        return ", ".join(parts)

    def _remaining(self, seconds: float) -> float | None:
        left = len(self.jobs) - self.done
        known = self.done * 4 >= len(self.jobs)
        return seconds / self.done * left if known and left else None

    def __rich__(self) -> Grid:
        """The jobs of the run as lines, and the totals."""
        grid = Grid.grid(padding=(0, 2))
        for job in sorted(self.jobs.values(), key=_order):
            word, style = WORDS[job.state]
            landed = self.records.get(job.key, 0)
            grid.add_row(
                Text(self.what(job)),
                Text(word, style=style),
                Text(counted(job.pages, "page") if job.pages else "", style="dim"),
                Text(counted(landed, noun_of(job.dataset)) if landed else "", style="dim"),
            )
        for what, count in self.beside.items():
            grid.add_row(Text(what), Text(""), Text(""), Text(counted(count, "conversation")))
        for what, count in self.lists.items():
            grid.add_row(Text(what), Text(""), Text(""), Text(counted(count, "row")))
        outer = Grid.grid()
        outer.add_row(grid)
        begun = self.jobs or self.beside or self.lists
        outer.add_row(Text(self.totals() if begun else "connecting …", style="bold"))
        if self.note:
            outer.add_row(Text(visible(self.note), style="yellow"))
        return outer


@contextmanager
def watching(*, quiet: bool, named: bool = False, plain: bool = False) -> Iterator[Observe]:
    """An observer for the engine; what it shows ends with the block.

    ``named`` where it has to be said whose a job is; ``plain`` where others watch at the same time,
    and one terminal has but one live view.
    """
    if quiet:
        yield _silent
    elif sys.stderr.isatty() and not plain:
        with _live(View(named=named)) as observe:
            yield observe
    else:
        yield _plain_lines(View(named=named))


def _silent(event: Event) -> None:
    """Only what must be known: a wait without a word looks like a fault."""
    if isinstance(event, LockWait):
        tell(locked(event))


@contextmanager
def _live(view: View) -> Iterator[Observe]:
    live = Live(view, console=Console(stderr=True), refresh_per_second=8, transient=False)
    running = False

    def observe(event: Event) -> None:
        nonlocal running
        view.hear(event)
        if isinstance(event, LockWait | Exchange | Started) and not running:
            live.start()
            running = True

    try:
        yield observe
    finally:
        if running:
            live.stop()


def _plain_lines(view: View) -> Observe:
    def observe(event: Event) -> None:
        view.hear(event)
        for line in _line(event, view):
            tell(line)

    return observe


def _line(event: Event, view: View) -> Iterator[str]:
    if isinstance(event, LockWait):
        yield locked(event)
    if isinstance(event, Started) and event.jobs:
        whose = view.whose(event.jobs[0].organization)
        yield f"{whose}{counted(len(event.jobs), 'job')} to fetch"
    if isinstance(event, Merging | Adding):
        yield _merging(event, view) if isinstance(event, Merging) else _adding(event, view)
    if isinstance(event, Exchange) and (told := _told_to_wait(event)):
        yield told
    if isinstance(event, Beside):
        what = view.whose(event.organization) + event.what
        yield f"{what}: {counted(event.landed.conversations, 'conversation')}"
    if isinstance(event, Listed):
        yield f"{view.whose(event.organization)}{event.what}: {_rows(event)}"
    if not isinstance(event, Progress):
        return
    job = event.job
    if event.note:
        yield f"{view.what(job)}: {WORDS[job.state][0]}: {event.note}"
    elif job.state in SPOKEN and (words := SPOKEN[job.state](job, view)):
        yield f"{view.what(job)}: {words}"


def _rows(event: Listed) -> str:
    return counted(event.landed.conversations, "row")


def _told_to_wait(event: Exchange) -> str:
    """Said of waits that would look like a fault."""
    if event.asked_wait is None or event.asked_wait < LONG_WAIT:
        return ""
    return f"the provider asks for no requests for {event.asked_wait:,.0f} s"


def _adding(event: Adding, view: View) -> str:
    whose, days = view.whose(event.organization), event.interval.spoken
    return f"{whose}{days}: {counted(event.figures, 'figure')} added up by the provider"


def _merging(event: Merging, view: View) -> str:
    return f"{view.whose(event.organization)}{event.month:%Y-%m} is complete: merging its files"


def _order(job: Job) -> tuple[str, str, Interval]:
    return job.organization, job.dataset, job.interval


def days_of(job: Job) -> str:
    """The first and the last day of a job, both included; one day where they are the same."""
    if job.scope == OPEN_AT:
        return f"{job.interval.start:%F}, open then"
    return job.interval.spoken


def _landed(job: Job, view: View) -> str:
    landed = counted(view.records.get(job.key, 0), noun_of(job.dataset))
    return f"landed {landed} of {counted(job.pages, 'page')} ({view.totals()})"


def _running(job: Job, _: View) -> str:
    """Nothing of a job that the provider knows nothing of."""
    return "" if is_direct(job.dataset) else f"job {job.remote_id} is running at the provider"


SPOKEN: dict[JobState, Callable[[Job, View], str]] = {
    JobState.RUNNING: _running,
    JobState.PUBLISHED: _landed,
}
