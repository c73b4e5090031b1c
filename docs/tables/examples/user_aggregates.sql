-- Occupancy of each user: the share of the time on queue that was spent interacting.
SELECT user_id,
       round(100.0 * sum(duration_ms) FILTER (qualifier IN ('INTERACTING', 'COMMUNICATING'))
             / nullif(sum(duration_ms) FILTER (qualifier <> 'OFF_QUEUE'), 0), 1) AS occupancy
FROM user_aggregates
WHERE metric = 'tAgentRoutingStatus'
  AND interval_start >= '2025-03-03' AND interval_start < '2025-03-05'
GROUP BY user_id
ORDER BY occupancy DESC NULLS LAST, user_id
LIMIT 5;

-- Hours in each presence, of everybody together.
SELECT qualifier, sum(duration_ms) // 3600000 AS hours
FROM user_aggregates
WHERE metric = 'tSystemPresence'
  AND interval_start >= '2025-03-03' AND interval_start < '2025-03-05'
GROUP BY qualifier
ORDER BY hours DESC, qualifier;
