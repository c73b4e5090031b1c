"""What the provider told each process, noted at its seams, below whatever bug it may have.

An answer of aggregates is known by the slice that was asked for, the instant and the rights; the
page that it became by the statement that commits it. So it is known of every day that is held when
each part of it was told. The same for lists: by the statement that holds them.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import msgspec

from tests.chaos.direct.actions import Move
from tests.chaos.process import Process
from tests.fakes import VirtualClock
from trunkline.engine.seams import Seams
from trunkline.http.message import Request, Response, Transport
from trunkline.interval import Interval
from trunkline_simulator.settings import DirectoryChange
from trunkline_simulator.simulator import Simulator

Divisions = frozenset[str] | None
USERS = "/api/v2/users"
# developer.genesys.cloud: where each list is; a parent's id stands in the place of {}.
PATHS = {
    "users": USERS,
    "queues": "/api/v2/routing/queues",
    "queue_members": "/api/v2/routing/queues/{}/members",
    "wrapup_codes": "/api/v2/routing/wrapupcodes",
    "divisions": "/api/v2/authorization/divisions",
    "teams": "/api/v2/teams",
    "flows": "/api/v2/flows",
    "presence_definitions": "/api/v2/presence/definitions",
    "skills": "/api/v2/routing/skills",
    "roles": "/api/v2/authorization/roles",
    "grants": "/api/v2/authorization/roles/{}/subjectgrants",
}
_PATTERNS = {
    name: re.compile(re.escape(path).replace(re.escape("{}"), "([^/]+)"))
    for name, path in PATHS.items()
}
_WALKED = "100"  # users on a page whose aggregates are asked for: so many ids are allowed at once


@dataclass(frozen=True, slots=True)
class Slice:
    """An answer of aggregates: of which time and of whom, when it was asked for and as whom.

    ``refused`` where it was none, since it would have been too large.
    """

    at: datetime
    dataset: str
    interval: Interval
    minutes: int
    users: frozenset[str]
    divisions: Divisions
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a list, or of that of a parent (``of``), or of a variant.

    ``gone`` where the parent was not there any more.
    """

    at: datetime
    dataset: str
    of: str
    is_first: bool
    divisions: Divisions
    gone: bool = False


@dataclass(slots=True)
class Told:
    """What one process was told, in order; ``counted`` is when it began to read who there is."""

    process: Process
    counted: datetime | None = None
    slices: list[Slice] = field(default_factory=list)
    leaves: dict[str, list[Leaf]] = field(default_factory=dict)


@dataclass(slots=True)
class Hearing:
    """Everything that was told. ``pages`` are by job and number, ``lists`` by the job's key.

    ``moves`` are due in the action that is lived through; ``walkers`` counts the processes that
    brought a job's pages, and ``counted`` says when it was read which users there are.
    """

    clock: VirtualClock
    simulator: Callable[[], Simulator]
    pages: dict[str, dict[int, Slice]] = field(default_factory=dict)
    lists: dict[str, tuple[Leaf, ...]] = field(default_factory=dict)
    walkers: dict[str, list[Process]] = field(default_factory=dict)
    counted: dict[str, datetime] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)
    moves: list[Move] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    moved: int = 0
    jobs: dict[str, tuple[str, Interval]] = field(default_factory=dict)

    def begins(self, moves: tuple[Move, ...]) -> None:
        """An action begins; what happens at once happens."""
        self.moves = [move for move in moves if move.nth]
        self.asked.clear()
        self.happen([move for move in moves if not move.nth])

    def happen(self, moves: list[Move]) -> None:
        """Moves, now."""
        simulator = self.simulator()
        for move in moves:
            changes, at = simulator.settings.changes, self.clock.now()
            if not _is_sensible(move, changes, at):
                continue
            made = DirectoryChange(at, move.table, move.place, move.kind, move.to)
            simulator.settings = replace(simulator.settings, changes=(*changes, made))

    def plant(self, seams: Seams, process: Process) -> Seams:
        """The seams, listened at."""
        told = Told(process)
        return replace(
            seams,
            transport=lambda: _Ear(self, told, seams.transport()),
            connect=lambda path: cast(
                "sqlite3.Connection", _Tap(self, told, seams.connect(path), path)
            ),
        )

    def before(self, request: Request) -> None:
        """A request is about to be sent: what is due before it happens."""
        if (name := _listed(request)) is None:
            return
        self.asked[name[0]] += 1
        nth = self.asked[name[0]]
        due = [move for move in self.moves if (move.during, move.nth) == (name[0], nth)]
        self.moved += len(due)
        self.happen(due)

    def hear(self, told: Told, at: datetime, request: Request, answer: Response) -> None:
        """An answer reached a process."""
        divisions = self.simulator().settings.clients[0].divisions
        if found := _sliced(request, answer, at, divisions):
            told.slices.append(found)
        elif (name := _listed(request)) and (answer.status == 200 or name[1]):
            self._turn(told, at, name, request, answer, divisions)

    def _turn(
        self,
        told: Told,
        at: datetime,
        name: tuple[str, str],
        request: Request,
        answer: Response,
        divisions: Divisions,
    ) -> None:
        dataset, of = name
        asked = parse_qs(urlsplit(request.url).query)
        gone = answer.status == 404
        if not gone and (answer.status != 200 or b'"entities"' not in answer.body):
            return
        if dataset == "users" and asked.get("pageSize") == [_WALKED]:
            if asked["pageNumber"] == ["1"]:
                told.counted = at
            else:
                self.met["users of several pages"] += 1
            return
        variant = asked.get("deactivated", [""])[0]
        first = asked.get("pageNumber", ["1"]) == ["1"] and "after" not in asked
        leaf = Leaf(at, dataset, of or variant, first, divisions, gone)
        told.leaves.setdefault(dataset, []).append(leaf)

    def wrote(self, told: Told, sql: str, values: Mapping[str, Any]) -> None:
        """A statement is committed."""
        if sql.startswith("INSERT INTO jobs"):
            ends = (datetime.fromisoformat(values[f"interval_{end}"]) for end in ("start", "end"))
            self.jobs[values["key"]] = (values["dataset"], Interval(*ends))
        elif sql.startswith("INSERT INTO pages"):
            self._page(told, values["job"], values["page"])
        elif sql.startswith("DELETE FROM pages"):
            self.pages.pop(values["job"], None)
        elif sql.startswith("INSERT INTO lists"):
            self.lists[values["job"]] = tuple(told.leaves.pop(values["dataset"], ()))

    def _page(self, told: Told, key: str, number: int) -> None:
        dataset, interval = self.jobs[key]
        fitting = [
            one
            for one in told.slices
            if one.dataset == dataset and interval.start <= one.interval.start < interval.end
        ]
        if fitting:
            self.pages.setdefault(key, {})[number] = fitting[-1]
        if told.counted and len(self.pages.get(key, ())) == 1:
            self.counted[key] = told.counted
        walkers = self.walkers.setdefault(key, [])
        if not any(told.process is one for one in walkers):
            walkers.append(told.process)


