"""What the session itself refuses, were the gate to let it through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trunkline.lake.locked import Limits, session
from trunkline.lake.relation import Part, Relation
from trunkline.types import Type

COLUMNS = (("conversation_id", Type.TEXT), ("queue_id", Type.TEXT))


def parquet(path: Path, value: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"conversation_id": [value], "queue_id": ["q"]}), path)
    return str(path)


@contextmanager
def opened(folder: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A session over one of two files that lie side by side."""
    allowed = parquet(folder / "allowed.parquet", "allowed")
    parquet(folder / "secret.parquet", "secret")
    (folder / "secret.csv").write_text("a,b\n1,2\n")
    relation = Relation("genesys", "conversations", COLUMNS, (Part((allowed,)),))
    with session((relation,), "genesys", "UTC", Limits(memory="256MB")) as connection:
        yield connection, folder


def test_it_reads_the_files_of_its_relations(tmp_path: Path) -> None:
    with opened(tmp_path) as (connection, _):
        found = connection.execute("SELECT conversation_id FROM conversations").fetchall()
    assert found == [("allowed",)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_parquet('{folder}/secret.parquet')",
        "SELECT * FROM '{folder}/secret.parquet'",
        "SELECT * FROM read_parquet('{folder}/*.parquet')",
        "SELECT * FROM read_parquet('{folder}/../{name}/secret.parquet')",
        "SELECT * FROM read_parquet(['{folder}/allowed.parquet', '{folder}/secret.parquet'])",
        "SELECT * FROM parquet_metadata('{folder}/secret.parquet')",
        "SELECT * FROM read_csv('{folder}/secret.csv')",
        "SELECT * FROM read_text('{folder}/secret.csv')",
        "SELECT * FROM read_blob('{folder}/secret.parquet')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM read_parquet('https://example.org/x.parquet')",
    ],
)
def test_it_reads_no_other_file(tmp_path: Path, sql: str) -> None:
    with opened(tmp_path) as (connection, folder), pytest.raises(duckdb.PermissionException):
        connection.execute(sql.format(folder=folder, name=folder.name)).fetchall()


@pytest.mark.parametrize(
    "sql",
    [
        "COPY conversations TO '{folder}/out.csv'",
        "COPY conversations TO '{folder}/allowed.parquet' (FORMAT parquet)",
        "EXPORT DATABASE '{folder}/out'",
        "ATTACH '{folder}/out.db'",
        "ATTACH '{folder}/allowed.parquet' AS x (TYPE duckdb)",
        "INSTALL httpfs",
        "LOAD httpfs",
        "LOAD '{folder}/x.duckdb_extension'",
        "SET enable_external_access = true",
        "SET allowed_paths = []",
        "SET allowed_directories = ['/']",
        "SET lock_configuration = false",
        "SET memory_limit = '100GB'",
        "SET temp_directory = '{folder}'",
        "SET python_enable_replacements = true",
        "SET autoload_known_extensions = true",
        "RESET memory_limit",
        "PRAGMA enable_profiling",
        "CREATE PERSISTENT SECRET s (TYPE s3)",
    ],
)
def test_it_writes_attaches_and_configures_nothing(tmp_path: Path, sql: str) -> None:
    with opened(tmp_path) as (connection, folder):
        before = sorted(path.name for path in folder.iterdir())
        content = (folder / "allowed.parquet").read_bytes()
        with pytest.raises(duckdb.Error):
            connection.execute(sql.format(folder=folder)).fetchall()
        assert sorted(path.name for path in folder.iterdir()) == before
        assert (folder / "allowed.parquet").read_bytes() == content


def test_variables_of_the_program_are_no_tables(tmp_path: Path) -> None:
    planted = pa.table({"a": [1]})
    with opened(tmp_path) as (connection, _), pytest.raises(duckdb.CatalogException):
        connection.execute("SELECT * FROM planted").fetchall()
    assert planted.num_rows == 1


@pytest.mark.parametrize("name", ["it's", "queue_id=5", "a[1]b", "star*", "what?", "ünï 😀"])
def test_a_data_directory_may_have_any_name(tmp_path: Path, name: str) -> None:
    with opened(tmp_path / name) as (connection, _):
        found = connection.execute("SELECT conversation_id, queue_id FROM conversations").fetchall()
    assert found == [("allowed", "q")]


def test_sessions_see_nothing_of_one_another(tmp_path: Path) -> None:
    with opened(tmp_path) as (one, _), session((), "genesys", "UTC", Limits()) as other:
        one.execute("CREATE TEMP TABLE mine AS SELECT 1")
        with pytest.raises(duckdb.CatalogException):
            other.execute("SELECT * FROM mine")
        with pytest.raises(duckdb.CatalogException):
            other.execute("SELECT * FROM conversations")
