-- Who worked on the most conversations of a month, by name; whoever has left since is named, too.
SELECT u.name, u.deleted_at, count(DISTINCT p.conversation_id) AS conversations
FROM participants p
JOIN users u USING (user_id)
WHERE p.conversation_start >= '2025-03-01' AND p.conversation_start < '2025-04-01'
GROUP BY ALL
ORDER BY conversations DESC;

-- How many there are by division and state.
SELECT d.name AS division, u.state, count(*) AS users
FROM users u
LEFT JOIN divisions d USING (division_id)
GROUP BY ALL
ORDER BY division, state;
