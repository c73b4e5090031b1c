-- Conversations of a month by the name of the queue.
SELECT q.name, count(DISTINCT s.conversation_id) AS conversations
FROM segments s
JOIN queues q USING (queue_id)
WHERE s.conversation_start >= '2025-03-01' AND s.conversation_start < '2025-04-01'
GROUP BY q.name
ORDER BY conversations DESC;

-- The queues that are there now, with the name of their division.
SELECT q.name, d.name AS division, q.member_count
FROM queues q
LEFT JOIN divisions d USING (division_id)
WHERE q.deleted_at IS NULL
ORDER BY q.name;
