"""A provider that asks to be left alone for longer than anybody waits: told, kept to, gone on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes import run
from tests.gateway import SMALL, Site
from trunkline.engine import Options
from trunkline.errors import IncompleteData, ProviderUnreachable, TrunklineError
from trunkline_simulator.settings import Fault

QUARTER = "conversation_start >= '2025-01-01' AND conversation_start < '2025-04-01'"
QUESTION = f"SELECT count(*) FROM conversations WHERE {QUARTER}"


@pytest.mark.parametrize(
    ("match", "error"),
    [
        ("GET */results", IncompleteData),
        ("GET */availability", ProviderUnreachable),
        ("POST /oauth/token", ProviderUnreachable),
    ],
)
def test_nothing_is_sent_before_the_time(
    tmp_path: Path, match: str, error: type[TrunklineError]
) -> None:
    site = Site(tmp_path / "data", replace(SMALL, faults=(Fault(match, "429", seconds=3600),)))
    with site.engine() as engine:

        async def ask() -> None:
            await engine.prepare(QUESTION, Options(), lambda _: None)

        with pytest.raises(error, match="it asks for none before 2026-03-10T10:") as caught:
            run(site.clock, ask())
        told, before = caught.value.retry_after, len(site.requests)
        assert told is not None
        assert site.clock.now() - told < timedelta(hours=-1) + timedelta(seconds=10)
        with pytest.raises(ProviderUnreachable) as again:
            run(site.clock, ask())
        assert again.value.retry_after == told
        assert len(site.requests) == before or match.startswith("GET"), "a token may be asked for"
        assert not any("/analytics/" in path for _, path, _ in site.requests[before:])
        site.wait(hours=1)
        run(site.clock, ask())
    assert site.submits() == 3


def test_one_reason_is_told_for_all_that_was_held(tmp_path: Path) -> None:
    fault = Fault("GET */details/jobs/*-*-*-*-*", "429", seconds=3600)
    site = Site(tmp_path / "data", replace(SMALL, faults=(fault,)))
    with pytest.raises(IncompleteData) as caught:
        site.prepare(QUESTION)
    assert caught.value.message.count("too many requests") == 1
    assert "2025-01-01T00:00:00.000Z/2025-04-01T00:00:00.000Z" in caught.value.message
