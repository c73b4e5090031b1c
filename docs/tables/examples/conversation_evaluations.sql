-- Average score of each form. Evaluations come days or weeks after the conversation, and are found
-- under the day on which the conversation started.
SELECT form_name, count(*) AS evaluations, avg(o_total_score) AS average_score
FROM conversation_evaluations
WHERE released AND NOT deleted
  AND conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
GROUP BY form_name
ORDER BY evaluations DESC;

-- Agents with their average score and handle time. Each side is summed by agent before the join, as
-- an agent has many of both.
WITH scores AS (
    SELECT user_id, avg(o_total_score) AS average_score
    FROM conversation_evaluations
    WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
    GROUP BY user_id
),
handled AS (
    SELECT user_id, sum(t_handle_ms) // count(t_handle_ms) AS average_handle_ms
    FROM participants
    WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
    GROUP BY user_id
)
SELECT user_id, average_score, average_handle_ms
FROM scores JOIN handled USING (user_id)
ORDER BY average_score DESC;
