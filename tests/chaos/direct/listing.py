"""Whether each list that is held is one that the provider had while it was read.

Each snapshot is held against the one before: who was told is as the provider had it at a moment of
the reading, who was not is kept as they were told last, with the time at which they were missed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tests.chaos.direct.actions import Whole
from tests.chaos.direct.hearing import Divisions, Hearing, Leaf
from tests.chaos.direct.judgement import FEW
from tests.chaos.direct.shelf import KEYS, PARENTS, TABLES, Row, listed_rows, lists_of
from tests.chaos.direct.truth import listed, plain
from tests.chaos.world import Answered, Ended, World
from trunkline.lake.lists import HeldList

DELETED, TOLD = "deleted_at", "refreshed_at"
# What tells an item that is told although it is deleted.
_TOMBSTONES = {"users": ("state", "deleted"), "flows": ("deleted", True)}
# A list of several: what its rows say of which it is.
_PARTS = {"queue_members": "queue_id", "grants": "role_id", "presence_definitions": "deactivated"}
_UNTOLD = frozenset({"email", "username"})  # masked
Key = tuple[str, str]


@dataclass(slots=True)
class Lists:
    """The lists of one data directory as they were judged last.

    ``since`` is the refresh since which the same divisions were seen, ``told`` the one by which a
    row was told last, both counted by list.
    """

    world: World
    hearing: Hearing
    snapshot: int = 0
    count: Counter[str] = field(default_factory=Counter)
    since: dict[str, tuple[Divisions, int]] = field(default_factory=dict)
    told: dict[Key, int] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)

    def judge(self, newest: int) -> list[str]:
        """Every snapshot since the last one judged."""
        said: list[str] = []
        before = lists_of(self.world, self.snapshot) if self.snapshot else {}
        for number in range(self.snapshot + 1, newest + 1):
            now = lists_of(self.world, number)
            said += [f"{name} is held no more" for name in before.keys() - now.keys()]
            for name, held in now.items():
                if name not in before or before[name].job != held.job:
                    said += self._judge(name, held, number)
            before = now
        self.snapshot = max(self.snapshot, newest)
        return said

    def _judge(self, name: str, held: HeldList, number: int) -> list[str]:
        leaves = self.hearing.lists.get(held.job, ())
        if not leaves:
            return [f"{name}: held without an answer"]
        readings = _readings(leaves)
        divisions = leaves[-1].divisions
        self.count[name] += 1
        if self.since.get(name, (None, 0))[0] != divisions or name not in self.since:
            self.met["list under other rights"] += name in self.since
            self.since[name] = (divisions, self.count[name])
        self._meet(name, leaves, readings)
        old = listed_rows(self.world, name, number - 1)
        new = listed_rows(self.world, name, number)
        said = []
        for table in TABLES[name]:
            said += self._table(name, table, held, readings, old[table], new[table])
        return said

    def _meet(
        self, name: str, leaves: tuple[Leaf, ...], readings: Mapping[str, list[Leaf]]
    ) -> None:
        again = sum(leaf.is_first for leaf in leaves) - len(readings)
        self.met["list read again"] += again > 0 and name != "divisions"
        self.met["list of several pages"] += any(len(some) > 1 for some in readings.values())
        self.met["list of a parent that is gone"] += any(leaf.gone for leaf in leaves)
        self.met["list that changed while it was read"] += any(
            leaves[0].at < change.at <= leaves[-1].at
            for change in self.world.simulator.settings.changes
            if change.table in (name, "users")
        )

    def _table(
        self,
        name: str,
        table: str,
        held: HeldList,
        readings: Mapping[str, list[Leaf]],
        old: list[Row],
        new: list[Row],
    ) -> list[str]:
        key = KEYS[table]
        before, after = ({row[key]: row for row in rows} for rows in (old, new))
        said = [f"{one} stands twice" for one, n in Counter(r[key] for r in new).items() if n > 1]
        said += [f"{one} is gone" for one in before.keys() - after.keys()]
        told = {one: row for one, row in after.items() if row[TOLD] == held.refreshed_at}
        said += self._untold(name, table, held, before, after, told)
        said += self._told(name, table, readings, told)
        for one, row in told.items():
            self.told[table, one] = self.count[name]
            said += self._marked(name, held, before.get(one), row)
        there = sum(row[DELETED] is None for row in new)
        if (held.rows.get(table), held.deleted.get(table)) != (there, len(new) - there):
            said.append(f"{held.rows} rows said, {there} there")
        return [f"{table} of {held.refreshed_at}: {one}" for one in said[:FEW]]

    def _untold(
        self,
        name: str,
        table: str,
        held: HeldList,
        before: Mapping[str, Row],
        after: Mapping[str, Row],
        told: Mapping[str, Row],
    ) -> list[str]:
        """Who was not told is as before, and deleted if the same had seen them."""
        said = []
        for one in after.keys() - told.keys():
            row, was = after[one], before.get(one)
            if was is None:
                said.append(f"{one} was told by nobody")
                continue
            seen = self.told.get((table, one), 0) >= self.since[name][1]
            want = was[DELETED] or (held.refreshed_at if seen else None)
            self.met["row that is deleted"] += was[DELETED] is None and want is not None
            self.met["row that others had seen"] += want is None
            if row != {**was, DELETED: want}:
                wrong = sorted(n for n in row if row[n] != {**was, DELETED: want}[n])
                said.append(f"{one}, who was not told, differs in {wrong}")
        return said

    def _marked(self, name: str, held: HeldList, was: Row | None, row: Row) -> list[str]:
        """Whether who is told as deleted is so since it was first seen, and nobody else."""
        column, value = _TOMBSTONES.get(name, ("", None))
        gone = bool(column) and row[column] == value
        want = ((was and was[DELETED]) or held.refreshed_at) if gone else None
        self.met["item told as deleted"] += gone
        self.met["row that came back"] += bool(was and was[DELETED] and not gone)
        self.met["row that is renamed"] += bool(was and was.get("name") != row.get("name"))
        key = next(iter(row.values()))
        return [] if row[DELETED] == want else [f"{key} is deleted at {row[DELETED]}, not {want}"]

    def _told(
        self,
        name: str,
        table: str,
        readings: Mapping[str, list[Leaf]],
        told: Mapping[str, Row],
    ) -> list[str]:
        """Who was told is who was there at a moment of the reading, as they were in it."""
        said: list[str] = []
        left = dict(told)
        for of, leaves in readings.items():
            mine = {one: row for one, row in left.items() if _is_of(name, of, row)}
            moments = [listed_at(self.world, table, at, leaves, of) for at in self._moments(leaves)]
            if not any(mine.keys() == there.keys() for there in moments):
                there = moments[-1]
                counts = f"{len(mine.keys() - there.keys())} too many"
                counts += f", {len(there.keys() - mine.keys())} missing"
                said.append(f"as it never was{of and f' of {of}'}: {counts}")
            for one, row in mine.items():
                were = [there[one] for there in moments if one in there]
                if were and not any(_same(row, was) for was in were):
                    said.append(f"{one} differs in {_wrong(row, were[-1])}")
                del left[one]
        said += [f"{one} is of no answer" for one in left]
        return said

    def _moments(self, leaves: list[Leaf]) -> list[datetime]:
        """The instants of a reading between which nothing happened."""
        first, last = leaves[0].at, leaves[-1].at
        changes = (change.at for change in self.world.simulator.settings.changes)
        return [first, *sorted(at for at in changes if first < at <= last)]


def _readings(leaves: tuple[Leaf, ...]) -> dict[str, list[Leaf]]:
    """The pages that were read last, of each list that there was one of."""
    found: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        if leaf.is_first or leaf.gone:
            found[leaf.of] = []
        found.setdefault(leaf.of, []).append(leaf)
    return found


def _is_of(name: str, of: str, row: Row) -> bool:
    if name == "presence_definitions":
        return str(row["deactivated"]).upper() == of
    return name not in _PARTS or row[_PARTS[name]] == of


def listed_at(
    world: World, table: str, at: datetime, leaves: list[Leaf], of: str
) -> dict[str, Row]:
    """Who was there at an instant, by key, and as what; of a parent or a variant, those of it."""
    if any(leaf.gone for leaf in leaves):
        return {}
    name, divisions = leaves[-1].dataset, leaves[-1].divisions
    rows = listed(world.simulator.settings, table, at, divisions)
    return {_key(table, row): row for row in rows if _is_of(name, of, row)}


def _key(table: str, row: Row) -> str:
    """The single-column key: that of a list of several is what it is of and what it is."""
    names = {
        "queue_members": ("queue_id", "user_id"),
        "grants": ("role_id", "subject_id", "division_id"),
        "queue_media_settings": ("queue_id", "media_type"),
    }.get(table)
    return ":".join(str(row[name]) for name in names) if names else str(next(iter(row.values())))


def _same(row: Row, was: Row) -> bool:
    return not _wrong(row, was)


def _wrong(row: Row, was: Row) -> list[str]:
    return [name for name in was if name in row and name not in _UNTOLD and row[name] != was[name]]


def judge_whole(
    whole: Whole, ended: Ended, rows: Iterable[Row], held: HeldList | None
) -> list[str]:
    """An answer has what is held of a list; what it counts is what was asked."""
    if not isinstance(ended.value, Answered):
        return []
    found = sorted(map(plain, ended.value.rows), key=str)
    said = []
    if found != sorted(map(plain, rows), key=str):
        said.append(f"{whole.table} in the answer: other rows than are held")
    total = ended.value.prepared.certificate["requests"]["total"]
    if total != len(ended.sent):
        said.append(f"{total} requests said, {len(ended.sent)} sent")
    if any("could not be fetched" in notice for notice in ended.value.prepared.notices):
        return said
    if held is None:
        return [*said, f"answered of {whole.table}, which is not held"]
    age = (ended.began - held.refreshed_at).total_seconds()
    ahead = held.refreshed_at > ended.ended
    if age > whole.age or ahead:
        said.append(f"{whole.table} is {age} s old, without a word")
    return said


def judge_refused(whole: Whole, ended: Ended) -> list[str]:
    """The error of a list that could not be had names it, or what it hangs on."""
    message = ended.error.message if ended.error else ""
    named = [name for name in (whole.table, PARENTS.get(whole.table, "")) if name]
    if "could not be fetched" in message and not any(name in message for name in named):
        return [f"the error names no list: {message}"]
    return []
