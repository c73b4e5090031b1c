-- Conversations that reached each queue.
SELECT queue_id, count(DISTINCT conversation_id) AS conversations
FROM segments
WHERE queue_id IS NOT NULL
  AND conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
GROUP BY queue_id
ORDER BY conversations DESC;

-- Handle time by queue. The queue is named on segments, the metric stands on sessions, and a
-- session has several segments: one queue is taken for each, so that no session counts twice.
WITH queues AS (
    SELECT session_key, arg_max(queue_id, ordinal) AS queue_id
    FROM segments
    WHERE queue_id IS NOT NULL
      AND conversation_start >= '2025-03-01' AND conversation_start < '2025-04-01'
    GROUP BY session_key
)
SELECT queue_id,
       count(t_handle_ms)                     AS handled,
       sum(t_handle_ms) // count(t_handle_ms) AS average_handle_ms
FROM sessions JOIN queues USING (session_key)
WHERE conversation_start >= '2025-03-01' AND conversation_start < '2025-04-01'
GROUP BY queue_id
HAVING count(t_handle_ms) > 0
ORDER BY handled DESC;

-- How sessions ended.
SELECT disconnect_type, count(*) AS sessions
FROM segments
WHERE disconnect_type IS NOT NULL
  AND conversation_start >= '2025-03-01' AND conversation_start < '2025-04-01'
GROUP BY disconnect_type
ORDER BY sessions DESC;
