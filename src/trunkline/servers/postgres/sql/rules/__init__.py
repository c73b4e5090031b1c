"""How DuckDB must be told what PostgreSQL means: one rule a file, each of one kind of node.

A rule gives what is to be written, or None where the text already means the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.rules import (
    aliases,
    any_of,
    arithmetic,
    between,
    calls,
    casts,
    collations,
    columns,
    concatenation,
    lateness,
    limits,
    literals,
    nulls_order,
    parameters,
    patterns,
    regular,
    relations,
    subscripts,
    table_functions,
    values,
    zones,
)
from trunkline.servers.postgres.sql.tree import Node
from trunkline.servers.postgres.sql.writer import Rule

RULES: Mapping[type[Node], tuple[Rule, ...]] = {
    tree.Item: (aliases.item,),
    tree.Column: (columns.column,),
    tree.Star: (),
    tree.Alias: (aliases.of_source,),
    tree.Common: (aliases.of_common,),
    tree.Literal: (literals.literal,),
    tree.Parameter: (parameters.parameter,),
    tree.Unary: (arithmetic.prefix,),
    tree.Binary: (
        lateness.dates,
        arithmetic.division,
        arithmetic.renamed,
        concatenation.concatenation,
        regular.matches,
        arithmetic.grouped,
    ),
    tree.Cast: (casts.cast,),
    tree.Call: (calls.call,),
    tree.Like: (patterns.like,),
    tree.Between: (between.symmetric,),
    tree.Quantified: (any_of.quantified,),
    tree.Index: (subscripts.index,),
    tree.AtZone: (zones.at_zone,),
    tree.Collate: (collations.collate,),
    tree.SortKey: (nulls_order.sort_key,),
    tree.Limit: (limits.limit,),
    tree.Query: (limits.query,),
    tree.Table: (relations.table,),
    tree.Values: (values.values,),
    tree.FromCall: (table_functions.from_call,),
}
