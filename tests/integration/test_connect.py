"""The gateway for Python: what the command line answers, from a notebook, a thread or a loop."""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import trunkline
from tests.fakes import event_loop
from tests.gateway import YEAR, Site
from trunkline.errors import (
    ConfigError,
    CostGuard,
    LimitExceeded,
    SqlError,
    UnboundedScan,
    UsageError,
)
from trunkline.gateway import Gateway

COUNT = f"SELECT count(*) AS n FROM conversations WHERE {YEAR}"
IDS = f"SELECT conversation_id FROM conversations WHERE {YEAR} ORDER BY 1"
MANY = "SELECT x FROM range(200000) t(x)"


@contextmanager
def connected(site: Site) -> Iterator[Gateway]:
    settings, seams = site.world()
    with Gateway(settings, seams, lambda: event_loop(site.clock)) as gateway:
        yield gateway


def conversations(site: Site) -> int:
    return len(site.truth("conversations", date(2025, 1, 1), date(2025, 12, 31)))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "data")


def test_a_query_is_fetched_once_and_answered_with_its_certificate(site: Site) -> None:
    with connected(site) as gateway:
        first = gateway.query(COUNT)
        assert first.arrow().to_pylist() == [{"n": conversations(site)}]
        assert first.certificate["complete"] is True
        assert len(first.certificate["jobs"]) == site.submits() == 12
        again = gateway.query(COUNT)
        assert again.certificate["requests"]["total"] == 0
        assert again.arrow() == first.arrow()


def test_it_works_where_an_event_loop_already_runs(site: Site) -> None:
    async def cell_of_a_notebook() -> list[dict[str, Any]]:
        with connected(site) as gateway:
            rows: list[dict[str, Any]] = gateway.query(COUNT).arrow().to_pylist()
            batches = list(gateway.query(IDS))
            assert sum(batch.num_rows for batch in batches) == rows[0]["n"]
            return rows

    assert asyncio.run(cell_of_a_notebook()) == [{"n": conversations(site)}]


def test_several_threads_may_ask_one_gateway(site: Site) -> None:
    with connected(site) as gateway, ThreadPoolExecutor(4) as threads:
        answers = list(
            threads.map(lambda _: gateway.query(COUNT).arrow()["n"][0].as_py(), range(8))
        )
    assert answers == [conversations(site)] * 8
    assert site.submits() == 12


def test_explain_requests_nothing(site: Site) -> None:
    with connected(site) as gateway:
        text = gateway.explain(COUNT)
        with site.engine() as engine:
            assert text == str(engine.explain(COUNT))
    assert site.requests == []


def test_errors_are_those_of_the_command_line(site: Site) -> None:
    with connected(site) as gateway:
        with pytest.raises(SqlError) as raised:
            gateway.query("SELECT nonsense FROM conversations")
        assert raised.value.position == 7
        with pytest.raises(UnboundedScan):
            gateway.query("SELECT count(*) FROM conversations")
        with pytest.raises(CostGuard):
            gateway.query(COUNT, max_requests=3)
        with pytest.raises(UsageError):
            gateway.explain(COUNT, timezone="Mars/Olympus")
        assert site.submits() == 0
        assert gateway.query("SELECT 1 AS one").arrow().to_pylist() == [{"one": 1}]


def test_types_are_kept(site: Site) -> None:
    question = """
        SELECT 9007199254740993 AS big, 1.50::DECIMAL(24,6) AS amount,
               TIMESTAMPTZ '2025-01-01 00:00:00Z' AS moment, NULL::BIGINT AS nothing"""
    with connected(site) as gateway:
        result = gateway.query(question, timezone="Europe/Berlin")
        table = result.arrow()
    assert result.timezone == "Europe/Berlin"
    assert table.schema.field("amount").type == pa.decimal128(24, 6)
    assert table.schema.field("moment").type == pa.timestamp("us", tz="Europe/Berlin")
    assert table["big"].to_pylist() == [9_007_199_254_740_993]
    assert table["amount"].to_pylist() == [Decimal("1.500000")]
    assert table["moment"].to_pylist()[0].isoformat() == "2025-01-01T01:00:00+01:00"


def test_an_empty_answer_has_its_columns(site: Site) -> None:
    with connected(site) as gateway:
        table = gateway.query("SELECT 1::BIGINT AS n WHERE false").arrow()
    assert table.schema == pa.schema([("n", pa.int64())])
    assert table.num_rows == 0


def test_what_is_held_can_be_asked_for_alone(site: Site) -> None:
    january = COUNT.replace("2026-01-01", "2025-02-01")
    with connected(site) as gateway:
        held = gateway.query(january).arrow()
        before = len(site.requests)
        later = gateway.query("SELECT count(*) AS n FROM conversations", covered=True)
        assert later.arrow() == held
        assert later.certificate["complete"] is True
        assert later.notices
        empty = gateway.query("SELECT count(*) AS n FROM conversations", as_of=0)
        assert empty.arrow().to_pylist() == [{"n": 0}]
    assert len(site.requests) == before


def test_batches_are_read_one_by_one_and_others_meanwhile(site: Site) -> None:
    with connected(site) as gateway:
        batches = iter(gateway.query(MANY))
        first = next(batches)
        assert 0 < first.num_rows < 200_000
        assert gateway.query("SELECT 1 AS one").arrow().num_rows == 1
        rest = sum(batch.num_rows for batch in batches)
        assert first.num_rows + rest == 200_000


