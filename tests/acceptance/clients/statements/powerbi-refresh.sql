select count(*) from (select "_"."conversation_id" from "local"."conversations" "_"
where "_"."conversation_start" >= timestamp '2026-01-01 00:00:00' and "_"."conversation_start" < timestamp '2026-01-01 00:01:00') x
