"""Functions: by a template, by a rule of their own, or as they are without ``pg_catalog``."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.rules.functions import SPECIAL
from trunkline.servers.postgres.sql.rules.functions.templates import RENAMED, RESULTS, TEMPLATES
from trunkline.servers.postgres.sql.rules.quotients import bounded
from trunkline.servers.postgres.sql.tokens import Kind
from trunkline.servers.postgres.sql.type_names import duckdb_name
from trunkline.servers.postgres.sql.typing.tables import type_of
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import At, Rope, string

# Bare ones and those without arguments that a session has a constant for.
_SAID = frozenset(
    {"current_user", "session_user", "user", "current_role", "current_catalog",
     "current_database", "current_schema", "version"}
)  # fmt: skip


def call(node: tree.Call, writer: Writer) -> Rope | None:
    """A call, wherever it stands."""
    if not node.arguments and node.name in _SAID:
        said = writer.about.facts.said.get(_SAME.get(node.name, node.name))
        if said is not None:
            return At(string(said), writer.place(node))
    if not _is_builtin(node):
        return _plain(node, writer)
    found = _special(node, writer) or _plain(node, writer)
    if node.name in _MEANS:
        return bounded(node, found, writer)
    if id(node) in writer.about.sets and node.name in _LISTS:
        return "unnest(", found, ")"
    return found


_SAME = {"user": "current_user", "current_role": "current_user",
         "current_catalog": "current_database"}  # fmt: skip
_LISTS = frozenset({"generate_series"})
_MEANS = frozenset({"avg", "sum"})


def _is_builtin(node: tree.Call) -> bool:
    return len(node.names) == 1 or node.names[0] in ("pg_catalog", "information_schema")


def _special(node: tree.Call, writer: Writer) -> Rope | None:
    if node.odd:
        return None
    if rule := SPECIAL.get(node.name):
        found: Rope | None = rule(node, writer)
        if found is not None:
            return found
    template = TEMPLATES.get((node.name, len(node.arguments)))
    if template is not None and not (node.over or node.filter or node.order or node.distinct):
        return filled(template, node, writer)
    result = RESULTS.get(node.name)
    if result is not None and writer.type(node) == result:
        return "CAST(", _plain(node, writer), "AS", f"{duckdb_name(type_of(result))})"
    return None


def filled(template: str, node: tree.Call, writer: Writer) -> Rope:
    """A template with arguments for ``{0}``, ``{1}`` and so on."""
    found: list[Rope] = []
    rest = template
    while "{" in rest:
        before, _, rest = rest.partition("{")
        number, _, rest = rest.partition("}")
        found += [before, writer.write(node.arguments[int(number)])]
    return (*found, rest)


def _plain(node: tree.Call, writer: Writer) -> Rope:
    """As written, the schema of what is built in left out."""
    tokens = writer.statement.tokens
    place, first = tokens[node.first].start, node.first
    name = node.name
    if _is_builtin(node):
        first += 2 * (len(node.names) - 1)
    if node.bare:
        calls = node.name in _SAID
        return tokens[node.first], "()" if calls else ""
    own = tokens[first]
    if own.kind is Kind.NAME and name in RENAMED:
        rest = tree.Opaque(first + 1, node.last, tuple(tree.children(node)))
        return At(RENAMED[name], place), writer.plain(rest)
    rest = tree.Opaque(first, node.last, tuple(tree.children(node)))
    return writer.plain(rest)
