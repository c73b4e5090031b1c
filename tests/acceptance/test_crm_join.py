"""The recipe of docs/howto/join-a-crm-export.md, run as it stands, against the simulator."""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from tests.acceptance.commands import desk
from tests.documents import ROOT, fences
from trunkline_simulator import Shape, conversations_of

KEY = hashlib.sha256(b"a key for tests").digest()


def calls_by_number(shape: Shape) -> dict[str, set[str]]:
    """The conversations of the week of the recipe by the number that called."""
    found: dict[str, set[str]] = defaultdict(set)
    for day in (date(2025, 3, 1) + timedelta(days=n) for n in range(7)):
        for made in conversations_of(shape, day):
            for owner in made["participants"]:
                for leg in owner["sessions"]:
                    if leg.get("ani", "").startswith("tel:+1"):
                        found[leg["ani"].removeprefix("tel:")].add(made["conversationId"])
    return found


def spelled(number: str, way: int) -> str:
    """As people write numbers of the United States."""
    area, office, line = number[2:5], number[5:8], number[8:]
    forms = (number, f"+1 {area} {office} {line}", f"({area}) {office}-{line}", f"tel:{number}")
    return forms[way % len(forms)]


def test_customers_are_found_by_their_numbers(tmp_path: Path) -> None:
    (example,) = fences((ROOT / "docs/howto/join-a-crm-export.md").read_text(), "python")
    with desk(tmp_path) as at:
        expected = calls_by_number(at.simulator.settings.shape)
        assert len(expected) > 8
        with (tmp_path / "crm.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("customer", "number"))
            rows.writerow(("nobody", "extension 12"))
            for place, number in enumerate(sorted(expected)):
                rows.writerow((f"customer-{place}", spelled(number, place)))
        done = at.python(example, TRUNKLINE_TOKEN_KEY=KEY.hex(), TRUNKLINE_PHONE_REGION="US")
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.splitlines()) == sorted(
        f"customer-{place} {len(expected[number])}" for place, number in enumerate(sorted(expected))
    )
