SELECT CAST("conversations"."media_type" AS TEXT) AS "media_type",
  SUM("conversations"."t_handle_ms") AS "sum:t_handle_ms:ok", DATE_TRUNC('MONTH', CAST("conversations"."conversation_start" AS DATE)) AS "tmn:x:ok"
FROM "local"."conversations" "conversations"
WHERE (("conversations"."day" >= (DATE '2026-01-01')) AND ("conversations"."day" <= (DATE '2026-12-31')))
GROUP BY 1,3
HAVING (SUM("conversations"."t_handle_ms") >= 9.9999999)
