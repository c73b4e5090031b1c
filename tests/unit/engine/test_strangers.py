"""Names of the provider's: bounded by page, told apart by kind."""

from __future__ import annotations

import pytest

from trunkline.engine.strangers import bounded, kind_of, unknown_of


def test_a_page_of_a_few_names_keeps_them_all() -> None:
    assert bounded({"session.b": 1, "session.a": 2}) == (("session.a", 2), ("session.b", 1))


def test_a_page_of_many_names_keeps_the_commonest_and_the_number_of_the_rest() -> None:
    counts = {f"session.name{place:04d}": place for place in range(1, 1001)}
    kept = dict(bounded(counts))
    assert len(kept) == 201
    assert kept.pop("(other names)") == sum(range(1, 801))
    assert min(kept.values()) == 801
    assert sum(kept.values()) == sum(range(801, 1001))


@pytest.mark.parametrize(
    ("counted", "kind"),
    [
        ("session.future", ("attribute", "session.future")),
        ("metric:tFuture", ("metric", "tFuture")),
        ("metric.unit", ("attribute", "metric.unit")),
        ("repeated:session.sessionId", ("repeated id", "session.sessionId")),
        ("(other names)", ("attribute", "(other names)")),
    ],
)
def test_what_is_counted_is_told_apart(counted: str, kind: tuple[str, str]) -> None:
    assert kind_of(counted) == kind


def test_a_certificate_sums_pages_and_keeps_repeated_ids_apart() -> None:
    pages = [
        (("metric:tFuture", 2), ("repeated:session.sessionId", 1)),
        (("metric:tFuture", 3), ("session.future", 4)),
    ]
    assert unknown_of(pages) == {
        "unknown": {"metric:tFuture": 5, "session.future": 4},
        "repeated_ids": {"session.sessionId": 1},
    }
