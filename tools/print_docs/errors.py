"""The tree of errors, and what an exit status means."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.print_docs.markdown import code, fenced, table
from tools.print_docs.markdown import page as page_of
from trunkline.cli import trunkline
from trunkline.errors import TrunklineError

INTRODUCTION = """\
An error is printed on stderr as what happened and where, and a line below it that says what to do.
It never holds a secret or a personal value."""

TREE_TEXT = """\
With the exit status and the SQLSTATE of each. A class stands for those indented below it."""

_STATUS = re.compile(r"(\d) ([^;.]+)[;.]")


def page() -> str:
    """The page."""
    rows = [(status, meaning, ", ".join(_ending(int(status)))) for status, meaning in statuses()]
    return page_of(
        "Exit statuses and errors",
        INTRODUCTION,
        "## Exit statuses",
        table(("status", "meaning", "errors"), rows),
        "## The tree",
        TREE_TEXT,
        fenced("text", "\n".join(_tree())),
    )


def statuses() -> list[tuple[str, str]]:
    """Each exit status and its meaning, as the help of the program has them."""
    text = " ".join((trunkline.help or "").partition("Exit status:")[2].split())
    return _STATUS.findall(text)


def classes(
    kind: type[TrunklineError] = TrunklineError, depth: int = 0
) -> Iterator[tuple[int, type[TrunklineError]]]:
    """Every error a user can meet with its depth in the tree, parents first."""
    yield depth, kind
    for below in kind.__subclasses__():
        if below.__module__ == TrunklineError.__module__:
            yield from classes(below, depth + 1)


def _ending(status: int) -> Iterator[str]:
    return (code(kind.__name__) for _, kind in classes() if kind.exit_status == status)


def _tree() -> Iterator[str]:
    found = [("  " * depth + kind.__name__, kind) for depth, kind in classes()]
    width = max(len(name) for name, _ in found)
    for name, kind in found:
        first = (kind.__doc__ or "").partition("\n")[0]
        yield f"{name.ljust(width)}  {kind.exit_status}  {kind.sqlstate}  {first}"
