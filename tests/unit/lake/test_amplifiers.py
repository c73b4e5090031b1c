"""Short texts that stand for huge values are refused before DuckDB works them out."""

from __future__ import annotations

import pytest

from tests.unit.lake.asking import RELATIONS, SCHEMA, ask
from trunkline.errors import LimitExceeded
from trunkline.lake import gate

HUGE = [
    "repeat('x', 2000000000)",
    "REPEAT('x', 2e9)",
    "'x'.repeat(2000000000)",
    "length(repeat('xy', 10_000_000))",
    "repeat('x', 2000000000::BIGINT)",
    "repeat('x', CAST('2000000000' AS BIGINT))",
    "repeat('x', 2000 * 1000 * 1000)",
    "repeat('x', 10 ** 9)",
    "repeat('x', pow(10, 9))",
    "repeat(repeat(repeat('x', 1000), 1000), 1000)",
    "repeat('a' || repeat('x', 9000000), 2)",
    "lpad('x', 2000000000, 'y')",
    "rpad('x', 2000000000, 'y')",
    "list_resize([1], 2000000000)",
    "bitstring('1', 2000000000)",
]
FINE = [
    "repeat('x', 100)",
    "lpad(conversation_id, 40, ' ')",
    "repeat(conversation_id, 3)",
    "repeat('x', 0)",
    "repeat('x', -5)",
    "range(2000000000)",
    "generate_series(DATE '2025-01-01', DATE '2025-12-31', INTERVAL 1 DAY)",
    "2000000000 * 3",
    "'2000000000'",
]


@pytest.mark.parametrize("expression", HUGE)
@pytest.mark.parametrize(
    "form", ["SELECT {}", "SELECT 1 FROM conversations LIMIT length({}::TEXT)"]
)
def test_a_huge_constant_is_refused_wherever_it_stands(expression: str, form: str) -> None:
    with pytest.raises(LimitExceeded, match="would make one value of"):
        gate.check(form.format(expression), RELATIONS, SCHEMA)


@pytest.mark.parametrize("expression", FINE)
def test_what_is_of_ordinary_size_passes(expression: str) -> None:
    gate.check(f"SELECT {expression} FROM conversations", RELATIONS, SCHEMA)


def test_rows_are_no_value() -> None:
    gate.check("SELECT count(*) FROM range(2000000000)", RELATIONS, SCHEMA)
    assert ask("SELECT count(*) AS n FROM generate_series(1, 20000000)") == [{"n": 20_000_000}]


def test_what_is_nested_deeply_is_no_crash() -> None:
    text = "repeat(" * 150 + "'x'" + ", 1)" * 150
    gate.check(f"SELECT {text}", RELATIONS, SCHEMA)
