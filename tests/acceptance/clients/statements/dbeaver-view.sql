SELECT pg_get_viewdef((select oid from pg_class where relname='v_daily' limit 1), true)