def test_the_rows_can_be_read_again(site: Site) -> None:
    with connected(site) as gateway:
        result = gateway.query(MANY)
        counts = [sum(batch.num_rows for batch in result) for _ in range(2)]
        table = result.arrow()
    assert counts == [200_000, 200_000]
    # What has been read stays when the gateway is closed.
    assert result.arrow() is table
    assert sum(batch.num_rows for batch in result) == 200_000


def test_an_error_among_the_batches_is_raised_there(site: Site) -> None:
    broken = (
        "SELECT CAST(CASE WHEN x < 150000 THEN '1' ELSE 'no' END AS BIGINT) FROM range(200000) t(x)"
    )
    with connected(site) as gateway:
        batches = iter(gateway.query(broken))
        with pytest.raises(SqlError):
            list(batches)


def test_limits_hold(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.settings = type(site.settings)(max_rows=10)
    with connected(site) as gateway, pytest.raises(LimitExceeded, match="10 rows"):
        gateway.query(MANY).arrow()


def test_closing_ends_what_is_being_read(site: Site) -> None:
    with connected(site) as gateway:
        result = gateway.query(MANY)
        batches = iter(result)
        next(batches)
        gateway.close()
        gateway.close()
        with pytest.raises(UsageError, match="closed"):
            next(batches)
        with pytest.raises(UsageError, match="closed"):
            gateway.query(COUNT)
        with pytest.raises(UsageError, match="closed"):
            result.arrow()


def test_an_iteration_that_is_given_up_lets_go(site: Site) -> None:
    with connected(site) as gateway:
        batches = iter(gateway.query(MANY))
        next(batches)
        del batches
        gc.collect()
        assert gateway.query("SELECT 1 AS one").arrow().num_rows == 1


@pytest.mark.skipif(not importlib.util.find_spec("pandas"), reason="pandas is not installed")
def test_pandas_keeps_whole_numbers_beside_null(site: Site) -> None:
    question = "SELECT unnest([9007199254740993, NULL]) AS n, 1.50::DECIMAL(24,6) AS amount"
    with connected(site) as gateway:
        frame = gateway.query(question).pandas()
    assert int(frame["n"][0]) == 9_007_199_254_740_993
    assert bool(frame["n"].isna()[1])
    assert frame["amount"][0] == Decimal("1.500000")


def python(folder: Path, code: str) -> str:
    """What a program prints that runs in a folder with nothing set."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"HOME": str(folder), "PYTHONPATH": str(Path(trunkline.__file__).parents[1])},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_missing_pandas_is_told(tmp_path: Path) -> None:
    code = """
import sys
import trunkline
from trunkline.errors import UsageError
with trunkline.connect() as gateway:
    result = gateway.query("SELECT 1 AS one")
    result.arrow()
    sys.modules["pandas"] = None  # as where it is not installed
    try:
        result.pandas()
    except UsageError as error:
        print(error.message, result.arrow().to_pylist())
"""
    assert python(tmp_path, code) == "pandas is not installed [{'one': 1}]"


def test_importing_it_is_light(tmp_path: Path) -> None:
    code = """
import sys, trunkline
heavy = [name for name in ("pyarrow", "duckdb", "aiohttp") if name in sys.modules]
print(heavy, callable(trunkline.connect), "pyarrow" in sys.modules)
"""
    assert python(tmp_path, code) == "[] True True"


def test_a_gateway_that_is_left_open_does_not_keep_a_program_alive(tmp_path: Path) -> None:
    code = """
import trunkline
gateway = trunkline.connect()
print(gateway.query("SELECT 1 AS one").arrow().to_pylist())
"""
    assert python(tmp_path, code) == "[{'one': 1}]"


def test_settings_are_read_from_the_named_file(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        f'home = "{tmp_path / "data"}"\ntimezone = "Australia/Sydney"\n'
    )
    with trunkline.connect(tmp_path / "mine.toml") as gateway:
        assert gateway.query("SELECT 1 AS one").timezone == "Australia/Sydney"
    with pytest.raises(ConfigError):
        trunkline.connect(tmp_path / "none.toml")


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = trunkline.nonsense  # type: ignore[attr-defined]


def test_days_are_synced_before_anybody_asks(site: Site) -> None:
    with connected(site) as gateway:
        done = gateway.sync("conversations", start=date(2025, 1, 1), end=date(2026, 1, 1))
        assert (done.days, site.submits()) == (365, 12)
        again = gateway.sync(start=date(2025, 1, 1), end=date(2026, 1, 1))
        assert (again.days, again.requests) == (0, 0)
        assert gateway.query(COUNT).certificate["requests"]["total"] == 0
        with pytest.raises(UsageError, match="--from"):
            gateway.sync("conversations")


def test_dates_are_those_of_the_time_zone(site: Site) -> None:
    with connected(site) as gateway:
        day = date(2025, 7, 1)
        done = gateway.sync(start=day, end=date(2025, 7, 2), timezone="Australia/Sydney")
    assert [(f"{i.start:%F}", f"{i.last_day:%F}") for i in done.intervals] == [
        ("2025-06-30", "2025-07-01")
    ]
