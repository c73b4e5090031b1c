select "_"."media_lower",
    "_"."a0",
    "_"."a1"
from 
(
    select "rows"."media_lower" as "media_lower",
        sum("rows"."t_handle_ms") as "a0",
        count(distinct("rows"."agent_id")) + max(case when "rows"."agent_id" is null then 1 else 0 end) as "a1"
    from 
    (
        select "_"."day" as "day", "_"."media_type" as "media_type", "_"."t_handle_ms" as "t_handle_ms", "_"."agent_id" as "agent_id",
            lower("_"."media_type") as "media_lower"
        from 
        (
            select "_"."day", "_"."media_type", "_"."t_handle_ms", "_"."agent_id"
            from 
            (
                select "day", "media_type", "t_handle_ms", "agent_id"
                from "local"."conversations" "$Table"
            ) "_"
            where ("_"."day" < date '2026-03-01' and "_"."day" >= date '2026-01-01') and ("_"."media_type" in ('voice', 'chat', 'email'))
        ) "_"
    ) "rows"
    group by "media_lower"
) "_"
where not "_"."a0" is null or not "_"."a1" is null
limit 1000001
