"""The printed pages are what the code prints today, and they leave nothing out."""

from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path

import click
import pytest

from tests.documents import ROOT, documents, fences, links, named
from tools.print_docs import EXAMPLES, SHAPES, commands, errors, masking, pages, settings, tables
from trunkline import config
from trunkline import errors as errors_module
from trunkline.cli import COMMANDS
from trunkline.engine.registry import catalog
from trunkline.errors import TrunklineError

EXAMPLE_FILES = {path.stem: path.read_text() for path in (ROOT / EXAMPLES).glob("*.sql")}
SHAPE_FILES = {path.stem: path.read_text() for path in (ROOT / SHAPES).glob("*.sql")}
PAGES = pages(EXAMPLE_FILES, SHAPE_FILES)
CONTEXTS = list(commands.contexts())


@pytest.mark.parametrize("name", PAGES)
def test_a_printed_page_is_what_the_code_prints(name: str) -> None:
    assert (ROOT / name).read_text() == PAGES[name], "run `make docs`"


def test_there_is_no_other_page_where_pages_are_printed() -> None:
    folders = ("docs/reference", "docs/tables")
    there = {named(path) for folder in folders for path in (ROOT / folder).glob("*.md")}
    assert there == PAGES.keys()


def test_every_table_has_its_page_and_examples() -> None:
    index = PAGES["docs/reference/tables.md"]
    for table in catalog().tables:
        page = PAGES[f"docs/tables/{table.name}.md"]
        assert f"(../tables/{table.name}.md)" in index
        assert 2 <= len(fences(page, "sql")) <= 4
        for column in table.columns:
            assert f"\n| `{column.name}` | {column.type.duckdb} |" in page


def test_the_auditors_page_has_every_column_of_every_table() -> None:
    page = PAGES["docs/reference/masking.md"]
    for table in catalog().tables:
        section = page.partition(f"\n### {table.shown}\n")[2].partition("\n### ")[0]
        counted = table.dataset.is_direct
        metrics = [c for c in table.columns if "metrics[" in c.source or (counted and c.unit)]
        assert not metrics or f"| {len(metrics)} columns of metrics |" in section
        for column in (c for c in table.columns if c not in metrics):
            row = rf"^\| `{column.name}` \| {column.pii.value} \| {column.whose.value} \| \w"
            assert re.search(row, section, re.MULTILINE), column.name


def test_the_auditors_examples_are_what_they_say() -> None:
    page = PAGES["docs/reference/masking.md"]
    assert "`tel:+61491570156` → `0156`, `sip:ann@example.com` → `REDACTED`" in page
    assert "`tel:+61491570156` → `+6149157`, `tel:131450` → `1314`" in page
    assert "`tel:+442079460958` → `0958`, `ann@example.com` → `REDACTED`" in page
    number = hmac.new(masking.KEY, b"+61491570156", hashlib.sha256).hexdigest()[:32]
    assert f"`tel:+61491570156` → `{number}`, `ann@example.com` → `NULL`" in page


def test_every_file_of_examples_is_of_a_table() -> None:
    assert EXAMPLE_FILES.keys() == {*(table.name for table in catalog().tables), "trunkline"}


def test_every_command_is_on_the_page() -> None:
    headings = re.findall(r"^## (.*)$", PAGES["docs/reference/commands.md"], re.MULTILINE)
    assert headings[0] == "trunkline"
    assert {f"trunkline {name}" for name in COMMANDS} <= set(headings)
    assert {f"trunkline jobs {name}" for name in ("list", "show", "cancel", "resume")} <= set(
        headings
    )


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda context: str(context.command_path))
def test_every_help_ends_in_an_example_that_can_be_typed(context: click.Context) -> None:
    text = context.get_help()
    described, _, _ = text.partition("\n\nOptions:")
    _, heading, example = described.partition("\n  Example:\n")
    assert heading, "no example"
    assert "\\b" not in text
    shown = [line for line in example.splitlines() if line.strip()]
    assert all(line.startswith("      ") for line in shown), "the example is not the end"
    assert any(line.strip().startswith(context.command_path) for line in shown)


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda context: str(context.command_path))
def test_every_option_says_what_it_does(context: click.Context) -> None:
    options = [p for p in context.command.params if isinstance(p, click.Option)]
    assert [option.name for option in options if not option.help] == []


def test_every_setting_is_on_the_page() -> None:
    page = PAGES["docs/reference/settings.md"]
    described = config.describe()
    assert len(described) > 10
    for name, variable, _, description in described:
        assert f"| `{name}` | `{variable}` |" in page
        assert description in page


def test_the_example_of_a_configuration_can_be_read(tmp_path: Path) -> None:
    (tmp_path / config.FILE).write_text(settings.EXAMPLE)
    found = config.load({}, directory=tmp_path)
    assert found.timezone == "Australia/Sydney"
    assert found.genesys.region == "ap-southeast-2"


def test_every_error_is_on_the_page_with_its_status() -> None:
    page = PAGES["docs/reference/errors.md"]
    kinds = [
        kind
        for kind in vars(errors_module).values()
        if isinstance(kind, type) and issubclass(kind, TrunklineError)
    ]
    assert len(kinds) > 15
    for kind in kinds:
        line = rf"^ *{kind.__name__} +{kind.exit_status}  {kind.sqlstate}  \w"
        assert re.search(line, page, re.MULTILINE), kind.__name__


def test_every_exit_status_is_explained() -> None:
    assert [status for status, _ in errors.statuses()] == ["0", "1", "2", "3", "4", "5"]
    used = {kind.exit_status for _, kind in errors.classes()}
    assert used == {1, 2, 3, 4, 5}


def test_an_example_without_its_end_is_found() -> None:
    first, second = tables.examples_of("-- One\n-- more.\nSELECT 1;\n\n-- Two.\nSELECT\n 2;\n")
    assert (first.title, first.sql) == ("One more.", "SELECT 1")
    assert (second.title, second.sql) == ("Two.", "SELECT\n 2")
    with pytest.raises(ValueError, match="semicolon"):
        tables.examples_of("-- One.\nSELECT 1\n")


@pytest.mark.parametrize("path", documents(), ids=named)
def test_every_link_leads_somewhere(path: Path) -> None:
    for target in links(path.read_text()):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, heading = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), target
        assert found.is_relative_to(ROOT), target
        if heading:
            assert heading in _headings(found.read_text()), target


def _headings(text: str) -> set[str]:
    """The anchors of a document, as a forge makes them from its headings."""
    lines = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}
