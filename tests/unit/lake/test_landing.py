"""Files as they are staged: what the receipt says is what lies there."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.unit.lake.asking import ask
from tests.unit.lake.pages import LAYOUT, record, tables
from trunkline.lake.amending import open_in
from trunkline.lake.lake import Lake
from trunkline.lake.landing import Receipt, rows_by_day, stage
from trunkline.lake.relation import Part, Relation
from trunkline.types import Type

FIRST, SECOND = date(2025, 3, 13), date(2025, 3, 14)


def test_the_receipt_says_what_lies_there(tmp_path: Path) -> None:
    page = tables([record("a", FIRST), record("b", SECOND, segments=3)])
    receipt = stage(tmp_path, "job-1", page, LAYOUT)
    assert [file.table for file in receipt.files] == ["conversations", "segments"]
    for file in receipt.files:
        content = (tmp_path / file.path).read_bytes()
        assert file.path == f"files/{file.table}/job-1.parquet"
        assert file.sha256 == hashlib.sha256(content).hexdigest()
        assert file.bytes == len(content)
        assert pq.read_table(tmp_path / file.path).equals(page[file.table])
    conversations, segments = receipt.files
    assert (conversations.rows, conversations.days) == (2, {FIRST: 1, SECOND: 1})
    assert (segments.rows, segments.days) == (5, {FIRST: 2, SECOND: 3})


def test_every_kind_of_column_comes_back_as_it_was(tmp_path: Path) -> None:
    """Read by DuckDB, since queries do, and by pyarrow, since a replaced day is copied by it."""
    values: dict[Type, list[Any]] = {
        Type.TEXT: ["", "ä", None, "ä", "x" * 5000],
        Type.BOOLEAN: [True, None, False, True, True],
        Type.BIGINT: [2**63 - 1, -(2**63), None, 0, 0],
        Type.DOUBLE: [1.5, None, -0.0, 1e300, 1.5],
        Type.SCORE: [Decimal("1.000001"), None, Decimal(-5), Decimal(0), Decimal(0)],
        Type.METRIC: [None, Decimal("999999999999999999.999999"), None, None, None],
        Type.TEXT_LIST: [["a", None], [], None, ["a"], [""]],
        Type.BIGINT_LIST: [[1], None, [2, None], [], []],
    }
    start = [datetime(2025, 3, 13, 8, 0, 0, 1000 * n, tzinfo=UTC) for n in range(5)]
    ids = {
        "conversation_id": ["a", "a", "b", "b", ""],
        "segment_key": ["a:0", "a:1", None, "", "b"],
    }
    rows = pa.table(
        {
            "conversation_start": pa.array(start, Type.TIMESTAMP.arrow),
            **{name: pa.array(texts, Type.TEXT.arrow) for name, texts in ids.items()},
            **{type_.name.lower(): pa.array(v, type_.arrow) for type_, v in values.items()},
            **{f"no_{type_.name.lower()}": pa.nulls(5, type_.arrow) for type_ in values},
        }
    )
    [file] = stage(tmp_path, "j", {"segments": rows}, LAYOUT).files
    with_values = [name for name in rows.column_names if not name.startswith("no_")]
    assert pq.read_table(tmp_path / file.path).equals(rows.select(with_values))
    columns = tuple((name, type_of(rows.schema.field(name).type)) for name in rows.column_names)
    relation = Relation("genesys", "segments", columns, (Part((str(tmp_path / file.path),)),))
    assert ask("SELECT * FROM segments", relations=(relation,)) == rows.to_pylist()


def test_a_column_without_values_takes_no_place_and_reads_as_null(tmp_path: Path) -> None:
    """The lake itself reads the key, the time and the end of records: those stay."""
    nothing = pa.nulls(1, pa.string())
    rows = pa.table(
        {
            "conversation_id": pa.array(["a"]),
            "conversation_start": pa.array([datetime(2025, 3, 13, tzinfo=UTC)]).cast(
                Type.TIMESTAMP.arrow
            ),
            "conversation_end": pa.nulls(1, Type.TIMESTAMP.arrow),
            "segment_key": nothing,
            "version": nothing,
        }
    )
    layout = replace(LAYOUT, end_column="conversation_end")
    pages = [rows, rows.set_column(4, "version", pa.array(["second"]))]
    files = [
        stage(tmp_path, f"j-{number}", {"conversations": page}, layout).files[0]
        for number, page in enumerate(pages)
    ]
    assert pq.read_schema(tmp_path / files[0].path).names == rows.column_names[:4]
    assert (
        open_in(tmp_path, tuple(files), layout)
        == [("a", datetime(2025, 3, 13, tzinfo=UTC), "")] * 2
    )
    columns = (("version", Type.TEXT), ("conversation_id", Type.TEXT))
    paths = tuple(str(tmp_path / file.path) for file in files)
    for order in (paths, paths[::-1]):
        relation = Relation("genesys", "conversations", columns, (Part(order),))
        versions = ask("SELECT version AS v FROM conversations ORDER BY v", relations=(relation,))
        assert versions == [{"v": "second"}, {"v": None}]
        missing = "SELECT count(*) AS n FROM conversations WHERE version IS NULL"
        assert ask(missing, relations=(relation,)) == [{"n": 1}]


def type_of(arrow: pa.DataType) -> Type:
    """Ours, of Arrow's."""
    return next(type_ for type_ in Type if type_.arrow == arrow)


