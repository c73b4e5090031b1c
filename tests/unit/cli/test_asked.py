"""What options may ask for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from trunkline.cli.asked import moment, parameters, require_place
from trunkline.errors import UsageError


@pytest.mark.parametrize(
    ("text", "zone", "meant"),
    [
        (None, "UTC", None),
        ("7", "UTC", 7),
        ("2025-03-01T09:00", "UTC", datetime(2025, 3, 1, 9, tzinfo=UTC)),
        ("2025-03-01T09:00", "Australia/Sydney", datetime(2025, 2, 28, 22, tzinfo=UTC)),
        ("2025-03-01", "Europe/Berlin", datetime(2025, 2, 28, 23, tzinfo=UTC)),
        ("2025-03-01T09:00Z", "Europe/Berlin", datetime(2025, 3, 1, 9, tzinfo=UTC)),
        ("2025-03-01T09:00+10:00", "UTC", datetime(2025, 2, 28, 23, tzinfo=UTC)),
    ],
)
def test_a_moment(text: str | None, zone: str, meant: int | datetime | None) -> None:
    assert moment(text, zone) == meant


@pytest.mark.parametrize(
    "text",
    [
        "²",
        "٣",
        "-1",
        "",
        "yesterday",
        "9" * 5_000,
        "0001-01-01T00:00:00+10:00",
        "9999-12-31T23:59:59-10:00",
    ],
)
def test_no_moment(text: str) -> None:
    with pytest.raises(UsageError, match="neither a snapshot's number nor a time"):
        moment(text, "UTC")


def test_the_zone_of_a_moment_must_exist() -> None:
    with pytest.raises(UsageError, match="Mars/Olympus"):
        moment("2025-03-01T09:00", "Mars/Olympus")


def test_a_place_for_a_file_is_there_or_refused(tmp_path: Path) -> None:
    require_place(tmp_path / "new.json")
    assert not list(tmp_path.iterdir())
    (kept := tmp_path / "kept.json").write_text("old")
    require_place(kept)
    assert kept.read_text() == "old"
    with pytest.raises(UsageError, match="no directory"):
        require_place(tmp_path / "absent" / "new.json")
    with pytest.raises(UsageError, match="is a directory"):
        require_place(tmp_path)


def test_parameters_are_texts_by_name() -> None:
    given = parameters(["since=2025-03-01", "1=a=b", "empty="])
    assert given == {"since": "2025-03-01", "1": "a=b", "empty": ""}


@pytest.mark.parametrize("text", ["since", "=5", "a b=c", "+61491570156"])
def test_a_parameter_without_a_name_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError, match="not NAME=VALUE") as caught:
        parameters([text])
    assert text not in caught.value.message
