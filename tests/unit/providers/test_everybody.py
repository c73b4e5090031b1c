"""Who there is, of a list whose pages change while they are read."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.fakes import answer
from tests.unit.providers.scene import Scene
from trunkline.errors import MalformedAnswer, ProviderError
from trunkline.http.message import Response
from trunkline.providers.genesys.everybody import READINGS, Everybody


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
