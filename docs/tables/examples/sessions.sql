-- Offered, answered and abandoned by month. A `t_` metric that was emitted is counted, not summed:
-- `count(t_answered_ms)` is how many were answered.
SELECT date_trunc('month', conversation_start) AS month,
       sum(n_offered)                          AS offered,
       count(t_answered_ms)                    AS answered,
       count(t_abandon_ms)                     AS abandoned
FROM sessions
WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
GROUP BY month
ORDER BY month;

-- Speed of answer and handle time by kind of medium: sum over count, in whole milliseconds.
SELECT media_type,
       count(t_answered_ms)                              AS answered,
       sum(t_answered_ms) // count(t_answered_ms)        AS speed_of_answer_ms,
       sum(t_handle_ms) // nullif(count(t_handle_ms), 0) AS handle_ms
FROM sessions
WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
GROUP BY media_type
HAVING count(t_answered_ms) > 0
ORDER BY answered DESC;

-- Voice legs with the SIP Call-ID that a carrier's bill has, too. Numbers are masked.
SELECT conversation_id, session_id, direction, protocol_call_id, ani, dnis,
       t_talk_complete_ms, t_connected_ms
FROM sessions
WHERE media_type = 'voice' AND protocol_call_id IS NOT NULL
  AND conversation_start >= '2025-03-03' AND conversation_start < '2025-03-04'
ORDER BY conversation_start, session_id
LIMIT 10;
