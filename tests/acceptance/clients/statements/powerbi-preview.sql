select "$Table"."conversation_id" as "conversation_id",
    "$Table"."tenant" as "tenant",
    "$Table"."conversation_start" as "conversation_start",
    "$Table"."cost" as "cost"
from "local"."conversations" "$Table"
limit 1000
