"""Small answers that are not what is documented: a right value or a clear error, never a crash.

The judge reads the same bytes with ``json`` and looks for what the vendor documents.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import VirtualClock, run, scripted
from tests.unit.flatten.hostile import encoded, loose, spoil, torn
from tests.unit.providers.scene import DETAILS, MARCH, Scene
from trunkline.errors import CredentialsError, MalformedAnswer, TrunklineError
from trunkline.http.auth import Credentials, TokenSource
from trunkline.http.exchange import Patience
from trunkline.http.message import Response
from trunkline.providers.genesys.client import GenesysCloud

PLANTED = b"planted 0815"
# Of eight answers each a share of the examples of a profile.
SHARE = settings(max_examples=max(settings().max_examples // 4, 1))
Json = dict[str, Any]
Judged = tuple[Json, Callable[[GenesysCloud], Coroutine[Any, Any, Any]], Callable[[Json], Any]]


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _grants(answer: Json) -> list[tuple[str, str, set[str]]]:
    return [
        (
            grant["division"]["id"],
            grant["division"].get("name") or grant["division"]["id"],
            {
                f"{policy['domain']}:{policy.get('entityName', '*')}:{action}"
                for policy in grant["role"].get("policies", [])
                for action in policy.get("actions", [])
            },
        )
        for grant in answer["grants"]
    ]


async def _granted(cloud: GenesysCloud) -> list[tuple[str, str, set[str]]]:
    grants = await cloud.grants("client")
    return [(g.division.id, g.division.name, set(g.permissions)) for g in grants]


async def _status(cloud: GenesysCloud) -> tuple[str, bool, datetime | None]:
    status = await cloud.status(DETAILS, "job-1")
    return status.state.value, status.message is not None, status.expires_at


async def _submitted(cloud: GenesysCloud) -> str:
    return (await cloud.submit(DETAILS, MARCH)).id


async def _divisions(cloud: GenesysCloud) -> list[tuple[str, str]]:
    return [(division.id, division.name) for division in await cloud.divisions()]


WORDS = {
    "QUEUED": "running",
    "PENDING": "running",
    "FULFILLED": "ready",
    "FAILED": "failed",
    "CANCELLED": "cancelled",
    "EXPIRED": "expired",
}
ANSWERS: dict[str, Judged] = {
    "availability": (
        {"dataAvailabilityDate": "2025-04-29T04:10:03Z"},
        lambda cloud: cloud.availability(DETAILS),
        lambda answer: _instant(answer["dataAvailabilityDate"]),
    ),
    "submit": ({"jobId": "3f1c-9"}, _submitted, lambda answer: answer["jobId"]),
    "status": (
        {"state": "FULFILLED", "expirationDate": "2025-04-30T00:00:00.000Z", "errorMessage": "x"},
        _status,
        lambda answer: (
            WORDS[answer["state"]],
            bool(answer.get("errorMessage")),
            _instant(answer["expirationDate"]) if answer.get("expirationDate") else None,
        ),
    ),
    "divisions": (
        {"entities": [{"id": "1", "name": "Home"}, {"id": "2"}], "pageCount": 1},
        _divisions,
        lambda answer: [(e["id"], e.get("name") or e["id"]) for e in answer["entities"]],
    ),
    "grants": (
        {"grants": [{"division": {"id": "*"}, "role": {"policies": [
            {"domain": "analytics", "entityName": "conversationDetail", "actions": ["view"]}]}}]},
        _granted,
        _grants,
    ),
    "limits": (
        {"entities": [{"key": "a.b", "namespace": "analytics", "value": 7}]},
        lambda cloud: cloud.limits("analytics"),
        lambda answer: {e["key"]: e["value"] for e in answer["entities"]},
    ),
    "count": (
        {"conversations": [], "totalHits": 17},
        lambda cloud: cloud.count(DETAILS, MARCH),
        lambda answer: answer.get("totalHits", 0),
    ),
}  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn, answer: Json) -> bytes:
    """An answer, spoilt as values and as bytes."""
    made = loose(answer)
    for _ in range(draw(st.integers(0, 2))):
        spoil(made, draw)
    body = encoded(made)
    return draw(torn(body)) if draw(st.integers(0, 4)) == 0 else body


def _asked(call: str, body: bytes) -> Any:
    """What comes of it: a value, or the error."""
    # Where it says that there are more pages, each is the same.
    scene = Scene(*[Response(200, {}, body)] * 20)
    try:
        return scene.run(ANSWERS[call][1](scene.cloud))
    except TrunklineError as error:
        return error


@pytest.mark.parametrize("call", ANSWERS)
def test_the_documented_answer_is_read(call: str) -> None:
    answer, _, judge = ANSWERS[call]
    assert _asked(call, json.dumps(answer).encode()) == judge(answer)


@pytest.mark.parametrize("call", ANSWERS)
@SHARE
@given(data=st.data())
def test_another_answer_is_read_rightly_or_refused(call: str, data: st.DataObject) -> None:
    answer, _, judge = ANSWERS[call]
    body = data.draw(bodies(answer))
    found = _asked(call, body)
    if isinstance(found, TrunklineError):
        assert isinstance(found, MalformedAnswer)
        return
    read = json.loads(body.decode(errors="replace"))
    assert found == judge(read)


@st.composite
def planted(draw: st.DrawFn, answer: Json) -> bytes:
    """An answer that is spoilt and holds what no error may repeat."""
    made = loose(answer)
    spoil(made, draw)
    return encoded(made).replace(b"2025-0", PLANTED).replace(b"3f1c-9", b"a b" + PLANTED)


@pytest.mark.parametrize("call", ANSWERS)
@SHARE
@given(data=st.data())
def test_an_error_never_quotes_an_answer(call: str, data: st.DataObject) -> None:
    found = _asked(call, data.draw(planted(ANSWERS[call][0])))
    assert not isinstance(found, TrunklineError) or PLANTED.decode() not in f"{found} {found.hint}"


@SHARE
@given(bodies({"access_token": "abc", "token_type": "bearer", "expires_in": 86_400}))
def test_a_token_is_one_or_refused(body: bytes) -> None:
    clock = VirtualClock()
    login = Credentials("Genesys Cloud", "eu", "https://login.example", "client", "secret")
    source = TokenSource(login, scripted(Response(200, {}, body)), Patience(clock))
    try:
        token = run(clock, source.token())
    except CredentialsError:
        return
    read = json.loads(body.decode(errors="replace"))
    assert token == read["access_token"]
    assert all(" " <= character <= "~" for character in token)
    assert isinstance(read["expires_in"], int | float)


@pytest.mark.parametrize("job_id", ["", " ", "../../x", "a b", "a\x1b[2J", "x" * 101, "{jobId}"])
def test_a_job_id_that_is_none_by_its_form(job_id: str) -> None:
    found = _asked("submit", json.dumps({"jobId": job_id}).encode())
    assert isinstance(found, MalformedAnswer)
    assert found.message.endswith("jobs: the answer holds no job id")


def test_less_than_no_conversations_are_no_count() -> None:
    found = _asked("count", b'{"totalHits":-1}')
    assert isinstance(found, MalformedAnswer)
    assert "less than no conversations" in found.message


def test_divisions_of_pages_that_are_not_there_are_not_asked_for_without_end() -> None:
    found = _asked("divisions", b'{"entities":[],"pageCount":1000000000}')
    assert isinstance(found, MalformedAnswer)
    assert "page 1 of 1000000000 has none new" in found.message


def test_divisions_of_a_page_that_comes_again_are_not_asked_for_without_end() -> None:
    body = b'{"entities":[{"id":"1"}],"pageCount":1000000000}'
    found = _asked("divisions", body)
    assert isinstance(found, MalformedAnswer)
    assert "page 2 of 1000000000 has none new" in found.message
