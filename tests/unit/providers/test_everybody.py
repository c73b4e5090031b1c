"""Who there is, of a list whose pages change while they are read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.fakes import answer
from tests.unit.providers.scene import Scene
from trunkline.errors import MalformedAnswer, ProviderError
from trunkline.http.message import Response
from trunkline.providers.genesys import user_pages
from trunkline.providers.genesys.everybody import READINGS, Everybody
from trunkline.providers.genesys.user_pages import Place


def page(ids: str, pages: int = 2) -> Response:
    return answer(200, {"entities": [{"id": one} for one in ids], "pageCount": pages})


def read(*pages: Response) -> tuple[tuple[str, ...], int]:
    """The ids, asked for twice, and how many requests that took."""
    scene = Scene(*pages)
    everybody = Everybody(scene.cloud._client)

    async def twice() -> tuple[str, ...]:
        assert await everybody.ids() == await everybody.ids()
        return await everybody.ids()

    return scene.run(twice()), len(scene.sent)


def test_one_page_is_as_it_was() -> None:
    assert read(page("cab", pages=1)) == (("a", "b", "c"), 1)


@pytest.mark.parametrize(
    ("pages", "found", "requests"),
    [
        (("ab", "cd", "ab", "cd"), "abcd", 4),
        (("ab", "c", "da", "bc", "da", "bc"), "abcd", 6),  # d comes to a page that was read
        (("ab", "bc", "na", "bc", "na", "bc"), "abcn", 6),  # b comes twice, pushed by n
        (("ab", "cd", "ac", "d", "ac", "d"), "acd", 6),  # somebody is gone
    ],
)
def test_several_are_if_two_readings_tell_the_same(
    pages: Sequence[str], found: str, requests: int
) -> None:
    assert read(*map(page, pages)) == (tuple(found), requests)


def test_a_list_that_never_stands_still_is_an_error() -> None:
    with pytest.raises(ProviderError, match="changed 5 times"):
        read(*(page(ids) for n in range(READINGS) for ids in ("ab", f"c{n}")))


def test_what_is_no_list_is_malformed() -> None:
    with pytest.raises(MalformedAnswer):
        read(answer(200, {"entities": [{}]}))


class Organisation:
    """So many users of each state, told only up to a window where they are not active."""

    def __init__(self, window: int, **of: int) -> None:
        self.window = window
        self.of = {state: [f"{state}-{n}" for n in range(count)] for state, count in of.items()}

    def page(self, query: Mapping[str, Any]) -> Any:
        """A page of the list; None where it is refused."""
        state, number = query["state"], query["pageNumber"]
        found = self.of[state] if state in self.of else [u for us in self.of.values() for u in us]
        if query.get("sortOrder") == "descending":
            found = found[::-1]
        if state != "active" and number * 100 > self.window:
            return None
        ids = found[(number - 1) * 100 : number * 100]
        counts = {"total": len(found), "pageCount": -(-len(found) // 100)}
        return {"entities": [{"id": one} for one in ids], **counts}


def walked(organisation: Organisation) -> tuple[list[str], int]:
    """Every user that one reading tells, and how many pages it asked for."""
    place: Place | None = Place()
    users, asked = list[str](), 0
    while place:
        asked += 1
        page = organisation.page(user_pages.query(place))
        if page is None:
            then = user_pages.refused(place)
            users, place = ([] if then.state != place.state else users), then
            continue
        told = user_pages.told(place, json.dumps(page).encode())
        users = [*([] if told.anew else users), *told.ids]
        place = told.following
    return users, asked


@pytest.mark.parametrize(
    ("organisation", "pages"),
    [
        (Organisation(10_000, active=9_000, inactive=500, deleted=499), 100),
        (Organisation(10_000, active=12_000, inactive=150, deleted=10_000), 1 + 120 + 2 + 100),
        # The one that is refused, and those from the end.
        (Organisation(10_000, active=1, inactive=0, deleted=10_250), 1 + 1 + 1 + 100 + 1 + 3),
        (Organisation(200, active=250, inactive=399, deleted=200), 3 + 3 + 3 + 2 + 2),
    ],
)
def test_of_more_users_than_pages_reach_nobody_is_left_out(
    organisation: Organisation, pages: int
) -> None:
    users, asked = walked(organisation)
    assert sorted(users) == sorted(one for of in organisation.of.values() for one in of)
    assert asked == pages


def test_how_many_users_are_told_from_neither_end_is_an_error() -> None:
    with pytest.raises(ProviderError, match=r"of 1,050 users with state=deleted 250 are not told"):
        walked(Organisation(400, active=3, inactive=0, deleted=1_050))
