-- What each agent did in a month, in whole seconds. `t_talk_complete_ms` is the whole of talk;
-- `t_talk_ms` is the same time in pieces, and is not added to it.
SELECT user_id,
       count(DISTINCT conversation_id) FILTER (t_handle_ms IS NOT NULL) AS handled,
       sum(t_talk_complete_ms) // 1000                                  AS talk_seconds,
       sum(t_held_complete_ms) // 1000                                  AS hold_seconds,
       sum(t_acw_ms) // 1000                                            AS after_call_seconds
FROM participants
WHERE purpose = 'agent'
  AND conversation_start >= '2025-03-01' AND conversation_start < '2025-04-01'
GROUP BY user_id
ORDER BY handled DESC, user_id
LIMIT 10;

-- Who takes part, by the part played.
SELECT purpose, count(*) AS participants, count(DISTINCT conversation_id) AS conversations
FROM participants
WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
GROUP BY purpose
ORDER BY participants DESC;

-- Conversations that an agent passed on, by month.
SELECT date_trunc('month', conversation_start) AS month,
       sum(n_transferred)                      AS transferred,
       sum(n_blind_transferred)                AS of_them_blind
FROM participants
WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
GROUP BY month
ORDER BY month;
