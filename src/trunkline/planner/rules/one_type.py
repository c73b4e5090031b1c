"""BETWEEN and IN compare all their operands in one type, the widest among them.

``t::timestamp BETWEEN '2025-01-01' AND now()`` compares instants, not wall readings: so the text
is an instant there, which it would not be in ``t::timestamp >= '2025-01-01'``.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from trunkline.planner.question import Question
from trunkline.planner.readings import Form


def of_one_type(question: Question, operands: Sequence[exp.Expr]) -> bool:
    """Whether each pair of operands compares by itself as it does among the others."""
    constants = _beside_walls(question, operands)
    return len({question.is_instant(value) for value in constants}) <= 1


def keeps_times(question: Question, operands: Sequence[exp.Expr]) -> bool:
    """Whether a text among the operands may keep a time of day that it has.

    ``t::date < '2025-01-01 12:00'`` compares days; beside a TIMESTAMP the text is one, too.
    """
    constants = _beside_walls(question, operands)
    return len({isinstance(value, exp.Literal) for value in constants}) > 1


def _beside_walls(question: Question, operands: Sequence[exp.Expr]) -> list[exp.Expr]:
    """The constants, where there is no instant that all are compared as anyway."""
    readings = [question.reading(operand) for operand in operands]
    if any(reading and reading.form is Form.INSTANT for reading in readings):
        return []
    return [value for value, reading in zip(operands, readings, strict=True) if not reading]
