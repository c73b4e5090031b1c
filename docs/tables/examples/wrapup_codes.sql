-- What the conversations of a month came to, by name.
SELECT w.name, count(*) AS segments
FROM segments s
JOIN wrapup_codes w ON w.wrapup_code_id = s.wrap_up_code
WHERE s.conversation_start >= '2025-03-01' AND s.conversation_start < '2025-04-01'
GROUP BY w.name
ORDER BY segments DESC;

-- Codes that belong to one division; those of all have a star.
SELECT w.name, coalesce(d.name, 'all') AS division
FROM wrapup_codes w
LEFT JOIN divisions d USING (division_id)
ORDER BY division, w.name;
