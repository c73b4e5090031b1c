-- How often each flow ran, and how it ended.
SELECT flow_name, exit_reason, count(*) AS runs
FROM session_flows
WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
GROUP BY flow_name, exit_reason
ORDER BY runs DESC;

-- Time spent in each flow: the metric stands on the session that ran it.
SELECT flow_name, sum(t_flow_ms) // count(t_flow_ms) AS average_flow_ms
FROM session_flows JOIN sessions USING (session_key)
WHERE session_flows.conversation_start >= '2025-03-01'
  AND session_flows.conversation_start < '2025-04-01'
  AND sessions.conversation_start >= '2025-03-01' AND sessions.conversation_start < '2025-04-01'
GROUP BY flow_name
ORDER BY flow_name;