@dataclass(frozen=True, slots=True)
class _Ear:
    """A transport that is listened at."""

    hearing: Hearing
    told: Told
    inner: Transport

    async def send(self, request: Request, timeout: float) -> Response:
        self.hearing.before(request)
        at = self.hearing.clock.now()
        answer = await self.inner.send(request, timeout)
        self.hearing.hear(self.told, at, request, answer)
        return answer

    async def close(self) -> None:
        await self.inner.close()


_NOTED = re.compile("(INSERT INTO (jobs|pages|lists)|DELETE FROM pages) ")


class _Tap:
    """SQLite's connection, with what is committed noted."""

    def __init__(self, hearing: Hearing, told: Told, inner: sqlite3.Connection, _: Path) -> None:
        state = {"hearing": hearing, "told": told, "inner": inner, "waiting": None}
        self.__dict__.update(state)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["inner"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.__dict__["inner"], name, value)

    def execute(self, sql: str, values: Mapping[str, Any] | None = None) -> sqlite3.Cursor:
        done: sqlite3.Cursor = self.__dict__["inner"].execute(sql, values or {})
        text = " ".join(sql.split())
        if text.startswith("BEGIN"):
            self.__dict__["waiting"] = []
        elif text.startswith("ROLLBACK"):
            self.__dict__["waiting"] = None
        elif text.startswith("COMMIT"):
            for one in self.__dict__["waiting"] or ():
                self._note(*one)
            self.__dict__["waiting"] = None
        elif _NOTED.match(f"{text} "):
            noted = (text, dict(values or {}))
            waiting = self.__dict__["waiting"]
            if waiting is None:
                self._note(*noted)
            else:
                waiting.append(noted)
        return done

    def _note(self, sql: str, values: dict[str, Any]) -> None:
        self.__dict__["hearing"].wrote(self.__dict__["told"], sql, values)


def _is_sensible(move: Move, changes: tuple[DirectoryChange, ...], at: datetime) -> bool:
    """Whether a move changes what is, and not what was: who is there is not added, and so on."""
    of_it = [one for one in changes if (one.table, one.place) == (move.table, move.place)]
    last = [one.kind for one in of_it if one.at <= at and one.kind in ("add", "delete")][-1:]
    is_there = last == ["add"] if last else not of_it or of_it[0].at <= at
    return is_there != (move.kind == "add")


def _listed(request: Request) -> tuple[str, str] | None:
    """Which list a request is about, and that of which parent."""
    if request.method != "GET":
        return None
    path = urlsplit(request.url).path
    for name, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(path):
            return name, found[1] if pattern.groups else ""
    return None


def _sliced(request: Request, answer: Response, at: datetime, divisions: Divisions) -> Slice | None:
    """The slice of an answer of aggregates, or of one that was refused as too large."""
    if not request.url.endswith("/aggregates/query"):
        return None
    refused = answer.status in (400, 413)
    if not refused and (answer.status != 200 or not answer.body.startswith(b"{")):
        return None
    body = msgspec.json.decode(request.body or b"{}")
    interval = Interval(*map(datetime.fromisoformat, body["interval"].split("/")))
    minutes = int(body["granularity"].removeprefix("PT").removesuffix("M"))
    users = frozenset(one["value"] for one in body.get("filter", {}).get("predicates", ())
                      if one["dimension"] == "userId")  # fmt: skip
    return Slice(at, _dataset(request, body), interval, minutes, users, divisions, refused)


def _dataset(request: Request, body: Mapping[str, Any]) -> str:
    if "/users/" in request.url:
        return "user_aggregates"
    return "conversation_aggregates" if "userId" in body["groupBy"] else "queue_intervals"
