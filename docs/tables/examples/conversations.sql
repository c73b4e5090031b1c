-- Conversations of a year by month and by the direction of the first communication.
SELECT date_trunc('month', conversation_start) AS month,
       originating_direction                   AS direction,
       count(*)                                AS conversations
FROM conversations
WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
GROUP BY ALL
ORDER BY ALL;

-- The busiest days of March. A date without a zone is a day of the session's time zone.
SELECT conversation_start::DATE AS day, count(*) AS conversations
FROM conversations
WHERE conversation_start::DATE BETWEEN DATE '2025-03-01' AND DATE '2025-03-31'
GROUP BY day
ORDER BY conversations DESC, day
LIMIT 5;

-- How long conversations took, from the start to the end of after-call work. Whole milliseconds:
-- `quantile_disc` answers one of the values, where `median` would make up a fraction.
SELECT originating_direction AS direction,
       count(*)              AS ended,
       quantile_disc(date_diff('millisecond', conversation_start, conversation_end), 0.5) AS median_ms
FROM conversations
WHERE conversation_start >= '2025-03-01' AND conversation_start < '2025-04-01'
  AND conversation_end IS NOT NULL
GROUP BY direction
ORDER BY direction;

-- Conversations that touched more than one division.
SELECT conversation_id, conversation_start, division_ids
FROM conversations
WHERE conversation_start >= '2025-03-01' AND conversation_start < '2025-04-01'
  AND len(division_ids) > 1
ORDER BY conversation_start
LIMIT 10;
