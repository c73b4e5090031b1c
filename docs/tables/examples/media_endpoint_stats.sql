-- Audio quality by month: the worst score, and packets lost for each thousand received.
SELECT date_trunc('month', conversation_start)                       AS month,
       min(min_mos)                                                  AS lowest_mos,
       round(1000 * sum(discarded_packets) / sum(received_packets), 2) AS lost_per_thousand
FROM media_endpoint_stats
WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
GROUP BY month
ORDER BY month;

-- Sessions whose audio was poor.
SELECT session_key, min_mos, max_latency_ms
FROM media_endpoint_stats
WHERE min_mos < 3.6
  AND conversation_start >= '2025-03-01' AND conversation_start < '2025-04-01'
ORDER BY min_mos;
