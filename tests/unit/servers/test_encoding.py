"""Values are sent as a real PostgreSQL sends them."""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa
import pytest

from tests import postgres_client as client
from tests.unit.servers.recorded import CASES, GROUPS, NAMES, Group, Recorded, arrow
from trunkline.servers.postgres.encoding import (
    CopyFormat,
    CopyOptions,
    columns_of,
    copy_begin,
    copy_end,
    copy_rows,
    data_rows,
)

every_case = pytest.mark.parametrize(("group", "case"), CASES, ids=NAMES)


@every_case
def test_each_value_has_the_oid_the_text_and_the_binary_of_postgresql(
    group: Group, case: Recorded
) -> None:
    batch = arrow(f"SELECT {case.duckdb} AS a, {case.duckdb} AS b")
    columns = columns_of(batch.schema)
    assert [column.type.oid for column in columns] == [case.oid, case.oid]
    sent = b"".join(data_rows(batch, columns, [0, 1], group.style))
    ((letter, body),) = client.messages(sent)
    text = None if case.text is None else case.text.encode()
    assert (letter, client.row(body)) == ("D", (text, case.binary))


@every_case
def test_each_value_is_copied_as_by_postgresql(group: Group, case: Recorded) -> None:
    batch = arrow(f"SELECT {case.duckdb} AS a")
    columns = columns_of(batch.schema)
    for options, expected in ((CopyOptions(), case.copy), (CopyOptions.csv(), case.csv)):
        ((letter, body),) = client.messages(
            b"".join(copy_rows(batch, columns, options, group.style, first=True))
        )
        assert (letter, body.decode()) == ("d", expected + "\n")


@every_case
def test_each_value_is_copied_in_binary_between_a_signature_and_a_trailer(
    group: Group, case: Recorded
) -> None:
    batch = arrow(f"SELECT {case.duckdb} AS a")
    columns, options = columns_of(batch.schema), CopyOptions(CopyFormat.BINARY)
    sent = copy_begin(columns, options)
    sent += b"".join(copy_rows(batch, columns, options, group.style, first=True))
    sent += copy_end(options, empty=False)
    row, end = (body for _, body in client.messages(sent))
    assert row[:19] == b"PGCOPY\n\xff\r\n\0" + bytes(8)
    assert client.row(row[19:]) == (case.binary,)
    assert end == b"\xff\xff"


def _columns() -> list[tuple[Group, list[Recorded], pa.Array]]:
    """The cases of each group that are of one type, as one column each."""
    found = []
    for group in GROUPS:
        by_type: dict[pa.DataType, list[tuple[Recorded, pa.Array]]] = defaultdict(list)
        for case in group.cases:
            array = arrow(f"SELECT {case.duckdb} AS a").column(0)
            by_type[array.type].append((case, array))
        for of_type in by_type.values():
            cases = [case for case, _ in of_type]
            found.append((group, cases, pa.concat_arrays([array for _, array in of_type])))
    return found


COLUMNS = _columns()


@pytest.mark.parametrize(
    ("group", "cases", "array"), COLUMNS, ids=[f"{g.name}-{a.type}" for g, _, a in COLUMNS]
)
@pytest.mark.parametrize("repeats", [1, 40])
def test_many_rows_and_parts_of_batches_are_encoded_as_each_alone(
    group: Group, cases: list[Recorded], array: pa.Array, repeats: int
) -> None:
    repeated = pa.concat_arrays([array] * repeats)
    numbers = pa.array(range(len(repeated)), pa.int32())
    batch = pa.record_batch([repeated, numbers, repeated], names=["text", "n", "binary"])
    columns = columns_of(batch.schema)
    for part in (batch, batch.slice(1), batch.slice(len(cases) // 2, 3)):
        sent = b"".join(data_rows(part, columns, [0, 1, 1], group.style))
        rows = [client.row(body) for _, body in client.messages(sent)]
        expected = [cases[number % len(cases)] for number in part.column(1).to_pylist()]
        assert [text for text, _, _ in rows] == [
            None if case.text is None else case.text.encode() for case in expected
        ]
        assert [binary for _, _, binary in rows] == [case.binary for case in expected]
        copied = b"".join(copy_rows(part, columns, CopyOptions(), group.style, first=True))
        lines = [body.decode() for _, body in client.messages(copied)]
        assert [line.split("\t")[0] for line in lines] == [case.copy for case in expected]
        copied = b"".join(copy_rows(part, columns, CopyOptions.csv(), group.style, first=True))
        for (_, body), case in zip(client.messages(copied), expected, strict=True):
            assert body.decode().startswith(case.csv.replace('"\\."', "\\.") + ",")
