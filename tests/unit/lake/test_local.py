"""Files of a folder as tables: types, dialects, names, and what is wrong with which file."""

from __future__ import annotations

import csv
import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.lake.asking import RELATIONS, ask
from trunkline.errors import ForbiddenSql, UnknownRelation, UnusableFile
from trunkline.lake.local import LocalTable, tables_in
from trunkline.lake.locked import Limits
from trunkline.servers.postgres.encoding import columns_of

ID = UUID("00000000-0000-4000-8000-00000000002a")
EVERY_TYPE = {
    "tiny": (pa.int8(), -8, "smallint"),
    "small": (pa.int16(), -300, "smallint"),
    "whole": (pa.int32(), 70_000, "integer"),
    "big": (pa.int64(), 2**40, "bigint"),
    "count8": (pa.uint8(), 200, "smallint"),
    "count64": (pa.uint64(), 2**63, "numeric"),
    "ratio": (pa.float64(), 0.25, "double precision"),
    "money": (pa.decimal128(18, 4), Decimal("12.3400"), "numeric"),
    "large": (pa.decimal128(38, 10), Decimal("1.0000000001"), "numeric"),
    "day": (pa.date32(), date(2026, 1, 2), "date"),
    "plain": (
        pa.timestamp("us"),
        datetime(2026, 1, 2, 3, 4, 5, 678),  # noqa: DTZ001 (it has no zone)
        "timestamp without time zone",
    ),
    "instant": (
        pa.timestamp("us", tz="UTC"),
        datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "timestamp with time zone",
    ),
    "id": (pa.uuid(), ID, "uuid"),
    "truth": (pa.bool_(), True, "boolean"),
    "words": (pa.string(), "Ñandú", "text"),
}


def only(folder: Path) -> LocalTable:
    (table,) = tables_in(folder)
    return table


def rows(folder: Path, sql: str, *, exact: bool = False) -> list[dict[str, Any]]:
    own = tuple(table.relation for table in tables_in(folder))
    limits = Limits(memory="256MB", exact=exact)
    return ask(sql, relations=(*RELATIONS, *own), limits=limits)


def types(table: LocalTable) -> dict[str, str]:
    assert table.reading, table.fault
    return {column.name: column.type.duckdb for column in table.reading.columns}


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    arrays = {name: pa.array([value, None], of) for name, (of, value, _) in EVERY_TYPE.items()}
    pq.write_table(pa.table(arrays), tmp_path / "every.parquet")
    found = rows(tmp_path, "SELECT * FROM local.every", exact=True)
    assert found == [
        {name: value for name, (_, value, _) in EVERY_TYPE.items()},
        dict.fromkeys(EVERY_TYPE),
    ]


def test_types_are_those_that_the_wire_will_have(tmp_path: Path) -> None:
    arrays = {name: pa.array([value], type_) for name, (type_, value, _) in EVERY_TYPE.items()}
    pq.write_table(pa.table(arrays), tmp_path / "every.parquet")
    schema = pa.schema([(n, t.arrow) for n, t in only(tmp_path).relation.columns])
    assert {column.name: column.type.name for column in columns_of(schema)} == {
        name: postgres for name, (_, _, postgres) in EVERY_TYPE.items()
    }


CSV = '''Cost Centre,Budget,Share,Since,At,Instant,Open,Seen,Note,Nothing
0042,12,1.5,2025-01-31,2025-01-31 08:00,2025-01-31T08:00:00Z,true,2025-01-31,"a, ""b""",
0815,-3,-0.25,2025-02-01,2025-02-01T09:30:15.25,2025-02-01 09:30:00+01:00,FALSE,01/02/2025,"c
d",
'''


def test_types_of_text_are_found(tmp_path: Path) -> None:
    write(tmp_path / "CostCentres.csv", CSV)
    table = only(tmp_path)
    assert table.qualified == "local.cost_centres"
    assert types(table) == {
        "cost_centre": "VARCHAR",
        "budget": "BIGINT",
        "share": "DECIMAL(18,2)",
        "since": "DATE",
        "at": "TIMESTAMP",
        "instant": "TIMESTAMP WITH TIME ZONE",
        "open": "BOOLEAN",
        "seen": "VARCHAR",
        "note": "VARCHAR",
        "nothing": "VARCHAR",
    }
    first, second = rows(tmp_path, "SELECT * FROM local.cost_centres ORDER BY budget DESC")
    assert first == {
        "cost_centre": "0042",
        "budget": 12,
        "share": Decimal("1.50"),
        "since": date(2025, 1, 31),
        "at": datetime(2025, 1, 31, 8),  # noqa: DTZ001 (it has no zone)
        "instant": datetime(2025, 1, 31, 8, tzinfo=UTC),
        "open": True,
        "seen": "2025-01-31",
        "note": 'a, "b"',
        "nothing": None,
    }
    assert second["instant"] == datetime(2025, 2, 1, 8, 30, tzinfo=UTC)
    assert (second["note"], second["open"], second["share"]) == ("c\nd", False, Decimal("-0.25"))


