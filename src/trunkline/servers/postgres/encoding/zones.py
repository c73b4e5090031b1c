"""The offset of a time zone from UTC, for a column of instants.

Python's zoneinfo and not Arrow's: the latter ends where the table of a zone file ends, which in a
slim file is years ago.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from trunkline.servers.postgres.encoding.cells import Numbers

HOUR = 3_600
_CYCLE = 146_097 * 86_400  # after 400 years the calendar repeats, days of the week included
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -62_135_510_400, 253_402_214_400  # a day inside what datetime can hold


def offsets(seconds: Numbers, zone: ZoneInfo) -> Numbers:
    """Seconds to add to instants to read the clock of a zone. Instants are seconds since 1970."""
    always = zone.utcoffset(None)
    if always is not None:  # a zone without history, as UTC is
        return np.full(len(seconds), always // timedelta(seconds=1), np.int64)
    hours, place = np.unique(seconds // HOUR, return_inverse=True)
    found = [_of_hour(zone, int(hour)) for hour in hours]
    steady = np.array([offset is not None for offset in found], np.bool_)
    made: Numbers = np.array([offset or 0 for offset in found], np.int64)[place]
    for row in np.nonzero(~steady[place])[0]:  # the hours in which clocks are changed
        made[row] = _offset(zone, int(seconds[row]))
    return made


@lru_cache(maxsize=1 << 16)
def _of_hour(zone: ZoneInfo, hour: int) -> int | None:
    """The offset throughout an hour; None where it changes."""
    first, last = _offset(zone, hour * HOUR), _offset(zone, hour * HOUR + HOUR - 1)
    return first if first == last else None


def _offset(zone: ZoneInfo, second: int) -> int:
    if second > _LAST:
        second -= -(-(second - _LAST) // _CYCLE) * _CYCLE
    second = max(second, _FIRST)  # before, there was no standard time to change
    moment = (_EPOCH + timedelta(seconds=second)).astimezone(zone)
    offset = moment.utcoffset()
    return 0 if offset is None else offset // timedelta(seconds=1)
