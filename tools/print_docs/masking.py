"""The auditor's page: what is kept of every column, whose data it is, and what a value becomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from tools.print_docs.markdown import code
from tools.print_docs.markdown import page as page_of
from tools.print_docs.markdown import table as grid
from trunkline.catalog import Catalog, Column, Pii, Table, Whose
from trunkline.cli.tables import KEPT
from trunkline.flatten.masking import Numbers, mask
from trunkline.flatten.policy import Policy
from trunkline.flatten.treatment import WHY, Treatment, allowed, default_of
from trunkline.types import Type

INTRODUCTION = """\
For whoever has to say what personal data is kept. Printed from the declarations that the masking
itself is done by, for a policy without rules; `trunkline tables --policy` prints what is in effect
on a computer. What masking is for, and how it may be changed, is in
[masking](../explanation/masking.md).

What no column keeps is nowhere on the computer: values are masked while an answer of the provider
is in memory, before anything of it is written. Of a number most tables keep the end, and the schema
finance the front: both together are the number. The examples are made up, of ranges that
regulators set aside: +61 491 570 156 (Australia) and +44 20 7946 0958 (United Kingdom)."""

CLASSES_TEXT = """\
A class says what kind of data a column may hold. A policy may make any column stricter; the last
column says what it may not undo."""

FINGERPRINT_TEXT = """\
What was done to a day's columns is part of what the day was fetched under, as a fingerprint:
SHA-256 over the version of the masking, what is done to each column that is not kept as it came,
the listed attributes, the region of numbers and the id of the token key, cut to 16 hexadecimal
digits. The id of a key is the first eight hexadecimal digits of HMAC-SHA-256 over a fixed text, so
that two keys can be told apart, and neither the key nor a number can be told from it. Days with
another fingerprint than that of today are `stale`, and a query that needs them fetches them
again."""

TABLES_TEXT = """\
`kept as it came` is said of data that is nobody's or the organisation's own, and of identifiers
that stand for a customer without naming one. Columns of metrics are numbers, which nothing is done
to."""

KEY = bytes(range(32))  # of the examples, and of nothing else
_EXAMPLES = {
    Pii.NAME: ("Ann Example",),
    Pii.PHONE: ("tel:+61491570156", "sip:ann@example.com"),
    Pii.CONTACT: ("tel:+442079460958", "ann@example.com"),
    Pii.IDENTIFIER: ("ann@example.com",),
    Pii.FREE_TEXT: ("Ann asked to be called back",),
    Pii.LISTED: ("gold",),
    Pii.TOKEN: ("tel:+61491570156", "ann@example.com"),
    Pii.FRONT: ("tel:+61491570156", "tel:131450"),
}
_MEANING = {
    Pii.NONE: "no personal data of its own",
    Pii.NAME: "a name",
    Pii.PHONE: "a number",
    Pii.CONTACT: "a number, a SIP or mail address, or a name",
    Pii.IDENTIFIER: "what another system calls somebody or something",
    Pii.FREE_TEXT: "notes, subjects, tags, words of a carrier",
    Pii.LISTED: "the value of a participant attribute",
    Pii.TOKEN: "the keyed token of a number",
    Pii.FRONT: "a number without its end",
}


def page(catalog: Catalog) -> str:
    """The page."""
    fingerprint = Policy().fingerprint(catalog.tables)
    return page_of(
        "What is kept of each column",
        INTRODUCTION,
        "## Classes",
        CLASSES_TEXT,
        grid(("class", "holds", "what is kept", "what no policy undoes"), _classes()),
        "## Whose data",
        grid(("whose", "is"), _whose()),
        "## The fingerprint of a policy",
        FINGERPRINT_TEXT,
        f"Without a rule, a key and a region it is {code(fingerprint)}.",
        "## Tables",
        TABLES_TEXT,
        *(part for table in catalog.tables for part in _table(table)),
    )


def examples_of(column: Column, treatment: Treatment) -> list[tuple[str, str]]:
    """Made-up values of a column's class, and what becomes of each with a key for examples."""
    policy = Policy(key=KEY)
    values = _EXAMPLES.get(column.pii, ())
    masked = mask(pa.array(values, pa.string()), treatment, column.pii, Numbers(policy))
    if treatment is Treatment.LISTED:  # what is not listed is never read
        return [(value, "NULL unless listed") for value in values]
    return [
        (v, "NULL" if found is None else found)
        for v, found in zip(values, masked.to_pylist(), strict=True)
    ]


def _classes() -> Iterator[tuple[str, ...]]:
    for pii in Pii:
        sample = Column("sample", Type.TEXT, "a.b", "A sample.", pii=pii, whose=Whose.CUSTOMER)
        may = {treatment.value for treatment in allowed(sample)}
        why = "" if pii is Pii.NONE else WHY[pii]
        kept = KEPT[default_of(sample)] or "as it came"
        yield code(pii.value), _MEANING[pii], kept, why if len(may) < 4 else ""


def _whose() -> Iterator[tuple[str, str]]:
    yield "customer", "whoever is on the other side, and whatever may be theirs"
    yield "employee", "those who work for the organisation; kept, and a policy may mask it"
    yield "configuration", "what the organisation set up and named; kept, and a policy may mask it"
    yield "nobody", "what the provider's machines measure and number"


def _table(table: Table) -> Iterator[str]:
    metrics = [c for c in table.columns if is_metric(table, c)]
    others = [c for c in table.columns if c not in metrics]
    yield f"### {table.shown}"
    yield grid(("column", "class", "whose", "what is kept", "becomes"), _rows(others, metrics))


def is_metric(table: Table, column: Column) -> bool:
    """Whether a column is one of the many that are numbers and nothing else."""
    is_counted = table.dataset.is_direct and column.unit is not None
    return is_counted or column.attribute.startswith("metrics[")


def _rows(columns: Iterable[Column], metrics: list[Column]) -> Iterator[tuple[str, ...]]:
    for column in columns:
        treatment = default_of(column)
        shown = examples_of(column, treatment) if treatment is not Treatment.KEEP else []
        yield (
            code(column.name),
            column.pii.value,
            column.whose.value,
            KEPT[treatment] or "kept as it came",
            ", ".join(f"{code(before)} → {code(after)}" for before, after in shown),
        )
    if metrics:
        yield f"{len(metrics)} columns of metrics", "none", "nobody", "kept as it came", ""
