-- Handle time of each user: sums of its parts by the number of handled interactions.
SELECT user_id,
       sum(t_handle_count) AS handled,
       round(sum(t_handle_ms) / 1000.0 / sum(t_handle_count), 1) AS seconds
FROM conversation_aggregates
WHERE interval_start >= '2025-03-01' AND interval_start < '2025-03-08'
  AND t_handle_count > 0
GROUP BY user_id
ORDER BY handled DESC, user_id
LIMIT 5;

-- What happened outside of queues, by media type and direction.
SELECT media_type, direction, sum(t_talk_ms) // 60000 AS minutes_of_talk
FROM conversation_aggregates
WHERE interval_start >= '2025-03-01' AND interval_start < '2025-03-08'
  AND queue_id IS NULL
GROUP BY ALL
ORDER BY ALL;
