-- Outbound legs by where they were dialled to, as rating wants it: the front of the number.
SELECT left(dnis_prefix, 5) AS dialled, count(*) AS legs
FROM finance.session_numbers
WHERE conversation_start >= '2025-03-01' AND conversation_start < '2025-04-01'
  AND media_type = 'voice' AND dnis_prefix LIKE '+%'
GROUP BY dialled
ORDER BY legs DESC, dialled;

-- What a bill is rated by: the SIP Call-ID, both fronts, and the time connected, which stands with
-- the metrics and without any number.
SELECT n.protocol_call_id, n.ani_prefix, n.dnis_prefix, sum(m.value) AS connected_ms
FROM finance.session_numbers AS n
JOIN session_metrics AS m USING (session_key)
WHERE n.conversation_start >= '2025-03-03' AND n.conversation_start < '2025-03-04'
  AND m.conversation_start >= '2025-03-03' AND m.conversation_start < '2025-03-04'
  AND n.protocol_call_id IS NOT NULL AND m.name = 'tConnected'
GROUP BY ALL
ORDER BY n.protocol_call_id
LIMIT 10;
