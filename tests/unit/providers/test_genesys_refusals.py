"""What a refusal of Genesys Cloud becomes, by its status and its body."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from tests.fakes import answer
from tests.unit.providers.scene import DETAILS, MARCH, Scene, error_body
from trunkline.errors import CursorLost, JobLost, PermissionMissing, RequestRefused
from trunkline.http.message import Response


@pytest.mark.parametrize(
    "gone",
    [
        error_body(404, "not.found", "no such job"),
        error_body(410, "gone", "no longer here"),
        error_body(400, "bad.request", "The results of this job have EXPIRED"),
        error_body(400, "job.expired", "no"),
    ],
)
def test_a_job_that_is_gone(gone: Response) -> None:
    for request in ("status", "page"):
        scene = Scene(gone)
        sent = (
            scene.cloud.status(DETAILS, "job-1")
            if request == "status"
            else scene.cloud.page(DETAILS, "job-1", "x")
        )
        with pytest.raises(JobLost, match=r"job-1.*c-1"):
            scene.run(_wait(sent))


def test_another_refusal_of_a_page_is_no_lost_job() -> None:
    scene = Scene(error_body(400, "bad.page.size", "pageSize", details=[{"fieldName": "pageSize"}]))
    with pytest.raises(RequestRefused, match=r"bad\.page\.size; fields pageSize"):
        scene.run(scene.cloud.page(DETAILS, "job-1", None))


def test_cancel_refused() -> None:
    scene = Scene(answer(409))
    with pytest.raises(RequestRefused):
        scene.run(scene.cloud.cancel(DETAILS, "job-1"))


@pytest.mark.parametrize(
    ("message", "params"),
    [
        (
            "You are missing the following permission(s): analytics:conversationDetail:view",
            {},
        ),
        ("missing", {"permissions": "[analytics:conversationDetail:view]"}),
    ],
)
def test_the_missing_permission_is_named(message: str, params: dict[str, str]) -> None:
    scene = Scene(error_body(403, "missing.any.permissions", message, messageParams=params))
    with pytest.raises(PermissionMissing) as caught:
        scene.run(scene.cloud.availability(DETAILS))
    assert caught.value.message.endswith("missing permission analytics:conversationDetail:view")
    assert "missing.any.permissions" in caught.value.message


def test_a_vendors_message_is_not_passed_on() -> None:
    person = "Jane Roe +491701234567 jane@example.com"
    scene = Scene(error_body(400, person, person, details=[{"fieldName": person}]))
    with pytest.raises(RequestRefused) as caught:
        scene.run(scene.cloud.submit(DETAILS, MARCH))
    shown = f"{caught.value} {caught.value.hint}"
    assert "Jane" not in shown
    assert "4567" not in shown
    assert "c-1" in shown


def test_a_proxys_error_page() -> None:
    scene = Scene(Response(400, {}, b"<html>\xff</html>"))
    with pytest.raises(RequestRefused, match="answered 400 to GET"):
        scene.run(scene.cloud.organization())


def test_a_refused_cursor_is_not_a_lost_job() -> None:
    scene = Scene(error_body(400, "bad.request", "The cursor is invalid"))
    with pytest.raises(CursorLost, match="job-1"):
        scene.run(scene.cloud.page(DETAILS, "job-1", "Y3Vyc29y"))
    first = Scene(error_body(400, "bad.request", "no"))
    with pytest.raises(RequestRefused):
        first.run(first.cloud.page(DETAILS, "job-1", None))


async def _wait(request: Coroutine[Any, Any, object]) -> None:
    await asyncio.gather(request)
