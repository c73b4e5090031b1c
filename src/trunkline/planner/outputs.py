"""The columns a SELECT shows to the query around it, and through which of them time can be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqlglot import exp

from trunkline.planner.facts import Variable
from trunkline.planner.frames import Frame, Seen
from trunkline.planner.readings import PLAIN
from trunkline.planner.relations import Lineage, Output, Value, fixed

# Anything else that a SELECT may have lets rows that are left out change those that stay.
_HARMLESS = frozenset(
    {"with_", "expressions", "from_", "joins", "where", "group", "having", "qualify", "order"}
    | {"distinct", "windows"}
)


def outputs(select: exp.Select, frame: Frame) -> tuple[tuple[Output, ...], bool]:
    """The columns as far as their names are known, and whether more follow."""
    partitions = _partitions(select, frame)
    found: list[Output] = []
    for projection in select.expressions:
        columns, is_open = _columns(projection, frame)
        found += [_settled(output, frame, partitions) for output in columns]
        if is_open:
            return tuple(found), True
    return tuple(found), False


def undivided(select: exp.Select, frame: Frame) -> frozenset[Variable]:
    """The variables of whose records every partition has all rows or none."""
    partitions = _partitions(select, frame)
    return frozenset(
        variable
        for variable in frame.variables() | frame.filtered()
        if partitions is not None and all(_has_key(variable, keys) for keys in partitions)
    )


def _has_key(variable: Variable, keys: Iterable[Seen]) -> bool:
    return any(key.variable == variable and key.lineage.reading is None for key in keys)


def _settled(output: Output, frame: Frame, partitions: Sequence[Sequence[Seen]] | None) -> Output:
    """The output with its rows fixed unless every partition keeps or drops them whole."""
    if partitions != []:
        output = replace(output, value=None)
    lineage = output.lineage
    if lineage is None:
        return output
    if not isinstance(lineage.track, Variable) or lineage.track.query != frame.query:
        return replace(output, lineage=None)  # of the query around
    is_free = partitions is not None and all(_within(lineage, keys) for keys in partitions)
    return output if is_free else replace(output, lineage=fixed(lineage))


def _within(lineage: Lineage, keys: Iterable[Seen]) -> bool:
    return any(
        key.variable == lineage.track and key.lineage.reading in (None, PLAIN, lineage.reading)
        for key in keys
    )


def _columns(projection: exp.Expr, frame: Frame) -> tuple[list[Output], bool]:
    if isinstance(projection, exp.Star):
        return _star(projection, list(frame.visible), frame)
    if isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star):
        source = projection.table.lower()
        if source not in frame.sources:
            return [], True  # the fields of a struct
        return _star(projection.this, [source], frame)
    if _spreads(projection):
        return [], True
    name, lineage = projection.alias_or_name.lower(), _lineage(projection, frame)
    return [Output(name, lineage, _value(projection.unalias(), frame))], False


def _spreads(projection: exp.Expr) -> bool:
    """Whether a projection may stand for several columns."""
    if any(isinstance(part, exp.Columns | exp.Explode | exp.Unnest) for part in projection.walk()):
        return True
    stars = projection.find_all(exp.Star)
    return any(not isinstance(star.parent, exp.Count | exp.Select) for star in stars)


def renames(projection: exp.Expr, frame: Frame) -> bool:
    """Whether a projection may name columns anew without AS, as ``max(COLUMNS(*))`` does."""
    return any(_is_renaming(part, frame) for part in projection.walk())


def _is_renaming(node: exp.Expr, frame: Frame) -> bool:
    match node:
        case exp.Star():
            return bool(node.args.get("replace") or node.args.get("rename"))
        case exp.Column(this=exp.Star()):
            return node.table.lower() not in frame.sources  # the fields of a struct
    return isinstance(node, exp.Columns | exp.Explode | exp.Unnest)


def _lineage(projection: exp.Expr, frame: Frame) -> Lineage | None:
    seen = frame.lineage(projection.unalias())
    return replace(seen.lineage, track=seen.variable) if seen else None


def _value(projection: exp.Expr, frame: Frame) -> Value | None:
    shown = frame.value(projection) if isinstance(projection, exp.Column) else None
    if shown is None or shown.query != frame.query:
        return None
    return replace(shown.value, track=Variable(*shown[:2], shown.value.track))


def _star(star: exp.Star, sources: list[str], frame: Frame) -> tuple[list[Output], bool]:
    left_out = {node.name.lower() for node in star.args.get("except_") or []}
    replaced = {node.alias.lower(): node.this for node in star.args.get("replace") or []}
    renamed = {node.this.name.lower(): node.alias.lower() for node in star.args.get("rename") or []}
    found: list[Output] = []
    for source in sources:
        for name, owner in _of_source(source, frame, is_whole=len(sources) > 1):
            if name in left_out:
                continue
            shown = replaced.get(name) or (exp.column(name, table=owner) if owner else None)
            lineage = _lineage(shown, frame) if shown else None
            value = _value(shown, frame) if shown else None
            found.append(Output(renamed.get(name, name), lineage, value))
        if frame.sources[source].is_open:
            return found, True
    return found, False


def _of_source(source: str, frame: Frame, *, is_whole: bool) -> Iterator[tuple[str, str | None]]:
    """The columns of one source, and of which source each is, where that is certain.

    In ``*``, a merged column stands only where it stands first.
    """
    for output in frame.sources[source].outputs:
        merged = [s for s in frame.sources if s in frame.merged.get(output.name, ())]
        if is_whole and source in merged:
            if source == merged[0]:
                yield output.name, frame.owner(output.name)
        else:
            yield output.name, source


def _partitions(select: exp.Select, frame: Frame) -> list[list[Seen]] | None:
    """The keys by which the query puts rows together; None where no row can be left out."""
    if any(value for name, value in select.args.items() if name not in _HARMLESS):
        return None
    sets = [_group(select, frame)] if select.args.get("group") else []
    distinct = select.args.get("distinct")
    if distinct and distinct.args.get("on"):
        sets.append(_keys(distinct.args["on"].expressions, select, frame.aliases_first()))
    for window in select.find_all(exp.Window):
        named = window.args.get("alias")
        sets.append([] if named else _keys(window.args.get("partition_by") or [], select, frame))
    return sets


def _group(select: exp.Select, frame: Frame) -> list[Seen]:
    group = select.args["group"]
    several = ("grouping_sets", "cube", "rollup", "totals")
    if any(group.args.get(name) for name in several):
        return []
    if any(isinstance(k, exp.GroupingSets | exp.Cube | exp.Rollup) for k in group.expressions):
        return []
    keys = select.expressions if group.args.get("all") else group.expressions
    return _keys(keys, select, frame)


def _keys(nodes: Iterable[exp.Expr], select: exp.Select, frame: Frame) -> list[Seen]:
    meant = (_meant(node, select, frame) for node in nodes)
    return [seen for node in meant if node and (seen := frame.lineage(node.unalias()))]


def _meant(node: exp.Expr, select: exp.Select, frame: Frame) -> exp.Expr | None:
    """What a key stands for: itself, the projection at a position, or one by its alias."""
    if isinstance(node, exp.Literal) and not node.is_string:
        before = select.expressions[: int(node.this)]
        is_sure = len(before) == int(node.this) and not any(_spreads(part) for part in before)
        return before[-1] if is_sure else None
    name = node.name.lower() if isinstance(node, exp.Column) and not node.table else ""
    if name in frame.aliases and not any(r.output(name) for r in frame.visible.values()):
        return frame.aliases[name]
    return node