def test_a_type_is_of_the_whole_file(tmp_path: Path) -> None:
    write(tmp_path / "long.csv", "n,m\n" + "1,2\n" * 30_000 + "1,x\n1.5,2\n")
    assert types(only(tmp_path)) == {"n": "DECIMAL(18,1)", "m": "VARCHAR"}
    assert rows(tmp_path, "SELECT sum(n) AS n FROM local.long") == [{"n": Decimal("30002.5")}]


NUMBERS = {
    "a;b\n1,5;1\n-2,25;2\n": {"a": "DECIMAL(18,2)", "b": "BIGINT"},
    "a\tb\n1,5\t2\n": {"a": "DECIMAL(18,1)", "b": "BIGINT"},
    "a,b\n1.234,1\n": {"a": "DECIMAL(18,3)", "b": "BIGINT"},
    'a,b\n"1,234",1\n': {"a": "VARCHAR", "b": "BIGINT"},  # a thousand and more
    "a;b\n1.234;1\n": {"a": "VARCHAR", "b": "BIGINT"},  # the same, elsewhere
    "a;b\n1.50;1,5\n": {"a": "VARCHAR", "b": "DECIMAL(18,1)"},
    "a;b\n1.50;1\n": {"a": "DECIMAL(18,2)", "b": "BIGINT"},
    "a,b\n1e3,99999999999999999999\n": {"a": "DOUBLE", "b": "DECIMAL(20,0)"},
    "a,b\n 7 ,2025-02-30\n": {"a": "BIGINT", "b": "VARCHAR"},
    "a,b\n": {"a": "VARCHAR", "b": "VARCHAR"},
    "sep=|\na|b\n1|x\n": {"a": "BIGINT", "b": "VARCHAR"},
}


@pytest.mark.parametrize("text", NUMBERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_how_numbers_are_written(tmp_path: Path, text: str, encoding: str) -> None:
    write(tmp_path / "one.csv", text.encode(encoding))
    assert types(only(tmp_path)) == NUMBERS[text]
    assert len(rows(tmp_path, "SELECT * FROM local.one")) == text.count("\n") - 1 - ("sep" in text)


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"))


@settings(max_examples=30)
@given(
    st.lists(st.tuples(WORDS, WORDS), min_size=1),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig"]),
)
def test_text_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    values: list[tuple[str, str]],
    delimiter: str,
    line_end: str,
    encoding: str,
) -> None:
    folder = tmp_path_factory.mktemp("text")
    with (folder / "t.csv").open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator=line_end)
        writer.writerow(("a", "b"))
        writer.writerow(("no", "number"))
        writer.writerows((f"x{a}", f"x{b}") for a, b in values)
    found = rows(folder, "SELECT * FROM local.t")
    assert [(row["a"], row["b"]) for row in found[1:]] == [(f"x{a}", f"x{b}") for a, b in values]


