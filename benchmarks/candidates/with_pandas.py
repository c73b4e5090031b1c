"""What an analyst writes: json_normalize for each level, a pivot for the metrics, to_parquet."""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from typing import Any

import pandas as pd

PARTICIPANT = ["conversationId", "conversationStart"]
SESSION = [*PARTICIPANT, "participantId"]
LEAF = [*SESSION, "sessionId"]
NUMBERS = ("ani", "dnis", "sessionDnis", "remote", "addressFrom", "addressTo", "addressSelf",
           "addressOther")  # fmt: skip
DROPPED = ("subject", "wrapUpNote", "wrapUpTags", "attributes", "evaluations", "surveys",
           "resolutions", "flow", "mediaEndpointStats", "agentGroups", "proposedAgents",
           "properties", "scoredAgents", "callbackNumbers", "bcc", "cc", "destinationAddresses",
           "participants", "sessions", "segments", "metrics")  # fmt: skip
NAMES = ("participantName", "callbackUserName", "remoteNameDisplayable")


def land(pages: list[bytes]) -> Counter[str]:
    rows: Counter[str] = Counter()
    for page in pages:
        for name, frame in _frames(json.loads(gzip.decompress(page))["conversations"]).items():
            _masked(frame).to_parquet(io.BytesIO(), compression="zstd", index=False)
            rows[name] += len(frame)
    return rows


def _frames(records: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    participants = _below(records, "participants", PARTICIPANT)
    sessions = _below(_records(participants, "sessions"), "sessions", SESSION)
    segments = _below(_records(sessions, "segments"), "segments", LEAF)
    metrics = _below(_records(sessions, "metrics"), "metrics", LEAF)
    return {
        "conversations": pd.json_normalize(records, max_level=0),
        "participants": _with_sums(participants, metrics, "participantId"),
        "sessions": _with_sums(sessions, metrics, "sessionId"),
        "segments": segments,
        "session_metrics": metrics,
    }


def _below(records: list[dict[str, Any]], path: str, meta: list[str]) -> pd.DataFrame:
    return pd.json_normalize(records, [path], meta, max_level=0)


def _records(frame: pd.DataFrame, path: str) -> list[dict[str, Any]]:
    """The rows as records again, with a list where the attribute is absent."""
    lists = frame[path].map(lambda value: value if isinstance(value, list) else [])
    records: list[dict[str, Any]] = frame.assign(**{path: lists}).to_dict("records")
    return records


def _with_sums(frame: pd.DataFrame, metrics: pd.DataFrame, key: str) -> pd.DataFrame:
    sums = metrics.pivot_table(index=key, columns="name", values="value", aggfunc="sum")
    return frame.merge(sums.reset_index(), how="left", on=key)


def _masked(frame: pd.DataFrame) -> pd.DataFrame:
    kept = frame.drop(columns=[name for name in DROPPED if name in frame])
    for name in kept.columns.intersection(NUMBERS):
        kept[name] = kept[name].str.replace(r"\D", "", regex=True).str[-4:]
    for name in kept.columns.intersection(NAMES):
        kept[name] = kept[name].where(kept[name].isna(), "REDACTED")
    for name in [name for name in kept if name.endswith(("Start", "End", "Date"))]:
        kept[name] = pd.to_datetime(kept[name], utc=True, format="ISO8601")
    return kept
