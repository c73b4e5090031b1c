-- Net promoter score by month: promoters (9 and 10) less detractors (6 and below), in percent.
SELECT date_trunc('month', conversation_start) AS month,
       count(survey_promoter_score)            AS answers,
       round(100 * (count(*) FILTER (WHERE survey_promoter_score >= 9)
                    - count(*) FILTER (WHERE survey_promoter_score <= 6))
             / count(survey_promoter_score))   AS net_promoter_score
FROM conversation_surveys
WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'
GROUP BY month
ORDER BY month;

-- How long after the conversation customers answered.
SELECT survey_form_name, median(survey_completed_date - conversation_end) AS median_delay
FROM conversation_surveys JOIN conversations USING (conversation_id)
WHERE conversation_surveys.conversation_start >= '2025-01-01'
  AND conversation_surveys.conversation_start < '2026-01-01'
  AND conversations.conversation_start >= '2025-01-01'
  AND conversations.conversation_start < '2026-01-01'
GROUP BY survey_form_name;
