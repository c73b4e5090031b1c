"""Texts over single emissions that the provider adds up itself, drawn at random."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

LINKS = (
    "JOIN sessions s ON s.session_key = m.session_key AND s.conversation_id = m.conversation_id "
    "{0}JOIN participants p ON p.participant_key = s.participant_key "
    "AND p.conversation_id = s.conversation_id"
)
ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu",
    "Australia/Lord_Howe", "America/St_Johns",
)  # fmt: skip
DURATIONS = ("tTalk", "tHandle", "tAcw", "tAnswered", "tAcd", "tHeld", "tAbandon", "tTalkComplete")
COUNTS = ("nOffered", "nConnected", "nTransferred", "nOverSla", "nOutbound", "nError")
DIMENSIONS = ("s.media_type", "s.direction", "p.purpose", "p.user_id", "m.name")
MOMENTS = (
    "date_trunc('day', m.emit_date)",
    "date_trunc('week', m.emit_date)",
    "date_trunc('month', m.emit_date AT TIME ZONE '{zone}')",
    "CAST(m.emit_date AS DATE)",
    "hour(m.emit_date)",
    "extract(dow FROM m.emit_date AT TIME ZONE '{zone}')",
    "date_part('month', m.emit_date)",
    "strftime(date_trunc('hour', m.emit_date), '%H')",
    "time_bucket(INTERVAL 6 HOUR, m.emit_date)",
    "time_bucket(INTERVAL 45 MINUTE, m.emit_date)",
    "m.emit_date >= TIMESTAMPTZ '2026-02-11 00:00:00+00'",
    "CAST(m.emit_date - INTERVAL '4 hours' AS DATE)",
    "dayname(m.emit_date)",
)
FIRST, LAST = datetime(2026, 1, 20, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A text, and the zone it is asked in."""

    sql: str
    zone: str


def drawn(seed: int) -> Drawn:
    """The text of a seed: always the same."""
    return _Drawing(Random(seed)).text()  # noqa: S311


@dataclass(frozen=True, slots=True)
class _Drawing:
    random: Random

    def text(self) -> Drawn:
        pick, zone = self.random.choice, self.random.choice(ZONES)
        names = self._names()
        keys = self.random.sample(DIMENSIONS, self.random.choice((0, 1, 1, 2, 3)))
        if self.random.random() < 0.6:
            keys.append(pick(MOMENTS).format(zone=pick(ZONES)))
        made = [self._made(names) for _ in range(self.random.randint(1, 4))]
        columns = [*(f"{key} AS k{n}" for n, key in enumerate(keys))]
        columns += [f"{one} AS v{n}" for n, one in enumerate(made)]
        group = f"GROUP BY {self._group(len(keys))}" if keys else ""
        having = f"HAVING {self._made(names)} > {pick((0, 3, 60_000))}" if keys else ""
        sql = (
            f"SELECT {', '.join(columns)} FROM session_metrics m "
            f"{LINKS.format(pick(('', 'LEFT ')))} {pick(('', self._people()))} "
            f"WHERE {self._bounds(zone)} AND {self._of(names)} {self._where()} {group} "
            f"{pick(('', having))}"
        )
        if keys and self.random.random() < 0.3:
            sql = (
                f"WITH told AS ({sql}) SELECT count(*) AS n, min(k0) AS k, sum(v0) AS v, "
                "max(v0) AS most FROM told"
            )
        return Drawn(sql, zone)

    def _names(self) -> list[str]:
        kinds = self.random.choice((DURATIONS, DURATIONS, COUNTS, DURATIONS + COUNTS))
        return self.random.sample(kinds, self.random.randint(1, 3))

    def _of(self, names: list[str]) -> str:
        if len(names) == 1 and self.random.random() < 0.5:
            return f"m.name = '{names[0]}'"
        listed = ", ".join(f"'{name}'" for name in names)
        return f"m.name IN ({listed})"

    def _made(self, names: list[str]) -> str:
        """Something made of emissions; of a count only its sum."""
        durations = [name for name in names if name.startswith("t")]
        if not durations or self.random.random() < 0.3:
            return self.random.choice((
                "sum(m.value)",
                "coalesce(sum(m.value), 0) / 60000",
                "count(DISTINCT m.name)",
                f"sum(CASE WHEN m.name = '{names[0]}' THEN m.value ELSE 0 END)",
                f"sum(m.value) FILTER (s.direction = 'inbound' AND m.name = '{names[0]}')",
                "count(DISTINCT s.media_type)",
            ))  # fmt: skip
        one = self.random.choice(durations)
        made = self.random.choice((
            "avg(m.value)", "min(m.value)", "max(m.value)", "count(*)", "count(m.value)",
            "sum(m.value)", "sum(1)", "count(s.direction)",
        ))  # fmt: skip
        if len(durations) == len(names) and self.random.random() < 0.5:
            return made
        if self.random.random() < 0.3:
            return f"avg(CASE WHEN m.name = '{one}' THEN m.value END)"
        return f"{made} FILTER (m.name = '{one}')"

    def _group(self, keys: int) -> str:
        places = ", ".join(str(place + 1) for place in range(keys))
        return self.random.choice(("ALL", places, f"ROLLUP ({places})", f"CUBE ({places})"))

    def _people(self) -> str:
        return "LEFT JOIN users u ON u.user_id = p.user_id"

    def _where(self) -> str:
        return self.random.choice((
            "", "", "AND s.media_type IN ('voice', 'chat')", "AND s.direction = 'inbound'",
            "AND p.user_id IS NOT NULL", "AND p.purpose <> 'customer'",
            "AND p.user_id IN (SELECT user_id FROM users)", "AND hour(m.emit_date) >= 9",
        ))  # fmt: skip

    def _bounds(self, zone: str) -> str:
        """Bounds on quarters of an hour, by UTC or by the clock of the session."""
        span = int((LAST - FIRST).total_seconds()) // 900
        low, high = sorted(self.random.sample(range(span + 1), 2))
        if self.random.random() < 0.5:
            high = min(high, low + 96 * 3)
        if self.random.random() < 0.4:
            low, high = low // 96 * 96, high // 96 * 96 + 96
        start, end = (FIRST + timedelta(minutes=15 * n) for n in (low, high))
        shape = self.random.choice(("TIMESTAMPTZ '{:%Y-%m-%d %H:%M}:00+00'", "'{:%Y-%m-%d %H:%M}'"))
        if not shape.startswith("TIMESTAMPTZ") and zone == "Asia/Kathmandu":
            shape = "TIMESTAMP '{:%Y-%m-%d %H:%M}'"
        return f"m.emit_date >= {shape.format(start)} AND m.emit_date < {shape.format(end)}"
