"""What goes into a format comes out of it, read back by a library that did not write it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trunkline.cli.formats import FORMATS, write
from trunkline.cli.formats.xlsx import SHEET_ROWS
from trunkline.errors import LimitExceeded, UsageError
from trunkline.lake.locked import Limits
from trunkline.lake.session import Answer, answer

BERLIN = "Europe/Berlin"
# In Berlin the night of 26 October 2025 has the hour from two to three twice.
QUESTION = """
    SELECT * FROM (VALUES
        (1, TIMESTAMPTZ '2025-10-26 00:30:00.125Z', DATE '2025-10-26', 9007199254740993::BIGINT,
            12.340000::DECIMAL(24,6), 'Zoë, "the ☎"', ['a', NULL, 'ü'], true),
        (2, TIMESTAMPTZ '2025-10-26 01:30:00Z', DATE '1899-12-31', -42,
            123456789012345678.654321, '=1+1', [], false),
        (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (4, TIMESTAMPTZ '1999-01-01 00:00:00.000001Z', DATE '2024-02-29', 0,
            0.000000, '', ['x'], NULL)
    ) rows (n, moment, day, big, amount, text, list, truth) ORDER BY n"""
FIRST = datetime(2025, 10, 26, 0, 30, 0, 125_000, tzinfo=UTC)
INSTANTS = [
    FIRST,
    datetime(2025, 10, 26, 1, 30, tzinfo=UTC),
    None,
    datetime(1999, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
]
DAYS = [date(2025, 10, 26), date(1899, 12, 31), None, date(2024, 2, 29)]
BIGS = [9_007_199_254_740_993, -42, None, 0]
AMOUNTS = [Decimal("12.340000"), Decimal("123456789012345678.654321"), None, Decimal("0.000000")]
TEXTS = ['Zoë, "the ☎"', "=1+1", None, ""]
LISTS: list[list[str | None] | None] = [["a", None, "ü"], [], None, ["x"]]
TRUTHS = [True, False, None, None]
HEADER = ["n", f"moment ({BERLIN})", "day", "big", "amount", "text", "list", "truth"]


def written(form: str, sql: str = QUESTION, zone: str = BERLIN) -> bytes:
    sink = io.BytesIO()
    with answer(sql, (), "genesys", zone, Limits()) as rows:
        write(form, rows, sink, zone)
    return sink.getvalue()


def local(text: str) -> datetime:
    """A time as Excel has it: without a zone."""
    return datetime.fromisoformat(text)


def columns(table: pa.Table) -> dict[str, list[Any]]:
    """Instants in UTC: Python never finds a time in an hour that comes twice equal to another."""
    return {name: [_utc(value) for value in table[name].to_pylist()] for name in table.column_names}


def _utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def sheet(content: bytes) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=False)
    return list(book.worksheets[0].iter_rows(values_only=True))


def cells(sql: str, zone: str = "UTC") -> list[Any]:
    """The cells of the one row of an answer, below the header."""
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", sql, zone)))
    return list(book.worksheets[0][2])


def binary(form: str, content: bytes) -> pa.Table:
    source = io.BytesIO(content)
    return pq.read_table(source) if form == "parquet" else pa.ipc.open_file(source).read_all()


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_the_binary_formats_keep_every_value_and_type(form: str) -> None:
    table = binary(form, written(form))
    assert table.schema.field("moment").type == pa.timestamp("us", tz=BERLIN)
    assert table.schema.field("amount").type == pa.decimal128(24, 6)
    assert table.schema.field("big").type == pa.int64()
    assert table.schema.field("day").type == pa.date32()
    assert table.schema.field("list").type.value_type == pa.string()
    assert columns(table) == {
        "n": [1, 2, 3, 4],
        "moment": INSTANTS,
        "day": DAYS,
        "big": BIGS,
        "amount": AMOUNTS,
        "text": TEXTS,
        "list": LISTS,
        "truth": TRUTHS,
    }


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_keeps_instants_in_utc_and_decimals_as_text(form: str) -> None:
    text = written(form).decode()
    found = json.loads(text) if form == "json" else [json.loads(line) for line in text.splitlines()]
    assert [row["moment"] for row in found] == [
        "2025-10-26T00:30:00.125Z",
        "2025-10-26T01:30:00.000Z",
        None,
        "1999-01-01T00:00:00.000001Z",
    ]
    assert [row["amount"] for row in found] == [
        "12.340000",
        "123456789012345678.654321",
        None,
        "0.000000",
    ]
    assert [row["big"] for row in found] == BIGS
    assert [row["text"] for row in found] == TEXTS
    assert [row["list"] for row in found] == LISTS
    assert [row["truth"] for row in found] == TRUTHS
    assert [row["day"] for row in found] == ["2025-10-26", "1899-12-31", None, "2024-02-29"]


def test_a_sum_of_whole_numbers_is_a_whole_number_in_json() -> None:
    (found,) = json.loads(written("json", "SELECT sum(x) AS s, 3.00 AS d FROM range(4) t(x)"))
    assert found == {"s": 6, "d": "3.00"}
    (wide,) = json.loads(written("json", "SELECT sum(9223372036854775807) AS s FROM range(3)"))
    assert wide == {"s": 27_670_116_110_564_327_421}


def test_csv_is_in_the_zone_that_its_header_names() -> None:
    header, *found = csv.reader(io.StringIO(written("csv").decode(), newline=""))
    assert header == HEADER
    assert found == [
        [
            "1",
            "2025-10-26 02:30:00.125",
            "2025-10-26",
            "9007199254740993",
            "12.340000",
            'Zoë, "the ☎"',
            '["a",null,"ü"]',
            "true",
        ],
        [
            "2",
            "2025-10-26 02:30:00.000",
            "1899-12-31",
            "-42",
            "123456789012345678.654321",
            "=1+1",
            "[]",
            "false",
        ],
        ["3", "", "", "", "", "", "", ""],
        ["4", "1999-01-01 01:00:00.000001", "2024-02-29", "0", "0.000000", "", '["x"]', ""],
    ]


def test_csv_tells_null_from_an_empty_text() -> None:
    assert written("csv", "SELECT NULL AS a, '' AS b, 'x' AS c") == b'a,b,c\r\n,"",x\r\n'


def test_csv_has_no_empty_line_that_a_reader_would_skip() -> None:
    assert written("csv", "SELECT NULL AS a") == b'a\r\n""\r\n'


@pytest.mark.parametrize(
    "text", ["a,b", 'a"b', "a\nb", "a\r\nb", "a\rb", " a", "a ", "=1+1", "\ta", "ä€𝄞"]
)
def test_csv_is_faithful_to_any_text(text: str) -> None:
    content = written("csv", f"SELECT '{text}' AS a, 1 AS b").decode()
    _, row = csv.reader(io.StringIO(content, newline=""))
    assert row == [text, "1"]


@pytest.mark.parametrize("form", ["csv", "table", "json"])
def test_small_decimals_and_intervals_are_readable(form: str) -> None:
    text = written(
        form,
        "SELECT 0.00000001::DECIMAL(18,8) AS d,"
        " TIMESTAMP '2025-01-01 01:02:03.5' - TIMESTAMP '2025-01-01' AS i, 'ab'::BLOB AS b",
    ).decode()
    assert "0.00000001" in text
    assert "P0M0DT3723.5S" in text
    assert "6162" in text


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_an_empty_answer_still_has_its_columns(form: str) -> None:
    content = written(form, "SELECT 1 AS n, now() AS at WHERE false")
    if form in ("parquet", "arrow"):
        table = binary(form, content)
        assert (table.num_rows, table.column_names) == (0, ["n", "at"])
    elif form == "xlsx":
        assert sheet(content) == [("n", f"at ({BERLIN})")]
    else:
        expected = {
            "csv": f"n,at ({BERLIN})\r\n",
            "json": "[\n]\n",
            "jsonl": "",
            "table": f"n  at ({BERLIN})\n-  ------------------\n(0 rows)\n",
        }
        assert content.decode() == expected[form]


def test_xlsx_has_real_dates_and_numbers_where_excel_keeps_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    header, *found = sheet(written("xlsx"))
    assert list(header) == HEADER
    assert found == [
        (
            1,
            local("2025-10-26 02:30:00.125"),
            local("2025-10-26"),
            "9007199254740993",
            12.34,
            'Zoë, "the ☎"',
            '["a",null,"ü"]',
            True,
        ),
        (
            2,
            local("2025-10-26 02:30"),
            "1899-12-31",
            -42,
            "123456789012345678.654321",
            "=1+1",
            "[]",
            False,
        ),
        (3, None, None, None, None, None, None, None),
        (4, "1999-01-01 01:00:00.000001", local("2024-02-29"), 0, 0, "", '["x"]', None),
    ]
    told = capsys.readouterr().err
    for name in ("moment", "day", "big", "amount"):
        assert f"1 value of column '{name}' stand as text" in told
    assert told.count("notice:") == 4


@pytest.mark.parametrize(
    ("literal", "kind"),
    [
        ("999999999999999", "n"),
        ("-999999999999999", "n"),
        ("1000000000000000", "s"),
        ("123456789.123456::DECIMAL(24,6)", "n"),
        ("1234567890.123456::DECIMAL(24,6)", "s"),
        ("9.950000::DECIMAL(24,6)", "n"),
        ("'123'", "s"),
        ("'=HYPERLINK(\"https://example.org\")'", "s"),
        ("'@SUM(A1)'", "s"),
        ("'https://example.org'", "s"),
        ("'nan'::DOUBLE", "s"),
        ("0.5::DOUBLE", "n"),
        ("TIMESTAMPTZ '1900-03-01 00:00:00Z'", "d"),
        ("TIMESTAMPTZ '1900-02-28 23:59:59Z'", "s"),
    ],
)
def test_the_kind_of_a_cell(literal: str, kind: str) -> None:
    (cell,) = cells(f"SELECT {literal} AS a")
    assert cell.data_type == kind


@pytest.mark.parametrize("text", ["<r>x</r>", "<r><t>&amp;</t></r>", "a & <b>", " edge "])
def test_a_text_is_never_taken_for_markup(text: str) -> None:
    (cell,) = cells(f"SELECT '{text}' AS a")
    assert cell.value == text


def test_the_longest_text_fits_and_the_next_is_refused() -> None:
    # Excel counts UTF-16 units: the clef is two.
    (cell,) = cells("SELECT repeat('a', 32765) || '𝄞' AS a")
    assert len(cell.value) == 32_766
    with pytest.raises(LimitExceeded, match="32,767"):
        written("xlsx", "SELECT repeat('a', 32766) || '𝄞' AS a")


def test_columns_beyond_a_sheet_are_refused() -> None:
    schema = pa.schema([(f"c{place}", pa.int64()) for place in range(16_385)])
    with pytest.raises(LimitExceeded, match="16,385 columns"):
        write("xlsx", Answer(schema, iter(())), io.BytesIO(), "UTC")


def test_rows_beyond_a_sheet_are_refused_before_anything_is_written() -> None:
    sink = io.BytesIO()
    rows = Answer(pa.schema([("a", pa.null())]), _nulls(SHEET_ROWS))
    with pytest.raises(LimitExceeded, match="1,048,575 rows"):
        write("xlsx", rows, sink, "UTC")
    assert sink.getvalue() == b""


def test_a_full_sheet_is_written() -> None:
    sink = io.BytesIO()
    write("xlsx", Answer(pa.schema([("a", pa.null())]), _nulls(SHEET_ROWS - 1)), sink, "UTC")
    with zipfile.ZipFile(sink) as parts:
        assert "xl/worksheets/sheet1.xml" in parts.namelist()


def _nulls(count: int) -> Iterator[pa.RecordBatch]:
    yield pa.record_batch([pa.nulls(count)], names=["a"])


def test_a_type_that_parquet_lacks_is_named() -> None:
    question = "SELECT INTERVAL 1 DAY AS lasted"
    with pytest.raises(UsageError, match="'lasted'"):
        written("parquet", question)
    table = binary("arrow", written("arrow", question))
    assert table["lasted"].to_pylist() == [pa.MonthDayNano([0, 1, 0])]


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "parquet", "arrow"])
def test_batches_are_written_as_they_come(form: str) -> None:
    """What a format holds back is bounded: it has written most of what it was given so far."""
    sink = io.BytesIO()
    sizes: list[int] = []

    def batches() -> Iterator[pa.RecordBatch]:
        for number in range(8):
            sizes.append(sink.tell())
            start = number * 50_000
            # Neighbours differ by a large odd step, so that no encoding makes them small.
            values = [(start + place) * 2_654_435_761 % 2**61 for place in range(50_000)]
            yield pa.record_batch([pa.array(values)], names=["a"])

    write(form, Answer(pa.schema([("a", pa.int64())]), batches()), sink, "UTC")
    assert sizes[-1] > sizes[4] > sizes[1] > 0
    assert sizes[-1] > sink.tell() // 2
