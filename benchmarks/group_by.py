"""A month of twelve, grouped, over 1.35 million segments: Trunkline and DuckDB on one bare file.

    python -m benchmarks.group_by --rows 1350000 --rounds 15

The lake has a year of segments in one file a day, as a daily fetch leaves them, and then the same
rows merged into one file a month. DuckDB reads the month from one file that it wrote itself. Each
round asks all of them in turn, warm; ``cpu`` is the least that all processors took. ``answer`` is
what a user waits for once the data is there and the query is planned: from opening the session to
the last row. ``plan`` comes before it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from trunkline.config import Settings
from trunkline.engine import Engine, Options, Prepared
from trunkline.engine.landing import layout_of
from trunkline.interval import DAY, day_span, months
from trunkline.lake.catalogue import Publication
from trunkline.lake.locked import Limits, session
from trunkline.lake.relation import columns_of, parquet, relations_of

YEAR = day_span(date(2025, 1, 1), date(2025, 12, 31))
MONTH = "conversation_start >= '2025-05-01' AND conversation_start < '2025-06-01'"
COLUMNS = (
    "queue_id, segment_type, count(*) AS segments, count(DISTINCT conversation_id) AS calls, "
    "sum(date_diff('millisecond', segment_start, segment_end)) AS t_ms"
)
QUERY = f"SELECT {COLUMNS} FROM {{}} WHERE {MONTH} GROUP BY ALL ORDER BY ALL"
BUDGET_MS, BUDGET_RATIO = 250.0, 1.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_350_000)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        pages, merged = _lake(folder / "pages", asked.rows), _lake(folder / "merged", asked.rows)
        began = time.perf_counter()
        _merge(merged)
        print(f"{asked.rows:,} segments of a year; merged in {time.perf_counter() - began:.1f} s")
        _compare(pages, merged, folder / "bare.parquet", asked.rounds)
        pages.close()
        merged.close()


def _lake(home: Path, rows: int) -> Engine:
    """A year of segments, one file a day."""
    engine = Engine(Settings(home=home))
    segments = engine.catalog.find("segments")
    assert segments is not None
    layout = layout_of(engine.catalog, segments.dataset)
    schema = pa.schema([(name, type_.arrow) for name, type_ in columns_of(segments)])
    rng = np.random.default_rng(7)
    days = sorted(YEAR.days())
    for month in months(days):
        key = f"{min(month):%Y%m}".zfill(32)
        receipts = [
            engine.lake.stage(
                f"{key}-1-{day.day:05d}",
                {"segments": _rows(day, rows // len(days), rng, schema)},
                layout,
            )
            for day in sorted(month)
        ]
        engine.lake.publish(
            Publication(
                job=key,
                organization=engine.catalog.schema,
                dataset=segments.dataset.name,
                days=dict.fromkeys(month, 0),
                files=tuple(file for receipt in receipts for file in receipt.files),
                fetched_at=YEAR.end + 30 * DAY,
                watermark=YEAR.end + 30 * DAY,
                fingerprint="benchmark",
            ),
            layout,
            datetime.now(UTC),
        )
    return engine


def _rows(day: date, count: int, rng: np.random.Generator, schema: pa.Schema) -> pa.Table:
    """Segments of one day: ten a conversation, the columns filled that always are."""
    conversation = np.arange(count) // 10
    began = np.sort(rng.integers(0, 86_400_000, count // 10 + 1))[conversation]
    start = began + rng.integers(0, 600_000, count)
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    ids = [_uuid(rng) for _ in range(count // 10 + 1)]
    texts = {
        "conversation_id": [ids[n] for n in conversation],
        "participant_id": [f"{ids[n][:-4]}{k % 10:04d}" for k, n in enumerate(conversation)],
        "session_id": [f"{k % 10:04d}{ids[n][4:]}" for k, n in enumerate(conversation)],
        "segment_key": [f"{ids[n]}:{ids[n]}:{ids[n]}:{k % 10}" for k, n in enumerate(conversation)],
        "queue_id": [f"queue-{n:036d}" for n in rng.integers(0, 40, count)],
        "segment_type": rng.choice(["interact", "alert", "hold", "wrapup", "ivr"], count).tolist(),
        "disconnect_type": rng.choice(["client", "peer", "transfer"], count).tolist(),
    }
    times = {
        "conversation_start": midnight + began,
        "segment_start": midnight + start,
        "segment_end": midnight + start + rng.integers(1_000, 300_000, count),
    }
    columns = [
        pa.array(texts[field.name], field.type)
        if field.name in texts
        else pa.array(times[field.name]).cast(field.type)
        if field.name in times
        else pa.nulls(count, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _uuid(rng: np.random.Generator) -> str:
    text = rng.bytes(16).hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _merge(engine: Engine) -> None:
    segments = engine.catalog.find("segments")
    assert segments is not None
    engine.lake.compact(
        engine.catalog.schema,
        layout_of(engine.catalog, segments.dataset),
        timedelta(hours=72),
        lambda: f"{random.getrandbits(128):032x}",
        datetime.now(UTC),
    )


def _compare(pages: Engine, merged: Engine, bare: Path, rounds: int) -> None:
    sources = merged.lake.files(merged.catalog.schema, merged.lake.catalogue.latest())["segments"]
    segments = merged.catalog.find("segments")
    assert segments is not None
    rows = parquet(sources, columns_of(segments))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(
            f"COPY (SELECT * FROM {rows} WHERE {MONTH}) "
            f"TO '{bare}' (FORMAT parquet, COMPRESSION zstd)"
        )
    lakes = {"a file a day": pages, "a file a month": merged}
    prepared = {name: _planned(engine) for name, engine in lakes.items()}
    whole: dict[str, Callable[[], list[object]]] = {
        "DuckDB, one bare file": lambda: _bare(bare),
        **{name: partial(_answer, lakes[name], prepared[name]) for name in lakes},
    }
    assert len({str(one()) for one in whole.values()}) == 1, "the answers differ"
    turns = [{name: _times(one) for name, one in whole.items()} for _ in range(rounds)]
    medians = {name: statistics.median(turn[name][0] for turn in turns) for name in whole}
    base = medians["DuckDB, one bare file"]
    heads = ("answer ms", "best", "x bare", "cpu ms", "session ms", "plan ms")
    print(f"{'':<24}" + "".join(f"{head:>12}" for head in heads))
    for name, median in medians.items():
        best = min(turn[name][0] for turn in turns)
        used = min(turn[name][1] for turn in turns)
        line = f"{name:<24}{median:>12.1f}{best:>12.1f}{median / base:>12.2f}{used:>12.1f}"
        if name in lakes:
            opened = [_time(partial(_session, lakes[name], prepared[name])) for _ in range(rounds)]
            plan = [_time(partial(_planned, lakes[name])) for _ in range(rounds)]
            line += f"{statistics.median(opened):>12.1f}{statistics.median(plan):>12.1f}"
        print(line)
    print(f"budget: {BUDGET_MS:.0f} ms, warm, and {BUDGET_RATIO} x DuckDB on one bare file")


def _time(work: Callable[[], object]) -> float:
    return _times(work)[0]


def _times(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds by the clock on the wall, and of all processors."""
    began, used = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - began) * 1e3, (time.process_time() - used) * 1e3


def _bare(path: Path) -> list[object]:
    """As a script would: a database of its own, and the query."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        reader = connection.sql(QUERY.format(f"'{path}'")).to_arrow_reader(65_536)
        return [row for batch in reader for row in batch.to_pylist()]


def _answer(engine: Engine, prepared: Prepared) -> list[object]:
    with engine.answer(prepared) as found:
        return [row for batch in found.batches for row in batch.to_pylist()]


def _planned(engine: Engine) -> Prepared:
    """The query planned against what is held; nothing is fetched."""
    asked = engine.prepare(QUERY.format("segments"), Options(covered=True), lambda _: None)
    return asyncio.run(asked)


def _session(engine: Engine, prepared: Prepared) -> None:
    """What of an answer is spent before the query begins."""
    parts = engine.lake.parts(
        engine.catalog, prepared.snapshot, prepared.reads[engine.catalog.schema]
    )
    relations = [r for r in relations_of(engine.catalog, parts) if r.name == "segments"]
    with session(relations, engine.catalog.schema, "UTC", Limits()):
        pass


if __name__ == "__main__":
    main()