def test_a_receipt_survives_as_text(tmp_path: Path) -> None:
    receipt = stage(tmp_path, "job-1", tables([record("a", FIRST)]), LAYOUT)
    assert Receipt.decode(receipt.encode()) == receipt


def test_tables_without_rows_leave_no_file(tmp_path: Path) -> None:
    receipt = stage(tmp_path, "job-1", tables([record("a", FIRST, segments=0)]), LAYOUT)
    assert [file.table for file in receipt.files] == ["conversations"]
    assert stage(tmp_path, "job-2", tables([]), LAYOUT) == Receipt(())
    assert not list(tmp_path.rglob("*job-2*"))


def test_a_page_staged_again_replaces_its_files(tmp_path: Path) -> None:
    stage(tmp_path, "job-1", tables([record("a", FIRST)]), LAYOUT)
    again = stage(tmp_path, "job-1", tables([record("b", FIRST)]), LAYOUT)
    assert {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()} == {
        file.path for file in again.files
    }
    assert pq.read_table(tmp_path / again.files[0].path)["conversation_id"].to_pylist() == ["b"]


def test_a_page_half_written_by_a_crash_is_in_nobodys_way(tmp_path: Path) -> None:
    [file, _] = stage(tmp_path, "j", tables([record("a", FIRST)]), LAYOUT).files
    left = (tmp_path / file.path).with_suffix(".partial")
    left.write_bytes(b"PAR1")
    left.chmod(0o400)
    stage(tmp_path, "j", tables([record("b", FIRST)]), LAYOUT)
    assert not left.exists()


def test_files_are_for_the_owner_to_read(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "home")
    receipt = lake.stage("job-1", tables([record("a", FIRST)]), LAYOUT)
    lake.close()
    folders = [lake.home, *(p for p in lake.home.rglob("*") if p.is_dir())]
    assert len(folders) == 4
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    modes = {stat.S_IMODE((lake.home / file.path).stat().st_mode) for file in receipt.files}
    assert modes == {0o400}


def test_a_day_begins_at_midnight_utc_to_the_millisecond() -> None:
    starts = [
        datetime(2025, 3, 13, 23, 59, 59, 999_000, tzinfo=UTC),
        datetime(2025, 3, 14, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC),
    ]
    rows = pa.table({"at": pa.array(starts, pa.timestamp("ms", "UTC"))})
    assert rows_by_day(rows, "at") == {FIRST: 1, SECOND: 1, date(1969, 12, 31): 1}
