"""What an administrator does to the lists as time goes on, also while they are being read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trunkline_simulator import DirectoryChange, Settings, Simulator
from trunkline_simulator.caller import Caller, StoppedClock
from trunkline_simulator.directory import directory
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.settings import ChangeKind

NOON = datetime(2025, 4, 10, 12, tzinfo=UTC)
QUEUES = "/api/v2/routing/queues"


def caller(**more: Any) -> Caller:
    made = Caller(Settings(**more))
    made.sign_in()
    return made


def names(pages: list[Json]) -> list[str]:
    return [one["name"] for page in pages for one in page["entities"]]


def change(
    table: str, place: int, kind: ChangeKind, to: str = "", hour: int = 12
) -> DirectoryChange:
    return DirectoryChange(NOON.replace(hour=hour), table, place, kind, to)


def seen(changes: tuple[DirectoryChange, ...], path: str, hour: int) -> list[Json]:
    asking = caller(changes=changes)
    asking.clock.at = NOON.replace(hour=hour)
    asking.sign_in()
    found: list[Json] = asking.get(f"{path}?pageSize=100&state=any")["entities"]
    return found


def test_a_queue_is_renamed_and_then_deleted() -> None:
    changes = (change("queues", 0, "delete", hour=14), change("queues", 0, "rename", "Invoices"))
    queue = directory(7).queues[0].id

    def name(hour: int) -> list[tuple[str, str]]:
        found = seen(changes, QUEUES, hour)
        return [(one["name"], one["dateModified"]) for one in found if one["id"] == queue]

    assert name(11) == [("Billing", "2024-06-11T14:21:09.217Z")]
    assert name(12) == [("Invoices", "2025-04-10T12:00:00Z")]
    assert name(14) == []


def test_a_deleted_queue_has_no_members_any_more() -> None:
    asking = caller(changes=(change("queues", 0, "delete", hour=13),))
    path = f"{QUEUES}/{directory(7).queues[0].id}/members"
    assert asking.send("GET", path).status == 200
    asking.clock.advance(3600)
    assert asking.send("GET", path).status == 404


def test_a_deleted_flow_is_listed_only_where_asked_for() -> None:
    asking = caller(changes=(change("flows", 0, "delete"),))
    there = asking.get("/api/v2/flows")["entities"]
    every = asking.get("/api/v2/flows?deleted=true")["entities"]
    assert [one["name"] for one in every if one["deleted"]] == ["Main menu"]
    assert there == [one for one in every if not one["deleted"]]


def test_a_user_is_deleted_moved_and_made_inactive() -> None:
    changes = (
        change("users", 0, "delete"),
        change("users", 1, "move", "APAC"),
        change("users", 2, "state", "inactive"),
    )
    ids = [one.id for one in directory(7).users[:3]]

    def those(hour: int) -> list[tuple[str, str]]:
        found = {one["id"]: one for one in seen(changes, "/api/v2/users", hour)}
        return [(found[one]["state"], found[one]["division"]["name"]) for one in ids]

    assert those(11) == [("active", "Home"), ("active", "Home"), ("active", "Home")]
    assert those(12) == [("deleted", "Home"), ("active", "APAC"), ("inactive", "Home")]


@pytest.mark.parametrize(("kind", "to"), [("delete", ""), ("state", "inactive")])
def test_a_user_who_is_gone_is_no_member_any_more(kind: ChangeKind, to: str) -> None:
    asking = caller(changes=(change("users", 0, kind, to, hour=13),))
    queue = directory(7).queues[2].id
    before = asking.get(f"{QUEUES}/{queue}/members?pageSize=100")["entities"]
    asking.clock.advance(3600)
    after = asking.get(f"{QUEUES}/{queue}/members?pageSize=100")["entities"]
    assert {one["id"] for one in before} - {one["id"] for one in after} == {
        directory(7).users[0].id
    }


def test_a_thing_that_is_added_was_not_there_before_and_may_come_back() -> None:
    changes = (
        change("skills", 1, "add", hour=10),
        change("skills", 1, "delete", hour=12),
        change("skills", 1, "add", hour=14),
    )
    counts = [len(seen(changes, "/api/v2/routing/skills", hour)) for hour in (9, 11, 13, 15)]
    assert counts == [6, 7, 6, 7]


@dataclass(slots=True)
class Ticking(StoppedClock):
    """A minute passes with each request that is answered."""

    asked: int = field(default=0)

    def __call__(self) -> datetime:
        self.asked += 1
        return self.at + timedelta(minutes=self.asked)


def read_while(changes: tuple[DirectoryChange, ...], path: str) -> list[str]:
    """The names on a list that is read page by page, a minute after the other from noon on."""
    asking = Caller(Settings(changes=changes))
    asking.simulator = Simulator(asking.settings, Ticking(NOON))
    asking.sign_in()
    return names(asking.list_pages(path))


def test_a_deletion_between_two_pages_hides_another_row() -> None:
    """By number, the row that moves up into the page already read is never seen."""
    before = read_while((), f"{QUEUES}?pageSize=3")
    gone = DirectoryChange(NOON + timedelta(minutes=2, seconds=30), "queues", 0, "delete")
    read = read_while((gone,), f"{QUEUES}?pageSize=3")
    assert before[0] == "Billing"
    assert set(before) - set(read) == {before[3]}


def test_an_addition_between_two_pages_shows_a_row_twice() -> None:
    new = DirectoryChange(NOON + timedelta(minutes=2, seconds=30), "queues", 0, "add")
    read = read_while((new,), f"{QUEUES}?pageSize=3")
    assert read[2] == read[3]
    assert "Billing" not in read


def test_a_list_by_cursor_repeats_and_skips_nothing() -> None:
    before = read_while((), "/api/v2/teams?pageSize=2")
    gone = DirectoryChange(NOON + timedelta(minutes=2, seconds=30), "teams", 0, "delete")
    assert read_while((gone,), "/api/v2/teams?pageSize=2") == before
