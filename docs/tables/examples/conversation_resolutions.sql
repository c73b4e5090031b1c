-- Conversations that spared the next contact, by queue. Where the service knows no more than a time,
-- all else is NULL.
SELECT queue_id, count(*) AS resolutions, sum(n_next_contact_avoided) AS avoided
FROM conversation_resolutions
WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
GROUP BY queue_id
ORDER BY resolutions DESC;

-- Conversations with more than one resolution.
SELECT conversation_id, count(*) AS resolutions, max(event_time) AS last_judged
FROM conversation_resolutions
WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
GROUP BY conversation_id
HAVING count(*) > 1
ORDER BY last_judged;
