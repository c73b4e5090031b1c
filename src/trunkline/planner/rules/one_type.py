"""BETWEEN and IN compare all their operands in one type, the widest among them.

``t::timestamp BETWEEN '2025-01-01' AND now()`` compares instants, not wall readings: so the text
is an instant there, which it would not be in ``t::timestamp >= '2025-01-01'``.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from trunkline.planner.clocks import Form
from trunkline.planner.question import Question, Value


def of_one_type(question: Question, operands: Sequence[exp.Expr]) -> bool:
    """Whether each pair of operands compares by itself as it does among the others."""
    others = [node for node in operands if not isinstance(node, exp.Literal)]
    is_any_plain = len(others) < len(operands)  # and a text or a number by itself is no instant
    found = {question.is_instant(value) for value in _beside_walls(question, others)}
    return len(found | {False} if is_any_plain and found else found) <= 1


def keeps_times(question: Question, operands: Sequence[exp.Expr]) -> bool:
    """Whether a text among the operands may keep a time of day that it has.

    ``t::date < '2025-01-01 12:00'`` compares days; beside a TIMESTAMP the text is one, too.
    """
    constants = _beside_walls(question, operands)
    return len({question.is_text(value) for value in constants}) > 1


def _beside_walls(question: Question, operands: Sequence[exp.Expr]) -> list[Value]:
    """The constants, where there is no instant that all are compared as anyway."""
    chains = [question.chain(operand) for operand in operands]
    if any(found and found.form is Form.INSTANT for found in chains):
        return []
    others = [node for node, found in zip(operands, chains, strict=True) if not found]
    return [value for node in others if (value := question.value(node))]
