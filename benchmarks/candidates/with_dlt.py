"""dlt at the best setting found: one pipeline, its Parquet loader, one worker, DuckDB."""

from __future__ import annotations

import gzip
import json
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS"] = "100000"

import dlt

TABLES = {
    "conversations": "conversations",
    "conversations__participants": "participants",
    "conversations__participants__sessions": "sessions",
    "conversations__participants__sessions__segments": "segments",
    "conversations__participants__sessions__metrics": "session_metrics",
}
_NOT_A_DIGIT = re.compile(r"\D")


def land(pages: list[bytes]) -> Counter[str]:
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "bench",
            destination=dlt.destinations.duckdb(f"{folder}/landed.duckdb"),
            dataset_name="conversations",
            pipelines_dir=folder,
        )
        source = dlt.resource(_records(pages), name="conversations").add_map(_masked)
        pipeline.run(source, loader_file_format="parquet")
        counts = pipeline.last_trace.last_normalize_info.row_counts
    return Counter({ours: counts[theirs] for theirs, ours in TABLES.items()})


def _records(pages: list[bytes]) -> Iterator[list[dict[str, Any]]]:
    for page in pages:
        yield json.loads(gzip.decompress(page))["conversations"]


def _masked(conversation: dict[str, Any]) -> dict[str, Any]:
    for participant in conversation.get("participants", ()):
        participant.pop("attributes", None)
        if "participantName" in participant:
            participant["participantName"] = "REDACTED"
        for session in participant.get("sessions", ()):
            for name in ("ani", "dnis", "sessionDnis", "remote", "addressFrom", "addressTo"):
                if name in session:
                    session[name] = _NOT_A_DIGIT.sub("", session[name])[-4:]
    return conversation
