"""``health.json`` in the data directory: how its service is, for whoever watches over it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import msgspec

from trunkline import __version__
from trunkline.clock import Clock
from trunkline.engine.health import OK, Health
from trunkline.lake.lock import SERVICE, is_held
from trunkline.wording import lasting, moment

FILE = "health.json"
MISSED = 3  # pauses without a success that are too many


@dataclass(frozen=True, slots=True)
class Saved:
    """What the file holds. ``ended`` says why, once the service has; None after a kill, too.

    ``followed`` are the organisations that it is about, whether a round of one is over or not;
    ``given_up`` says why, of those that it does not follow any more.
    """

    trunkline: str
    process: int
    started_at: datetime
    written_at: datetime
    every: float
    ended: str | None = None
    organizations: dict[str, Health] = field(default_factory=dict)
    given_up: dict[str, str] = field(default_factory=dict)
    followed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a service runs and is well, and the lines that say so."""

    healthy: bool
    lines: tuple[str, ...]


class HealthFile:
    """The file as one service keeps it. That it cannot be written ends nothing."""

    def __init__(
        self, home: Path, clock: Clock, every: float, only: Collection[str] | None = None
    ) -> None:
        """Of an earlier service, the organisations that ``only`` names are remembered."""
        self._home = home
        self._clock = clock
        before = _read(home)
        now = clock.now()
        known = before.organizations if before else {}
        known = {n: health for n, health in known.items() if only is None or n in only}
        self._saved = Saved(
            __version__, os.getpid(), now, now, every, None, known, {}, tuple(only or ())
        )
        self._write()

    def keep(self, organization: str, health: Health) -> None:
        """Note how an organisation is; the last success of an earlier service counts."""
        before = self._saved.organizations.get(organization)
        if health.last_success is None and before is not None:
            health = replace(health, last_success=before.last_success)
        known = self._saved.organizations | {organization: health}
        self._saved = replace(self._saved, organizations=known)
        self._write()

    def give_up(self, organization: str, why: str) -> None:
        """Note that an organisation is not followed any more, while others are."""
        given_up = self._saved.given_up | {organization: why}
        self._saved = replace(self._saved, given_up=given_up)
        self._write()

    def end(self, why: str) -> None:
        """Note that the service ends."""
        self._saved = replace(self._saved, ended=why)
        self._write()

    def _write(self) -> None:
        """Whole or not at all, and for nobody else to read."""
        self._saved = replace(self._saved, written_at=self._clock.now())
        partial = self._home / f"{FILE}.partial"
        with suppress(OSError):
            partial.unlink(missing_ok=True)
            opened = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(opened, "wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(self._saved), indent=2) + b"\n")
            partial.replace(self._home / FILE)


def status(home: Path, now: datetime) -> Status:
    """How the service of a data directory is, by its file and its lock. Changes nothing."""
    saved = _read(home)
    if saved is None:
        return Status(False, (f"no `trunkline sync --follow` has run in {home}",))
    if not is_held(home, SERVICE):
        why = saved.ended or "it was killed"
        ended = f"not running: the last service wrote at {moment(saved.written_at)}; {why}"
        return Status(False, (ended, *_lines(saved)))
    late = (*_given_up(saved), *_late(saved, now))
    running = f"running as process {saved.process} since {moment(saved.started_at)}"
    return Status(not late, (running, *_lines(saved), *late))


def _lines(saved: Saved) -> Iterable[str]:
    several = len({*saved.organizations, *saved.given_up, *saved.followed}) > 1
    for name, health in sorted(saved.organizations.items()):
        yield f"{name}: {health}" if several else f"{health}"
        if health.state != OK and health.problem:
            yield f"  {health.problem}"


def _given_up(saved: Saved) -> Iterable[str]:
    for name, why in sorted(saved.given_up.items()):
        yield f"{name}: not followed any more, until the service is started again: {why}"


def _late(saved: Saved, now: datetime) -> Iterable[str]:
    """Each organisation whose last success is too long ago; of a new service, its start counts."""
    known: dict[str, datetime | None] = dict.fromkeys(saved.followed)
    known |= {name: health.last_success for name, health in saved.organizations.items()}
    for name, success in (known or {"": None}).items():
        age = (now - (success or saved.started_at)).total_seconds()
        if age > MISSED * saved.every:
            what = "the last success was" if success else "no round has gone well since it began"
            yield f"{f'{name}: ' if name else ''}late: {what} {lasting(age)} ago"


def _read(home: Path) -> Saved | None:
    """What the file holds; None where there is none, or none that this version understands."""
    try:
        return msgspec.json.decode((home / FILE).read_bytes(), type=Saved)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