FAULTS = {
    "few.csv": (b"a,b\n1,2\n3\n", "line 3: 1 values where the first line names 2 columns"),
    "many.csv": (b"a,b\n1,2\n3,4,5\n", "line 3: 3 values"),
    "quote.csv": (b'a,b\n1,2\n3,"x\n4,5\n', "line 3: a quotation mark is not closed"),
    "latin.csv": ("a,b\n1,ä\n".encode("latin-1"), "line 2: a character is not UTF-8"),
    "head.csv": ("ä,b\n1,2\n".encode("latin-1"), "its first line is not UTF-8"),
    "endian.csv": (b"\xfe\xff" + "a\n1\n".encode("utf-16-be"), "UTF-16 with the high byte first"),
    "nothing.csv": (b"", "it is empty"),
    "blank.csv": (b"\n1,2\n", "line 1 is empty"),
    "unnamed.csv": (b"a,,b\n1,2,3\n", "its column 2 has no name"),
    "twice.csv": (b"Cost Centre,cost_centre\n1,2\n", "Cost Centre, cost_centre"),
    "short.parquet": (b"PAR1", "it is too short to be Parquet"),
    "other.parquet": (b"PAR1" + b"x" * 100, "it is no Parquet"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_broken_file_breaks_its_own_table_alone(tmp_path: Path, name: str) -> None:
    content, words = FAULTS[name]
    write(tmp_path / name, content)
    write(tmp_path / "good.csv", "a\n1\n")
    stem = Path(name).stem
    with pytest.raises(UnusableFile, match=f"local.{stem} is not there: {name}: ") as caught:
        rows(tmp_path, f"SELECT * FROM local.{stem}")
    assert words in caught.value.message
    assert rows(tmp_path, "SELECT * FROM local.good") == [{"a": 1}]


def test_an_error_shows_nothing_of_the_file(tmp_path: Path) -> None:
    write(tmp_path / "secret.csv", "name,b\nhunter2,2\nhunter2\n")
    assert "hunter2" not in str(only(tmp_path).fault)


def test_damage_behind_the_beginning_is_the_files_own(tmp_path: Path) -> None:
    path = tmp_path / "hole.parquet"
    pq.write_table(pa.table({"a": [f"{n:x}" * 9 for n in range(50_000)]}), path)
    content = bytearray(path.read_bytes())
    content[60:4000] = b"\xff" * 3940
    path.write_bytes(content)
    with pytest.raises(UnusableFile, match=r"hole\.parquet is damaged"):
        rows(tmp_path, "SELECT max(length(a)) FROM local.hole")


def test_names_that_would_be_one(tmp_path: Path) -> None:
    write(tmp_path / "Budget 2025.csv", "a\n1\n")
    write(tmp_path / "budget_2025.csv", "a\n2\n")
    write(tmp_path / "2025.csv", "Größe (m²)\n1\n")
    with pytest.raises(UnusableFile, match=r"Budget 2025\.csv, budget_2025\.csv"):
        rows(tmp_path, "SELECT * FROM local.budget_2025")
    assert rows(tmp_path, "SELECT * FROM local._2025") == [{"große_m2": 1}]


def test_what_is_no_table_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "folder.csv" / "below.csv").write_text("a\n1\n")
    os.mkfifo(tmp_path / "pipe.csv")
    for name in (".hidden.csv", "~$open.csv", "notes.txt", "book.xlsx"):
        write(tmp_path / name, "a\n1\n")
    assert tables_in(tmp_path) == ()
    assert tables_in(tmp_path / "nowhere") == tables_in(None) == ()


def test_links_end_at_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "local"
    folder.mkdir()
    write(tmp_path / "outside.csv", "a\nsecret\n")
    write(folder / "inside.csv", "a\n1\n")
    (folder / "out.csv").symlink_to(tmp_path / "outside.csv")
    (folder / "up.csv").symlink_to(folder / ".." / "outside.csv")
    (folder / "lost.csv").symlink_to(folder / "nothing.csv")
    (folder / "again.csv").symlink_to("inside.csv")
    for name in ("out", "up"):
        with pytest.raises(UnusableFile, match="a link that leads out of the folder"):
            rows(folder, f"SELECT * FROM local.{name}")
    with pytest.raises(UnusableFile, match="a link that leads nowhere"):
        rows(folder, "SELECT * FROM local.lost")
    assert rows(folder, "SELECT * FROM local.again") == [{"a": 1}]


def test_a_name_is_no_pattern(tmp_path: Path) -> None:
    write(tmp_path / "a1.csv", "a\n1\n")
    write(tmp_path / "a[1].csv", "a\n2\n")
    tables = {table.file.name: table for table in tables_in(tmp_path)}
    assert "name it otherwise" in str(tables["a[1].csv"].fault)


def test_no_other_file_is_opened(tmp_path: Path) -> None:
    write(tmp_path / "mine.csv", "a\n1\n")
    other = write(tmp_path / "other.csv", "a\n2\n")
    for sql in (
        f"SELECT * FROM '{other}'",
        f"SELECT * FROM read_csv('{other}')",
        f"SELECT * FROM local.mine, read_text('{other}')",
    ):
        with pytest.raises((ForbiddenSql, UnknownRelation)):
            rows(tmp_path, sql)


def test_what_changes_is_seen(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "a\n1\n")
    assert rows(tmp_path, "SELECT * FROM local.t") == [{"a": 1}]
    write(path, "a\nx\n")
    assert rows(tmp_path, "SELECT * FROM local.t") == [{"a": "x"}]
    path.rename(tmp_path / "u.csv")
    assert rows(tmp_path, "SELECT * FROM local.u") == [{"a": "x"}]
    with pytest.raises(UnknownRelation):
        rows(tmp_path, "SELECT * FROM local.t")


def test_tables_that_are_not_wanted_are_not_looked_into(tmp_path: Path) -> None:
    write(tmp_path / "big.csv", "a\n1\n")
    (table,) = tables_in(tmp_path, lambda _: False)
    assert (table.name, table.reading, table.fault) == ("big", None, None)
