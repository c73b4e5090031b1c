"""Pages of whole lists: how they are asked for, where the next one is, what their items become."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from trunkline.catalog import Dataset
from trunkline.engine.registry import catalog
from trunkline.errors import MalformedAnswer
from trunkline.providers import FROM_END, PLAIN, ListPage
from trunkline.providers.genesys import lists
from trunkline.providers.genesys.numbered import Place, behind, place

TOLD = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
NOTED = "2026-03-01T09:30:00.000Z"


def of(name: str) -> Dataset:
    found = catalog().dataset(name)
    assert found is not None
    return found


def read(name: str, body: Any, at: str | None = None, item: str | None = None) -> ListPage:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return lists.read(raw, of(name), catalog().tables, at, TOLD, item)


def items(page: ListPage) -> Any:
    return msgspec.json.decode(page.body)["entities"]


def asked(name: str, at: str | None = None, item: str | None = None) -> dict[str, str | int]:
    return lists.query(lists.listing_of(of(name)), at, item)


def test_what_a_page_is_asked_with() -> None:
    assert asked("users") == {"state": "any", "pageSize": 500, "pageNumber": 1}
    assert asked("users", "3") == {"state": "any", "pageSize": 500, "pageNumber": 3}
    assert asked("users", PLAIN) == asked("users")
    assert asked("users", "2/499/1/500") == {"state": "any", "pageSize": 499, "pageNumber": 2}
    assert asked("users", FROM_END, "deleted") == {
        "state": "deleted",
        "pageSize": 500,
        "pageNumber": 1,
        "sortOrder": "descending",
    }
    assert asked("teams") == {"pageSize": 100}
    assert asked("teams", "abc=") == {"pageSize": 100, "after": "abc="}
    assert asked("presence_definitions", None, "TRUE") == {"deactivated": "TRUE"}
    assert asked("organization") == {}


@pytest.mark.parametrize(
    ("envelope", "at", "following"),
    [
        ({"pageCount": 2}, None, "2"),
        ({"pageCount": 2}, "2", None),
        ({"pageCount": 0}, None, None),
        ({"nextUri": "/api/v2/users?pageNumber=2"}, None, "2"),
        ({"nextUri": "/api/v2/users?pageNumber=9"}, "4", "5"),
        ({"pageCount": 3}, "-2", "-3"),
        ({}, None, None),
    ],
)
def test_where_the_next_numbered_page_is(
    envelope: dict[str, Any], at: str | None, following: str | None
) -> None:
    page = read("users", {"entities": [{"id": "u"}], "total": 7, **envelope}, at)
    assert (page.following, page.total, page.ids) == (following, 7, ("u",))


def test_a_page_past_the_last_is_followed_by_none() -> None:
    assert read("users", {"entities": [], "pageCount": 9}, "4").following is None


def test_a_full_page_without_any_count_is_followed_by_another() -> None:
    full = {"entities": [{"id": f"u{n}"} for n in range(100)]}
    assert read("queue_members", full, PLAIN, "q").following == "2"
    assert read("queue_members", full, None, "q").following == "2/99/1/100"


def pages_of(count: int, most: int, window: int | None = None) -> list[Place]:
    """The pages that are asked for of a list of so many items, of a provider that has them."""
    here, found = place(None, most), []
    while True:
        found.append(here)
        items = min(count - (here.number - 1) * here.size, here.size)
        if here.number * here.size >= count:
            return found
        here = place(str(behind(here, items, here.size, window)), most)


@pytest.mark.parametrize("most", [16, 25, 50, 100, 200, 500])
def test_each_page_repeats_the_end_of_the_one_before_it_and_none_is_left_out(most: int) -> None:
    first, *others = pages_of(5_000, most)
    end = first.size
    for page in others:
        begin = (page.number - 1) * page.size
        assert end - begin == page.again > 0
        assert page.size <= most
        end = page.number * page.size
    assert end >= 5_000


def test_pages_that_overlap_are_hardly_more_than_others() -> None:
    counts = {(10_000, 500): 21, (9_500, 100): 108, (161, 100): 2, (500, 100): 6}
    assert {of: len(pages_of(*of)) for of in counts} == counts


def test_pages_reach_the_window_before_they_reach_beyond_it() -> None:
    reached = [page.number * page.size for page in pages_of(12_000, 500, 10_000)]
    assert 10_000 in reached


def test_what_was_told_before_is_left_out_of_a_page() -> None:
    page = read("users", {"entities": [{"id": "a"}, {"id": "b"}], "total": 501}, "2/499/1/500")
    assert (page.ids, page.overlap) == (("a", "b"), 1)
    assert [one["id"] for one in items(page)] == ["b"]


@pytest.mark.parametrize("size", [-3, 0, 1, 10**9])
def test_a_page_that_is_not_as_large_as_it_says_is_followed_by_a_plain_one(size: int) -> None:
    body = {"entities": [{"id": "u"}], "pageSize": size, "pageCount": 4}
    assert read("users", body).following == "2"


def test_where_the_next_page_by_cursor_is() -> None:
    page = read("teams", {"entities": [{"id": "t"}], "nextUri": "/api/v2/teams?after=a%3D%3D&x=1"})
    assert page.following == "a=="
    assert read("teams", {"entities": [{"id": "t"}]}).following is None
    with pytest.raises(MalformedAnswer, match="no cursor"):
        read("teams", {"entities": [], "nextUri": "/api/v2/teams"})
    with pytest.raises(MalformedAnswer, match="followed by itself"):
        read("teams", {"entities": [{"id": "t"}], "nextUri": "/api/v2/teams?after=a"}, "a")


def test_an_item_has_when_it_was_told_and_what_its_columns_name_within() -> None:
    (user,) = items(
        read(
            "users",
            {
                "entities": [
                    {"id": "u", "division": {"id": "d", "name": "Home"}, "manager": None, "x": 1}
                ]
            },
        )
    )
    assert user == {
        "id": "u",
        "division": {"id": "d", "name": "Home"},
        "manager": None,
        "x": 1,
        "division.id": "d",
        "refreshedAt": NOTED,
    }


def test_an_item_of_another_has_both_ids() -> None:
    page = read("queue_members", {"entities": [{"id": "u"}, {"joined": True}]}, None, "q")
    assert items(page) == [
        {"id": "u", "refreshedAt": NOTED, "queueId": "q", "memberKey": "q:u"},
        {"joined": True, "refreshedAt": NOTED, "queueId": "q"},
    ]
    assert page.ids == ("u", "")


def test_an_object_of_objects_becomes_a_list() -> None:
    media = {"call": {"serviceLevel": {"percentage": 0.8, "durationMs": 9}}, "chat": None}
    (queue,) = items(read("queues", {"entities": [{"id": "q", "mediaSettings": media}]}))
    assert queue["mediaSettings"] == [
        {
            "serviceLevel": {"percentage": 0.8, "durationMs": 9},
            "mediaType": "call",
            "serviceLevel.durationMs": 9,
            "serviceLevel.percentage": 0.8,
        }
    ]


@pytest.mark.parametrize("odd", [None, 7, "text", [], [1], True, {"call": 5}])
def test_what_is_no_object_of_objects_is_left_to_be_judged(odd: object) -> None:
    (queue,) = items(read("queues", {"entities": [{"id": "q", "mediaSettings": odd}]}))
    assert queue["mediaSettings"] == ([5] if odd == {"call": 5} else odd)


def test_items_that_are_none_stay_what_they_are() -> None:
    page = read("users", b'{"entities":[null, 7 ,{},{"id":"u","name":"half \\ud83d"},{"id":5}]}')
    assert page.ids == ("", "", "", "u", "")
    one, two, three, four, five = items(page)
    assert (one, two, three) == (None, 7, {"refreshedAt": NOTED})
    assert four["name"] == "half \N{REPLACEMENT CHARACTER}"
    assert five == {"id": 5, "refreshedAt": NOTED}


def test_a_byte_that_is_no_text_is_left_to_be_judged() -> None:
    page = read("users", b'{"entities":[{"id":"u","name":"caf\xe9"}]}')
    assert b'"caf\xe9"' in page.body
    assert page.ids == ("u",)


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b"<html>", b'{"entities":null}', b'{"entities":{}}', b'{"entit'],
)
def test_what_is_no_list_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        read("users", body)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"conversations":[]}'])
def test_an_answer_of_something_else_does_not_fit(body: bytes) -> None:
    assert not lists.fits(lists.listing_of(of("users")))(body)
    assert lists.fits(lists.listing_of(of("users")))(b'{"entities":[]}')


def test_the_one_item_of_an_answer_is_a_list_of_one() -> None:
    page = read("organization", {"id": "o", "name": "Northwind"})
    assert items(page) == [{"id": "o", "name": "Northwind", "refreshedAt": NOTED}]
    assert (page.ids, page.following) == (("o",), None)


def test_what_the_vendor_calls_the_same_does_not_win() -> None:
    (user,) = items(read("users", {"entities": [{"id": "u", "refreshedAt": "yesterday"}]}))
    assert user["refreshedAt"] == NOTED
