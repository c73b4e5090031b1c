"""How rows are written: one format a file, each taking batches as they come.

A file is replaced by a whole one or not at all; ``output.py`` sees to that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from trunkline.cli.formats.arrow import write_arrow
from trunkline.cli.formats.csv import write_csv
from trunkline.cli.formats.json import write_json, write_jsonl
from trunkline.cli.formats.parquet import write_parquet
from trunkline.cli.formats.table import write_table
from trunkline.cli.formats.xlsx import write_xlsx
from trunkline.lake.session import Answer


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write rows: its writer, and whether what it writes is for a terminal."""

    write: Callable[[Answer, BinaryIO, str], None]
    binary: bool = False


FORMATS: dict[str, Format] = {
    "table": Format(write_table),
    "csv": Format(write_csv),
    "json": Format(write_json),
    "jsonl": Format(write_jsonl),
    "parquet": Format(write_parquet, binary=True),
    "arrow": Format(write_arrow, binary=True),
    "xlsx": Format(write_xlsx, binary=True),
}


def write(form: str, answer: Answer, sink: BinaryIO, zone: str) -> None:
    """Write every row of an answer; times without a zone of their own in ``zone``."""
    FORMATS[form].write(answer, sink, zone)
