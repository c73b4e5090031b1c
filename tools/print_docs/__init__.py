"""The pages of docs/ that are printed from the code: ``make docs`` writes them.

Every function here takes declarations and returns text; only ``__main__`` writes files.
"""

from __future__ import annotations

from collections.abc import Mapping

from tools.print_docs import (
    bounds,
    commands,
    errors,
    kpis,
    masking,
    metrics,
    settings,
    star,
    tables,
)
from trunkline.engine.registry import catalog

EXAMPLES = "docs/tables/examples"
SHAPES = bounds.SHAPES


def pages(examples: Mapping[str, str], shapes: Mapping[str, str]) -> dict[str, str]:
    """Every printed page by its path in the repository.

    ``examples`` is the text of each file in ``docs/tables/examples``, by its name without ``.sql``;
    KeyError where a table has none. ``shapes`` are those of the planner's tests, in the same way.
    """
    known = catalog()
    return {
        "docs/reference/commands.md": commands.page(),
        "docs/reference/settings.md": settings.page(),
        "docs/reference/bounds.md": bounds.page(shapes, known),
        "docs/reference/errors.md": errors.page(),
        "docs/reference/masking.md": masking.page(known),
        "docs/reference/metrics.md": metrics.page(known),
        "docs/reference/service-level-and-kpis.md": kpis.page(known),
        "docs/reference/star-schema.md": star.page(known),
        "docs/reference/tables.md": tables.index(known, examples),
        **{
            f"docs/tables/{table.name}.md": tables.page(table, examples[table.name])
            for table in known.tables
        },
    }
