-- What waits in each queue now, and for how long the first has waited.
SELECT queue_id, media_type,
       sum(observed) FILTER (metric = 'oWaiting') AS waiting,
       max(longest_ms) FILTER (metric = 'oLongestWaiting') // 1000 AS longest_seconds
FROM queue_observations
WHERE media_type IS NOT NULL
GROUP BY ALL
ORDER BY waiting DESC, queue_id, media_type
LIMIT 10;

-- Users on queue, by queue and state.
SELECT queue_id, qualifier AS state, observed AS users
FROM queue_observations
WHERE metric = 'oOnQueueUsers'
ORDER BY queue_id, state;
