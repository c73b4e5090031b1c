-- Outcomes of each flow, with success or failure.
SELECT flow_name, flow_outcome_value, count(*) AS outcomes
FROM flow_outcomes JOIN session_flows USING (flow_key)
WHERE flow_outcomes.conversation_start >= '2025-01-01'
  AND flow_outcomes.conversation_start < '2026-01-01'
  AND session_flows.conversation_start >= '2025-01-01'
  AND session_flows.conversation_start < '2026-01-01'
GROUP BY flow_name, flow_outcome_value
ORDER BY flow_name, outcomes DESC;

-- Outcomes that did not succeed, by month.
SELECT date_trunc('month', conversation_start) AS month, count(*) AS failures
FROM flow_outcomes
WHERE flow_outcome_end_timestamp IS NULL
  AND conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
GROUP BY month
ORDER BY month;
