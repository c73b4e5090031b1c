"""What options ask for, checked before anything is requested: a request is billed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from trunkline.engine.judgement import checked_zone
from trunkline.errors import UsageError


def moment(text: str | None, zone: str, option: str = "--as-of") -> int | datetime | None:
    """A snapshot's number, or a time in UTC; without an offset, it is one in the zone."""
    if text is None:
        return None
    checked_zone(zone)
    try:
        if text.isascii() and text.isdigit():
            return int(text)
        return _utc(text, zone)
    except (ValueError, OverflowError):  # also a number or a year that is too large
        raise UsageError(
            f"{option} {text!r} is neither a snapshot's number nor a time",
            hint="A time is, for example, 2025-03-01T09:00 or 2025-03-01T09:00:00Z.",
        ) from None


def instant(text: str | None, zone: str, option: str) -> datetime | None:
    """A date or a time as an instant in UTC; a date is its midnight in the zone."""
    if text is None:
        return None
    checked_zone(zone)
    try:
        return _utc(text, zone)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{option} {text!r} is neither a date nor a time",
            hint="For example 2025-03-01, 2025-03-01T09:00 or 2025-03-01T09:00:00Z.",
        ) from None


def _utc(text: str, zone: str) -> datetime:
    found = datetime.fromisoformat(text)
    local = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC)


def parameters(given: Iterable[str]) -> dict[str, object]:
    """``NAME=VALUE`` by name; a value is a text, as it would be in quotes in the query."""
    found: dict[str, object] = {}
    for pair in given:
        name, sign, value = pair.partition("=")
        if not sign or (not name.isidentifier() and not name.isdigit()):
            raise UsageError(
                "a --param is not NAME=VALUE",  # and may be a value: not said
                hint="For $since write --param since=2025-03-01; for the first ?, --param 1=...",
            )
        found[name] = value
    return found


def require_place(target: Path) -> None:
    """Raise UsageError where no file of this name can be. Nothing is made, and nothing emptied."""
    folder = target.parent
    if target.is_dir():
        reason = "it is a directory"
    elif not folder.is_dir():
        reason = f"there is no directory {folder}"
    elif not (target.exists() or os.access(folder, os.W_OK)):
        reason = f"no permission to write into {folder}"
    else:
        return
    raise UsageError(f"{target} cannot be written: {reason}")
