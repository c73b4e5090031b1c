"""A provider that repeats ids within a conversation: keys stay unique, joins by key stay right."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.gateway import SMALL, TABLES, Site
from trunkline.engine.registry import catalog
from trunkline_simulator.families import expected_families, repeated
from trunkline_simulator.truth import conversations

FIRST, LAST = date(2025, 3, 1), date(2025, 3, 31)
MARCH = "conversation_start >= '2025-03-01' AND conversation_start < '2025-04-01'"
HOSTILE = replace(SMALL, shape=replace(SMALL.shape, per_day=8, hostile=True))

LANDED = [table for table in catalog().tables if table.name in TABLES]
FAMILIES = f"""
SELECT s.conversation_id, s.participant_id, s.session_id,
       (SELECT count(*) FROM sessions o
        WHERE {MARCH} AND o.participant_key = p.participant_key) AS legs,
       (SELECT count(*) FROM segments g WHERE {MARCH} AND g.session_key = s.session_key) AS parts,
       (SELECT count(*) FROM session_metrics m
        WHERE {MARCH} AND m.session_key = s.session_key) AS metrics
FROM sessions s JOIN participants p USING (participant_key)
WHERE s.conversation_start >= '2025-03-01' AND s.conversation_start < '2025-04-01'
  AND p.conversation_start >= '2025-03-01' AND p.conversation_start < '2025-04-01'"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A month of a hostile provider, held."""
    made = Site(tmp_path_factory.mktemp("repeated") / "data", HOSTILE)
    made.prepare(f"SELECT count(*) FROM conversations WHERE {MARCH}")
    return made


@pytest.mark.parametrize("table", LANDED, ids=lambda table: table.name)
def test_a_key_stands_once_in_its_table(site: Site, table: object) -> None:
    name, key = table.name, table.key  # type: ignore[attr-defined]
    sql = f"SELECT count(*) AS n, count(DISTINCT {key}) AS keys FROM {name} WHERE {MARCH}"
    [row] = site.query(sql)
    assert row["n"] == row["keys"]
    assert row["n"] > 0


def test_joins_by_key_bring_together_what_the_provider_put_together(site: Site) -> None:
    lake = site.clock.now() - timedelta(seconds=site.simulation.lag_seconds)
    found = Counter(tuple(row.values()) for row in site.query(FAMILIES))
    assert found == expected_families(site.simulation, FIRST, LAST, lake)


def test_the_certificate_counts_them(site: Site) -> None:
    lake = site.clock.now() - timedelta(seconds=site.simulation.lag_seconds)
    again: Counter[str] = Counter()
    for made in conversations(site.simulation, FIRST, LAST, lake):
        again += repeated(made)
    assert min(again.values()) > 5
    told = site.prepare(f"SELECT count(*) FROM conversations WHERE {MARCH}").certificate
    assert told["repeated_ids"] == {
        "participant.participantId": again["participant"],
        "session.sessionId": again["session"],
    }
    assert not any(name.startswith("repeated:") for name in told["unknown"])
