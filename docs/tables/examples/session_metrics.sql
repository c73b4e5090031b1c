-- Which metrics were emitted, how often, and how much.
SELECT name, count(*) AS emitted, sum(value) AS total
FROM session_metrics
WHERE conversation_start >= '2025-03-01' AND conversation_start < '2025-04-01'
GROUP BY name
ORDER BY emitted DESC
LIMIT 10;

-- Answers by the hour in which they were emitted, which is not the hour the conversation started.
SELECT hour(emit_date) AS hour_of_day, count(*) AS answered
FROM session_metrics
WHERE name = 'tAnswered'
  AND conversation_start >= '2025-03-01' AND conversation_start < '2025-04-01'
GROUP BY hour_of_day
ORDER BY hour_of_day;

-- Sessions in which a name repeats: pieces of talk around a hold. The wide columns of `sessions`
-- have the sum of them.
SELECT session_key, name, count(*) AS pieces, sum(value) AS total_ms
FROM session_metrics
WHERE name = 'tTalk'
  AND conversation_start >= '2025-03-01' AND conversation_start < '2025-04-01'
GROUP BY ALL
HAVING count(*) > 1
ORDER BY pieces DESC, session_key
LIMIT 5;
