-- Which flows callers were led through in a month, by name.
SELECT f.name, f.type, count(*) AS times
FROM session_flows s
JOIN flows f USING (flow_id)
WHERE s.conversation_start >= '2025-03-01' AND s.conversation_start < '2025-04-01'
GROUP BY ALL
ORDER BY times DESC;

-- Flows by what they are for.
SELECT type, count(*) AS flows FROM flows WHERE NOT deleted GROUP BY type ORDER BY flows DESC;
