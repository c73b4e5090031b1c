"""The words of the design stand in the glossary, and every metric on its page."""

from __future__ import annotations

import re

import pytest

from tests.documents import ROOT
from tools.print_docs import metrics
from trunkline.engine.registry import catalog
from trunkline_simulator.api.vocabulary import METRICS
from trunkline_simulator.cells import metric_column

# Design, section 3.
WORDS = (
    "provider", "dataset", "grain", "predicate pushdown", "residual predicate", "scan", "plan",
    "interval", "coverage", "watermark", "job", "cursor", "page", "landing", "snapshot", "leg",
    "CDR", "rating", "rate deck", "increment", "reconciliation", "ANI", "DNIS",
)  # fmt: skip
GLOSSARY = (ROOT / "docs/explanation/glossary.md").read_text()
PAGE = metrics.page(catalog())


@pytest.mark.parametrize("word", WORDS)
def test_every_word_of_the_design_is_explained(word: str) -> None:
    found = re.search(rf"^\| {re.escape(word)} \| (.+) \|$", GLOSSARY, re.MULTILINE)
    assert found
    assert len(found[1]) > 30


def test_the_glossary_is_in_order() -> None:
    words = re.findall(r"^\| ([^|]+) \|", GLOSSARY, re.MULTILINE)[2:]
    assert words == sorted(words, key=str.lower)
    assert len(words) == len(set(words))


@pytest.mark.parametrize("name", sorted(METRICS))
def test_every_metric_has_its_column_a_meaning_and_when_it_is_emitted(name: str) -> None:
    row = rf"^\| `{name}` \| `{metric_column(name)}` \| \S+ \| (ms|count|) ?\| (.+) \| (.+) \|$"
    found = re.search(row, PAGE, re.MULTILINE)
    assert found, name
    unit, meaning, emitted = found.groups()
    assert unit == {"t": "ms", "n": "count", "o": ""}[name[0]]
    assert len(meaning) >= 8
    assert len(emitted) >= 8


def test_no_metric_stands_there_that_the_vendor_does_not_have() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == set(METRICS)
