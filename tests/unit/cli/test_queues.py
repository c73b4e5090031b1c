"""Which queue a name means."""

from __future__ import annotations

import pytest

from trunkline.cli.queues import Queue, found
from trunkline.errors import UsageError

ID = "6a2f0f3e-0000-4000-8000-00000000000{}"
SUPPORT, SALES, OLD, TWIN, OTHER = QUEUES = (
    Queue(ID.format(1), "Support"),
    Queue(ID.format(2), "Sales"),
    Queue(ID.format(3), "Sales", is_deleted=True),
    Queue(ID.format(4), "Twin"),
    Queue(ID.format(5), "Twin"),
)


@pytest.mark.parametrize(
    ("told", "queue"),
    [
        ("Support", SUPPORT),
        ("sUPPORT", SUPPORT),
        (ID.format(1).upper(), SUPPORT),
        ("Sales", SALES),  # the deleted one of that name is not meant
        (ID.format(3), OLD),
        (ID.format(4), TWIN),
    ],
)
def test_a_queue_is_found(told: str, queue: Queue) -> None:
    assert found(told, QUEUES) == queue


def test_capitals_tell_apart_where_they_do() -> None:
    small = Queue(ID.format(6), "support")
    assert found("support", (SUPPORT, small)) == small
    assert found("Support", (SUPPORT, small)) == SUPPORT


def test_a_deleted_queue_is_found_where_no_other_has_the_name() -> None:
    assert found("Sales", (SUPPORT, OLD)) == OLD


def test_two_of_a_name_are_told_apart_by_id() -> None:
    with pytest.raises(UsageError, match="there are 2 queues Twin") as caught:
        found("Twin", QUEUES)
    assert TWIN.queue_id in str(caught.value.hint)
    assert OTHER.queue_id in str(caught.value.hint)


def test_a_name_that_is_nearly_right() -> None:
    with pytest.raises(UsageError, match="there is no queue Suport") as caught:
        found("Suport", QUEUES)
    assert caught.value.hint == "Did you mean Support?"
    with pytest.raises(UsageError) as caught:
        found("Warehouse", QUEUES)
    assert "SELECT name FROM queues" in str(caught.value.hint)
