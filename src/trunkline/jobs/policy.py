"""How jobs are waited for and how often they are started over: numbers and pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from trunkline.interval import Interval, day_span
from trunkline.jobs.job import Job


@dataclass(frozen=True, slots=True)
class Policy:
    """The runner's numbers. Times are in seconds.

    The first poll comes after ``poll_first``, since conversation jobs take about three seconds at
    the least (Estuary's source-genesys); each later one after ``poll_share`` of the job's age, so
    that waiting adds no more than that to a job's own time and a long job costs few requests.
    Measured by ``benchmarks/wall_time.py``.

    ``pages_in_memory`` are those asked for or not landed yet: fewer than the provider lets be under
    way would leave its rate limit unused where it is slow to answer. Of them ``pages_landing`` are
    decoded, which takes many times the memory of a page as it came.
    """

    poll_first: float = 3.0
    poll_least: float = 1.5
    poll_share: float = 0.05
    poll_most: float = 30.0
    patience: float = 4 * 3600.0
    attempts: int = 3
    attempts_of_a_day: int = 2
    jobs_in_flight: int = 16
    pages_in_memory: int = 12
    pages_landing: int = 4

    def poll_wait(self, age: float) -> float:
        """Seconds until the next poll of a job that is ``age`` seconds old."""
        if age < self.poll_first:
            return self.poll_first - max(age, 0.0)  # a clock that was set back makes no long wait
        return min(max(self.poll_least, age * self.poll_share), self.poll_most)


def halves(job: Job, keys: tuple[str, str]) -> tuple[Job, Job]:
    """Cut a job of at least two days into two, each from its first wanted day to its last."""
    days = sorted(job.days)
    middle = len(days) // 2
    return _part(job, keys[0], days[:middle]), _part(job, keys[1], days[middle:])


def _part(job: Job, key: str, days: list[date]) -> Job:
    return Job(
        key=key,
        organization=job.organization,
        dataset=job.dataset,
        interval=day_span(days[0], days[-1]),
        days=frozenset(days),
        fingerprint=job.fingerprint,
        parent=job.key,
        scope=job.scope,
    )


def up_to(interval: Interval, horizon: datetime) -> Interval:
    """What of an interval may be asked for: a job does not reach past the provider's watermark."""
    if not interval.start < horizon < interval.end:
        return interval
    return Interval(interval.start, horizon)
