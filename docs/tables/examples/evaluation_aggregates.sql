-- Evaluations of each evaluator by week, and the mean of their scores.
SELECT evaluator_id,
       date_trunc('week', interval_start) AS week,
       sum(n_evaluations) AS evaluations,
       sum(o_total_score) / sum(o_total_score_count) AS average_score
FROM evaluation_aggregates
WHERE interval_start >= '2025-01-01' AND interval_start < '2025-04-01'
GROUP BY ALL
ORDER BY ALL
LIMIT 10;

-- Evaluations by the day on which they came. In conversation_evaluations they stand under the day of
-- the conversation, which is earlier.
SELECT date_trunc('day', interval_start) AS day, sum(n_evaluations) AS evaluations
FROM evaluation_aggregates
WHERE interval_start >= '2025-03-01' AND interval_start < '2025-04-01'
GROUP BY day
ORDER BY day;
