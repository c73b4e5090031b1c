"""Nothing of a page goes unnoticed, however it is laid out and whatever pages came before it."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest

from tests.unit.flatten.pages import DAYS, FLATTENER, Json, body, conversation, metric, session
from trunkline.flatten import Flattened, Flattener

ONE = '{"conversationId":"c1","conversationStart":"2025-03-13T08:00:00.000Z",%s}'
LAYOUTS: dict[str, dict[str, Any]] = {
    "compact": {"separators": (",", ":")},
    "spaced": {"separators": (", ", ": ")},
    "apart": {"separators": (" , ", " : ")},
    "far apart": {"separators": (",", "  :")},
    "indented": {"indent": 2},
    "indented by tabs": {"indent": "\t", "separators": (",", "\t:")},
}
VOICE = conversation(session(ani="tel:+15550100123", metrics=[metric("tTalk", 5)]))
MAIL = conversation(session(mediaType="email", subject="Re: x", addressTo="a@b.example"))
ODD = conversation(
    session(segments=[{"wrapUpNote": 'a "b": {', "properties": [{"property": "x", "future": 1}]}]),
    participants=[
        {"participantId": "p1", "attributes": {"a": "1", "future": "2", "b": None}},
        {"participantId": "p2", "purpose": "agent", "sessions": [session(future=[{"ani": 1}])]},
    ],
    evaluations=[{"evaluationId": "e1"}],
)


def one(attributes: str) -> bytes:
    """A page of one conversation, of which this text is the rest."""
    return b'{"conversations":[%s]}' % (ONE % attributes).encode()


def seen(flattened: Flattened) -> tuple[Any, ...]:
    """All that can be seen of a page."""
    tables = {name: table.to_pylist() for name, table in flattened.tables.items()}
    return tables, flattened.unknown, flattened.conversations, flattened.quarantined


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_unknown_attribute_is_counted_in_every_layout(layout: str) -> None:
    page = {"conversations": [conversation(session(future={"ani": 1}))], "cursor": "x"}
    text = json.dumps(page, **LAYOUTS[layout]).encode()
    assert FLATTENER.flatten(text, days=DAYS).unknown == {"session.future": 1}


@pytest.mark.parametrize(
    "attributes",
    [
        '"future":1,"externalTag" :"x"',
        '"future":1,"externalTag"  :"x"',
        '"future":1,"externalTag"\n:"x"',
        '"externalTag":"\\":","future":1',
        '"externalTag":"\\\\\\":","future":1',
        '"externalTag":"\\\\","future":1',
        '"externalTag":null,"future":1',
        '"future":null',
        '"future":1,"future":2',
    ],
)
def test_nothing_hides_an_unknown_attribute(attributes: str) -> None:
    assert FLATTENER.flatten(one(attributes), days=DAYS).unknown == {"conversation.future": 1}


def test_a_name_that_ends_in_a_backslash_is_counted() -> None:
    flattened = FLATTENER.flatten(one('"future\\\\":1'), days=DAYS)
    assert flattened.unknown == {"conversation.(not a name)": 1}


@pytest.mark.parametrize(
    "attributes",
    [
        '"externalTag":"a \\" : b, \\": c"',
        '"externalTag":null',
        '"participants":[{"participantId":"p","attributes":{"x\\":":"1","":"2"}}]',
        '"participants":[{"participantId":"p","attributes":{}},{"attributes":null}]',
    ],
)
def test_what_is_declared_is_not_unknown(attributes: str) -> None:
    assert FLATTENER.flatten(one(attributes), days=DAYS).unknown == {}


@pytest.mark.parametrize("pages", list(permutations([VOICE, MAIL, ODD])))
def test_what_becomes_of_a_page_does_not_depend_on_those_before(pages: tuple[Json, ...]) -> None:
    fresh = Flattener(FLATTENER.dataset, FLATTENER.tables, FLATTENER.policy)
    for page in pages:
        text = body(page)
        expected = seen(fresh.flatten_slowly(text, days=DAYS))
        assert seen(fresh.flatten(text, days=DAYS)) == expected


def test_an_attribute_is_landed_from_the_first_page_that_has_it() -> None:
    fresh = Flattener(FLATTENER.dataset, FLATTENER.tables, FLATTENER.policy)
    for _ in range(3):
        fresh.flatten(body(VOICE), days=DAYS)
    found = fresh.flatten(body(VOICE, {**MAIL, "conversationId": "c2"}), days=DAYS)
    assert found.tables["sessions"]["media_type"].to_pylist() == ["voice", "email"]
    assert found.tables["sessions"]["address_to"].to_pylist() == [None, "REDACTED"]
