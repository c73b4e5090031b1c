"""What a fetch has come to, told to a client about once a second."""

from __future__ import annotations

from dataclasses import dataclass, field

from trunkline.engine.events import Beside, Event, LockWait, Merging, Planned, Started
from trunkline.http.exchange import Exchange
from trunkline.jobs.job import Job
from trunkline.jobs.runner import Progress as Step
from trunkline.wording import counted

EVERY = 1.0  # seconds


@dataclass(slots=True)
class Progress:
    """Hears of events on the thread that fetches; what it says is asked for from another."""

    expected: int = 0
    requests: int = 0
    conversations: int = 0
    jobs: dict[str, Job] = field(default_factory=dict)
    note: str = ""
    _said: str = ""

    def hear(self, event: Event) -> None:
        """Take an event in."""
        if isinstance(event, Planned):
            self.expected = event.plan.requests
        elif isinstance(event, Exchange):
            self.requests += 1
            self.note = ""
        elif isinstance(event, Started):
            self.jobs |= {job.key: job for job in event.jobs}
        elif isinstance(event, Step):
            self.jobs[event.job.key] = event.job
            self.conversations += event.landed.conversations if event.landed else 0
        elif isinstance(event, Beside):
            self.conversations += event.landed.conversations
        elif isinstance(event, LockWait):
            self.note = "another process is fetching into this data directory; waiting for it"
        elif isinstance(event, Merging):
            self.note = f"merging the files of {event.month:%Y-%m}"

    def said(self) -> str | None:
        """What is new; None where nothing is."""
        if not self.expected:
            return None
        line = self.note or self._line()
        if line == self._said:
            return None
        self._said = line
        return line

    def _line(self) -> str:
        if not self.requests:
            return f"fetching what is not held: at least {counted(self.expected, 'request')}"
        jobs = list(self.jobs.values())
        done = sum(not job.unfinished for job in jobs)
        parts = [
            f"{done} of {counted(len(jobs), 'job')}",
            counted(sum(job.pages for job in jobs), "page"),
            counted(self.conversations, "conversation"),
            counted(self.requests, "request"),
        ]
        return "fetching: " + ", ".join(parts if jobs else parts[2:])
