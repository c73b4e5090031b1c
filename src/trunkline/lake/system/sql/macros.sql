-- Functions that clients of PostgreSQL call: https://www.postgresql.org/docs/15/functions-info.html
--
-- Parameters begin with an underscore and columns of lookups (names.sql) with k_: a parameter that is
-- given a column would else be taken for a column of the lookup. What differs by session is a variable
-- of its connection.

CREATE MACRO pg.quote_ident(_n) AS CASE
    WHEN regexp_full_match(_n, '[a-z_][a-z0-9_$]*') AND NOT coalesce((
        SELECT bool_or(true) FROM pg.k_shown
        WHERE k_kind = 'keyword' AND split_part(k_words, '|', 1) = _n
            AND split_part(k_words, '|', 2) <> 'U'), false)
    THEN _n ELSE '"' || replace(_n, '"', '""') || '"' END;
CREATE MACRO pg.quote_literal(_t) AS '''' || replace(_t::VARCHAR, '''', '''''') || '''';
CREATE MACRO pg.quote_nullable(_t) AS
    coalesce('''' || replace(_t::VARCHAR, '''', '''''') || '''', 'NULL');

-- The session.
CREATE MACRO pg.current_user() AS getvariable('user');
CREATE MACRO pg.session_user() AS getvariable('user');
CREATE MACRO pg.user() AS getvariable('user');
CREATE MACRO pg.current_role() AS getvariable('user');
CREATE MACRO pg.current_catalog() AS getvariable('database');
CREATE MACRO pg.current_database() AS getvariable('database');
CREATE MACRO pg.current_schema() AS getvariable('search_path')[2];
CREATE MACRO pg.current_schemas(_implicit) AS
    CASE WHEN _implicit THEN getvariable('search_path') ELSE getvariable('search_path')[2:] END;
CREATE MACRO pg.version() AS getvariable('version');
CREATE MACRO pg.pg_backend_pid() AS getvariable('pid');
CREATE MACRO pg.current_setting(_n) AS coalesce(getvariable('settings')[lower(_n)],
        (SELECT max(k_value) FROM pg.k_setting WHERE k_name = lower(_n)),
        error('unrecognized configuration parameter "' || _n || '"')),
    (_n, _missing_ok) AS coalesce(getvariable('settings')[lower(_n)],
        (SELECT max(k_value) FROM pg.k_setting WHERE k_name = lower(_n)));
CREATE MACRO pg.set_config(_n, _v, _local) AS _v::VARCHAR;
CREATE MACRO pg.now() AS getvariable('now');
CREATE MACRO pg.transaction_timestamp() AS getvariable('now');
CREATE MACRO pg.current_timestamp() AS getvariable('now');
CREATE MACRO pg.get_current_timestamp() AS getvariable('now');
CREATE MACRO pg.k_local() AS
    timezone(coalesce(getvariable('settings')['timezone'], 'UTC'), getvariable('now'));
CREATE MACRO pg.localtimestamp() AS pg.k_local();
CREATE MACRO pg.current_localtimestamp() AS pg.k_local();
CREATE MACRO pg.current_date() AS CAST(pg.k_local() AS DATE);
CREATE MACRO pg.today() AS CAST(pg.k_local() AS DATE);
CREATE MACRO pg.localtime() AS CAST(pg.k_local() AS TIME);
CREATE MACRO pg.current_localtime() AS CAST(pg.k_local() AS TIME);
CREATE MACRO pg.pg_postmaster_start_time() AS getvariable('began');
CREATE MACRO pg.pg_conf_load_time() AS getvariable('began');
CREATE MACRO pg.inet_client_addr() AS CAST(NULL AS VARCHAR);
CREATE MACRO pg.inet_client_port() AS CAST(NULL AS INTEGER);
CREATE MACRO pg.inet_server_addr() AS CAST(NULL AS VARCHAR);
CREATE MACRO pg.inet_server_port() AS CAST(NULL AS INTEGER);
CREATE MACRO pg.pg_is_in_recovery() AS false;
CREATE MACRO pg.pg_is_wal_replay_paused() AS false;
CREATE MACRO pg.txid_current() AS 1::BIGINT;
CREATE MACRO pg.pg_current_xact_id() AS 1::BIGINT;
CREATE MACRO pg.pg_current_xact_id_if_assigned() AS CAST(NULL AS BIGINT);
CREATE MACRO pg.txid_current_if_assigned() AS CAST(NULL AS BIGINT);
CREATE MACRO pg.pg_export_snapshot() AS '00000001-00000001-1';
CREATE MACRO pg.pg_my_temp_schema() AS 0::UINTEGER;
CREATE MACRO pg.pg_is_other_temp_schema(_o) AS false;
CREATE MACRO pg.pg_client_encoding() AS 'UTF8';
CREATE MACRO pg.getdatabaseencoding() AS 'UTF8';
CREATE MACRO pg.pg_advisory_lock(_k) AS '', (_k, _l) AS '';
CREATE MACRO pg.pg_advisory_unlock(_k) AS true, (_k, _l) AS true;
CREATE MACRO pg.pg_try_advisory_lock(_k) AS true, (_k, _l) AS true;
CREATE MACRO pg.pg_advisory_unlock_all() AS '';
CREATE MACRO pg.pg_jit_available() AS false;
CREATE MACRO pg.pg_cancel_backend(_p) AS false;
CREATE MACRO pg.pg_terminate_backend(_p) AS false, (_p, _t) AS false;
CREATE MACRO pg.pg_blocking_pids(_p) AS CAST([] AS INTEGER[]);
CREATE MACRO pg.pg_notification_queue_usage() AS 0.0::DOUBLE;

-- Objects by name (regclass ...): a number stays one, a name is looked up.
CREATE MACRO pg.k_plain(_x) AS CASE WHEN contains(_x, '"') THEN replace(_x, '"', '')
    ELSE lower(trim(_x)) END;
CREATE MACRO pg.k_found(_kind, _x) AS (SELECT any_value(k_oid) FROM pg.k_spelled
    WHERE k_kind = _kind AND k_words = pg.k_plain(_x));
CREATE MACRO pg.k_class_named(_x) AS coalesce(
    (SELECT min_by(k_oid, list_position(getvariable('search_path'), k_schema)) FROM pg.k_class
        WHERE k_name = pg.k_plain(_x) AND list_contains(getvariable('search_path'), k_schema)),
    pg.k_found('class', _x));
CREATE MACRO pg.k_type_named(_x) AS pg.k_found('type', regexp_replace(_x, '\s*\([0-9 ,]*\)', ''));
CREATE MACRO pg.to_regclass(_x) AS pg.k_class_named(_x::VARCHAR);
CREATE MACRO pg.to_regtype(_x) AS pg.k_type_named(_x::VARCHAR);
CREATE MACRO pg.to_regproc(_x) AS pg.k_found('proc', _x::VARCHAR);
CREATE MACRO pg.to_regprocedure(_x) AS pg.k_found('proc', split_part(_x::VARCHAR, '(', 1));
CREATE MACRO pg.to_regnamespace(_x) AS pg.k_found('namespace', _x::VARCHAR);
CREATE MACRO pg.to_regrole(_x) AS pg.k_found('role', _x::VARCHAR);
CREATE MACRO pg.to_regcollation(_x) AS pg.k_found('collation', _x::VARCHAR);
CREATE MACRO pg.k_number(_x) AS CASE WHEN _x::VARCHAR = '-' THEN 0::UINTEGER
    ELSE TRY_CAST(_x AS UINTEGER) END;
CREATE MACRO pg.k_wanted(_x, _found, _what) AS CASE
    WHEN _x IS NULL THEN NULL WHEN pg.k_number(_x) IS NOT NULL THEN pg.k_number(_x)
    WHEN _found IS NOT NULL THEN _found
    ELSE error(_what || ' "' || pg.k_plain(_x::VARCHAR) || '" does not exist') END;
CREATE MACRO pg.regclass(_x) AS pg.k_wanted(_x, pg.k_class_named(_x::VARCHAR), 'relation');
CREATE MACRO pg.regtype(_x) AS pg.k_wanted(_x, pg.k_type_named(_x::VARCHAR), 'type');
CREATE MACRO pg.regproc(_x) AS pg.k_wanted(_x, pg.k_found('proc', _x::VARCHAR), 'function');
CREATE MACRO pg.regprocedure(_x) AS
    pg.k_wanted(_x, pg.k_found('proc', split_part(_x::VARCHAR, '(', 1)), 'function');
CREATE MACRO pg.regnamespace(_x) AS pg.k_wanted(_x, pg.k_found('namespace', _x::VARCHAR), 'schema');
CREATE MACRO pg.regrole(_x) AS pg.k_wanted(_x, pg.k_found('role', _x::VARCHAR), 'role');
CREATE MACRO pg.regcollation(_x) AS
    pg.k_wanted(_x, pg.k_found('collation', _x::VARCHAR), 'collation');
CREATE MACRO pg.regconfig(_x) AS
    pg.k_wanted(_x, pg.k_found('config', _x::VARCHAR), 'text search configuration');
CREATE MACRO pg.regdictionary(_x) AS
    pg.k_wanted(_x, pg.k_found('dictionary', _x::VARCHAR), 'text search dictionary');
CREATE MACRO pg.regoper(_x) AS pg.k_wanted(_x, pg.k_found('oper', _x::VARCHAR), 'operator');
CREATE MACRO pg.regoperator(_x) AS
    pg.k_wanted(_x, pg.k_found('oper', split_part(_x::VARCHAR, '(', 1)), 'operator');
CREATE MACRO pg.regclass_in(_x) AS pg.regclass(_x);
CREATE MACRO pg.regtype_in(_x) AS pg.regtype(_x);
CREATE MACRO pg.regproc_in(_x) AS pg.regproc(_x);
CREATE MACRO pg.regprocedure_in(_x) AS pg.regprocedure(_x);
CREATE MACRO pg.regnamespace_in(_x) AS pg.regnamespace(_x);
CREATE MACRO pg.regrole_in(_x) AS pg.regrole(_x);
CREATE MACRO pg.regoper_in(_x) AS pg.regoper(_x);
CREATE MACRO pg.regoperator_in(_x) AS pg.regoperator(_x);
CREATE MACRO pg.regcollation_in(_x) AS pg.regcollation(_x);
CREATE MACRO pg.regconfig_in(_x) AS pg.regconfig(_x);
CREATE MACRO pg.regdictionary_in(_x) AS pg.regdictionary(_x);
CREATE MACRO pg.name(_x) AS CAST(_x AS VARCHAR);
CREATE MACRO pg.text(_x) AS CAST(_x AS VARCHAR);
CREATE MACRO pg.oid(_x) AS CAST(_x AS UINTEGER);

-- Objects as they are shown.
CREATE MACRO pg.regclass_out(_o) AS CASE WHEN _o = 0 THEN '-' ELSE coalesce((
    SELECT CASE WHEN list_contains(getvariable('search_path'), k_schema) THEN ''
        ELSE pg.quoted(k_schema) || '.' END || pg.quoted(k_name)
    FROM pg.k_class WHERE k_oid = _o), _o::VARCHAR) END;
CREATE MACRO pg.regtype_out(_o) AS CASE WHEN _o = 0 THEN '-' ELSE coalesce((
    SELECT CASE WHEN list_contains(getvariable('search_path'), k_schema) THEN ''
        ELSE pg.quoted(k_schema) || '.' END || k_shown
    FROM pg.k_type WHERE k_oid = _o), _o::VARCHAR) END;
CREATE MACRO pg.regproc_out(_o) AS CASE WHEN _o = 0 THEN '-'
    ELSE coalesce((SELECT k_shown FROM pg.k_proc WHERE k_oid = _o), _o::VARCHAR) END;
CREATE MACRO pg.regprocedure_out(_o) AS CASE WHEN _o = 0 THEN '-' ELSE coalesce((
    SELECT k_shown || '(' || (SELECT k_words FROM pg.k_shown s
        WHERE s.k_kind = 'identity' AND s.k_oid = p.k_oid) || ')'
    FROM pg.k_proc p WHERE k_oid = _o), _o::VARCHAR) END;
CREATE MACRO pg.regnamespace_out(_o) AS CASE WHEN _o = 0 THEN '-' ELSE coalesce((
    SELECT pg.quoted(k_schema) FROM pg.k_namespace WHERE k_oid = _o), _o::VARCHAR) END;
CREATE MACRO pg.regrole_out(_o) AS CASE WHEN _o = 0 THEN '-' ELSE coalesce((
    SELECT pg.quoted(k_name) FROM pg.k_role WHERE k_oid = _o), _o::VARCHAR) END;
CREATE MACRO pg.regoper_out(_o) AS CASE WHEN _o = 0 THEN '0' ELSE coalesce((
    SELECT k_words FROM pg.k_shown WHERE k_kind = 'regoper' AND k_oid = _o), _o::VARCHAR) END;
CREATE MACRO pg.regoperator_out(_o) AS pg.regoper_out(_o);
CREATE MACRO pg.regcollation_out(_o) AS CASE WHEN _o = 0 THEN '-' ELSE coalesce((
    SELECT pg.quoted(collname) FROM pg.pg_collation k WHERE k.oid = _o), _o::VARCHAR) END;
CREATE MACRO pg.regconfig_out(_o) AS CASE WHEN _o = 0 THEN '-' ELSE coalesce((
    SELECT cfgname FROM pg.pg_ts_config k WHERE k.oid = _o), _o::VARCHAR) END;
CREATE MACRO pg.regdictionary_out(_o) AS CASE WHEN _o = 0 THEN '-' ELSE coalesce((
    SELECT dictname FROM pg.pg_ts_dict k WHERE k.oid = _o), _o::VARCHAR) END;

-- Types and definitions.
CREATE MACRO pg.k_modified(_shown, _t, _m) AS CASE
    WHEN _m IS NULL OR _m < 0 THEN _shown
    WHEN _t IN (1042, 1043, 1014, 1015) THEN
        replace(_shown, '[]', '') || '(' || (_m - 4) || ')' || CASE WHEN _t < 1042 THEN '[]' ELSE '' END
    WHEN _t IN (1700, 1231) THEN 'numeric(' || ((_m - 4) >> 16) || ',' || ((_m - 4) & 2047) || ')'
        || CASE WHEN _t = 1231 THEN '[]' ELSE '' END
    WHEN _t IN (1083, 1114, 1184, 1266) THEN regexp_replace(_shown, ' ', '(' || _m || ') ')
    WHEN _t IN (1560, 1562) THEN _shown || '(' || _m || ')'
    ELSE _shown END;
CREATE MACRO pg.format_type(_t, _m) AS CASE WHEN _t IS NULL THEN NULL WHEN _t = 0 THEN '-'
    WHEN _m IS NOT NULL AND _m < 0 AND _t IN (1042, 1014, 1560, 1561)
    THEN CASE _t WHEN 1042 THEN 'bpchar' WHEN 1014 THEN 'bpchar[]' WHEN 1560 THEN '"bit"' ELSE '"bit"[]' END
    ELSE pg.k_modified(coalesce((
        SELECT CASE WHEN list_contains(getvariable('search_path'), k_schema) THEN ''
            ELSE pg.quoted(k_schema) || '.' END || k_shown
        FROM pg.k_type WHERE k_oid = _t), '???'), _t, _m) END;
CREATE MACRO pg.pg_get_expr(_e, _o) AS CAST(NULL AS VARCHAR), (_e, _o, _p) AS CAST(NULL AS VARCHAR);
CREATE MACRO pg.pg_get_viewdef(_o) AS
    (SELECT any_value(k_words) FROM pg.k_shown WHERE k_kind = 'view' AND k_oid = pg.regclass(_o)),
    (_o, _p) AS
    (SELECT any_value(k_words) FROM pg.k_shown WHERE k_kind = 'view' AND k_oid = pg.regclass(_o));
-- A relation in the search path is named without its schema: by PostgreSQL always in a constraint,
-- and in an index where the text is to be pretty.
CREATE MACRO pg.k_short(_words, _before, _schema) AS CASE
    WHEN list_contains(getvariable('search_path'), _schema)
    THEN replace(_words, _before || _schema || '.', _before) ELSE _words END;
CREATE MACRO pg.k_constraint_shown(_words) AS pg.k_short(_words, ' REFERENCES ',
    regexp_extract(_words, ' REFERENCES "?([^".]+)"?\.', 1));
CREATE MACRO pg.pg_get_constraintdef(_o) AS
    (SELECT pg.k_constraint_shown(k_words) FROM pg.k_constraint WHERE k_oid = _o),
    (_o, _p) AS (SELECT pg.k_constraint_shown(k_words) FROM pg.k_constraint WHERE k_oid = _o);
CREATE MACRO pg.k_index_shown(_words) AS
    pg.k_short(_words, ' ON ', regexp_extract(_words, ' ON "?([^".]+)"?\.', 1));
CREATE MACRO pg.pg_get_indexdef(_o) AS (SELECT k_words FROM pg.k_index WHERE k_oid = _o),
    (_o, _n, _p) AS CASE
        WHEN _n <> 0 THEN (SELECT k_name FROM pg.k_key WHERE k_oid = _o AND k_number = _n)
        WHEN _p THEN (SELECT pg.k_index_shown(k_words) FROM pg.k_index WHERE k_oid = _o)
        ELSE (SELECT k_words FROM pg.k_index WHERE k_oid = _o) END;
CREATE MACRO pg.pg_get_function_result(_o) AS
    (SELECT k_words FROM pg.k_shown WHERE k_kind = 'result' AND k_oid = _o);
CREATE MACRO pg.pg_get_function_arguments(_o) AS
    (SELECT k_words FROM pg.k_shown WHERE k_kind = 'arguments' AND k_oid = _o);
CREATE MACRO pg.pg_get_function_identity_arguments(_o) AS
    (SELECT k_words FROM pg.k_shown WHERE k_kind = 'identity' AND k_oid = _o);
CREATE MACRO pg.pg_get_function_arg_default(_o, _n) AS CAST(NULL AS VARCHAR);
CREATE MACRO pg.pg_get_function_sqlbody(_o) AS CAST(NULL AS VARCHAR);
CREATE MACRO pg.pg_get_functiondef(_o) AS CAST(NULL AS VARCHAR);
CREATE MACRO pg.pg_get_ruledef(_o) AS CAST(NULL AS VARCHAR), (_o, _p) AS CAST(NULL AS VARCHAR);
CREATE MACRO pg.pg_get_triggerdef(_o) AS CAST(NULL AS VARCHAR), (_o, _p) AS CAST(NULL AS VARCHAR);
CREATE MACRO pg.pg_get_partkeydef(_o) AS CAST(NULL AS VARCHAR);
CREATE MACRO pg.pg_get_partition_constraintdef(_o) AS CAST(NULL AS VARCHAR);
CREATE MACRO pg.pg_get_statisticsobjdef(_o) AS CAST(NULL AS VARCHAR);
CREATE MACRO pg.pg_get_statisticsobjdef_columns(_o) AS CAST(NULL AS VARCHAR);
CREATE MACRO pg.pg_get_serial_sequence(_t, _c) AS CAST(NULL AS VARCHAR);
CREATE MACRO pg.pg_get_replica_identity_index(_o) AS CAST(NULL AS UINTEGER);
CREATE MACRO pg.pg_sequence_last_value(_o) AS CAST(NULL AS BIGINT);
CREATE MACRO pg.pg_index_column_has_property(_o, _n, _p) AS CASE lower(_p)
    WHEN 'asc' THEN true WHEN 'orderable' THEN true WHEN 'nulls_last' THEN true
    WHEN 'returnable' THEN true WHEN 'search_array' THEN true WHEN 'search_nulls' THEN true
    WHEN 'desc' THEN false WHEN 'nulls_first' THEN false WHEN 'distance_orderable' THEN false END;
CREATE MACRO pg.pg_get_userbyid(_o) AS coalesce(
    (SELECT k_name FROM pg.k_role WHERE k_oid = _o), 'unknown (OID=' || _o || ')');
CREATE MACRO pg.pg_encoding_to_char(_e) AS CASE _e WHEN 6 THEN 'UTF8' WHEN 0 THEN 'SQL_ASCII'
    WHEN 8 THEN 'LATIN1' ELSE '' END;
CREATE MACRO pg.pg_char_to_encoding(_e) AS CASE upper(_e) WHEN 'UTF8' THEN 6
    WHEN 'SQL_ASCII' THEN 0 WHEN 'LATIN1' THEN 8 ELSE -1 END;
CREATE MACRO pg.pg_encoding_max_length(_e) AS CASE WHEN _e = 6 THEN 4 ELSE 1 END;

-- Comments.
CREATE MACRO pg.obj_description(_o) AS
    (SELECT any_value(k_words) FROM pg.k_description WHERE k_oid = _o AND k_sub = 0),
    (_o, _c) AS (SELECT any_value(k_words) FROM pg.k_description
        WHERE k_oid = _o AND k_sub = 0 AND k_class = pg.k_found('class', 'pg_catalog.' || _c));
CREATE MACRO pg.col_description(_o, _n) AS (SELECT any_value(k_words) FROM pg.k_description
    WHERE k_oid = _o AND k_sub = _n AND k_class = 1259);
CREATE MACRO pg.shobj_description(_o, _c) AS (SELECT any_value(description)
    FROM pg.pg_shdescription k WHERE k.objoid = _o AND k.classoid = pg.k_found('class', _c));

-- What may be seen and done. A session has only what it may read, so what is there is readable.
CREATE MACRO pg.k_seen(_schema) AS list_contains(getvariable('search_path'), _schema);
CREATE MACRO pg.pg_table_is_visible(_o) AS
    (SELECT pg.k_seen(k_schema) FROM pg.k_class WHERE k_oid = _o);
CREATE MACRO pg.pg_type_is_visible(_o) AS
    (SELECT pg.k_seen(k_schema) FROM pg.k_type WHERE k_oid = _o);
CREATE MACRO pg.pg_function_is_visible(_o) AS
    (SELECT pg.k_seen(k_schema) FROM pg.k_proc WHERE k_oid = _o);
CREATE MACRO pg.pg_collation_is_visible(_o) AS
    (SELECT true FROM pg.pg_collation k WHERE k.oid = _o);
CREATE MACRO pg.pg_operator_is_visible(_o) AS (SELECT true FROM pg.pg_operator k WHERE k.oid = _o);
CREATE MACRO pg.pg_opclass_is_visible(_o) AS (SELECT true FROM pg.pg_opclass k WHERE k.oid = _o);
CREATE MACRO pg.pg_opfamily_is_visible(_o) AS (SELECT true FROM pg.pg_opfamily k WHERE k.oid = _o);
CREATE MACRO pg.pg_conversion_is_visible(_o) AS
    (SELECT true FROM pg.pg_conversion k WHERE k.oid = _o);
CREATE MACRO pg.pg_ts_config_is_visible(_o) AS
    (SELECT true FROM pg.pg_ts_config k WHERE k.oid = _o);
CREATE MACRO pg.pg_ts_dict_is_visible(_o) AS (SELECT true FROM pg.pg_ts_dict k WHERE k.oid = _o);
CREATE MACRO pg.pg_ts_parser_is_visible(_o) AS
    (SELECT true FROM pg.pg_ts_parser k WHERE k.oid = _o);
CREATE MACRO pg.pg_ts_template_is_visible(_o) AS
    (SELECT true FROM pg.pg_ts_template k WHERE k.oid = _o);
CREATE MACRO pg.pg_statistics_obj_is_visible(_o) AS CAST(NULL AS BOOLEAN);
CREATE MACRO pg.k_reads(_p) AS regexp_full_match(lower(_p), '\s*select\s*');
CREATE MACRO pg.k_uses(_p) AS regexp_full_match(lower(_p), '\s*(usage|connect|execute)\s*');
CREATE MACRO pg.has_table_privilege(_t, _p) AS pg.k_reads(_p), (_u, _t, _p) AS pg.k_reads(_p);
CREATE MACRO pg.has_any_column_privilege(_t, _p) AS pg.k_reads(_p),
    (_u, _t, _p) AS pg.k_reads(_p);
CREATE MACRO pg.has_column_privilege(_t, _c, _p) AS pg.k_reads(_p),
    (_u, _t, _c, _p) AS pg.k_reads(_p);
CREATE MACRO pg.has_schema_privilege(_s, _p) AS pg.k_uses(_p), (_u, _s, _p) AS pg.k_uses(_p);
CREATE MACRO pg.has_database_privilege(_d, _p) AS
    regexp_full_match(lower(_p), '\s*(connect|temp|temporary)\s*'),
    (_u, _d, _p) AS regexp_full_match(lower(_p), '\s*(connect|temp|temporary)\s*');
CREATE MACRO pg.has_function_privilege(_f, _p) AS true, (_u, _f, _p) AS true;
CREATE MACRO pg.has_language_privilege(_l, _p) AS true, (_u, _l, _p) AS true;
CREATE MACRO pg.has_type_privilege(_t, _p) AS true, (_u, _t, _p) AS true;
CREATE MACRO pg.has_sequence_privilege(_s, _p) AS false, (_u, _s, _p) AS false;
CREATE MACRO pg.has_tablespace_privilege(_t, _p) AS false, (_u, _t, _p) AS false;
CREATE MACRO pg.has_server_privilege(_s, _p) AS false, (_u, _s, _p) AS false;
CREATE MACRO pg.has_foreign_data_wrapper_privilege(_f, _p) AS false, (_u, _f, _p) AS false;
CREATE MACRO pg.pg_has_role(_r, _p) AS
    coalesce((SELECT k_name FROM pg.k_role WHERE k_oid = TRY_CAST(_r AS UINTEGER)), _r::VARCHAR)
        = getvariable('user'),
    (_u, _r, _p) AS
    coalesce((SELECT k_name FROM pg.k_role WHERE k_oid = TRY_CAST(_r AS UINTEGER)), _r::VARCHAR)
        = coalesce((SELECT k_name FROM pg.k_role WHERE k_oid = TRY_CAST(_u AS UINTEGER)),
            _u::VARCHAR);
CREATE MACRO pg.row_security_active(_t) AS false;
CREATE MACRO pg.pg_relation_is_publishable(_o) AS
    coalesce((SELECT k_kind = 'r' AND k_oid >= 16384 FROM pg.k_class WHERE k_oid = pg.regclass(_o)), false);
CREATE MACRO pg.pg_relation_is_updatable(_o, _t) AS 0;
CREATE MACRO pg.pg_column_is_updatable(_o, _n, _t) AS false;

-- Sizes and counts that nothing here has.
CREATE MACRO pg.pg_relation_size(_o) AS 0::BIGINT, (_o, _f) AS 0::BIGINT;
CREATE MACRO pg.pg_table_size(_o) AS 0::BIGINT;
CREATE MACRO pg.pg_indexes_size(_o) AS 0::BIGINT;
CREATE MACRO pg.pg_total_relation_size(_o) AS 0::BIGINT;
CREATE MACRO pg.pg_database_size(_o) AS 0::BIGINT;
CREATE MACRO pg.pg_tablespace_size(_o) AS 0::BIGINT;
CREATE MACRO pg.pg_size_pretty(_n) AS CASE WHEN _n < 10240 THEN _n || ' bytes'
    ELSE round(_n / 1024)::BIGINT || ' kB' END;
CREATE MACRO pg.pg_relation_filenode(_o) AS CAST(NULL AS UINTEGER);
CREATE MACRO pg.pg_relation_filepath(_o) AS CAST(NULL AS VARCHAR);
CREATE MACRO pg.pg_tablespace_location(_o) AS '';
CREATE MACRO pg.pg_stat_get_numscans(_o) AS 0::BIGINT;
CREATE MACRO pg.pg_stat_get_live_tuples(_o) AS 0::BIGINT;
CREATE MACRO pg.pg_stat_get_dead_tuples(_o) AS 0::BIGINT;
CREATE MACRO pg.pg_stat_get_tuples_returned(_o) AS 0::BIGINT;
CREATE MACRO pg.age(_x) AS CASE WHEN typeof(_x) IN ('UINTEGER', 'INTEGER', 'BIGINT') THEN 0 END,
    (_x, _y) AS system.main.age(_x, _y);

-- Lists.
CREATE MACRO pg.array_upper(_a, _d) AS CASE WHEN _d = 1 THEN nullif(len(_a), 0)::INTEGER END;
CREATE MACRO pg.array_lower(_a, _d) AS CASE WHEN _d = 1 AND len(_a) > 0 THEN 1 END;
CREATE MACRO pg.array_length(_a, _d) AS CASE WHEN _d = 1 THEN nullif(len(_a), 0)::INTEGER END;
CREATE MACRO pg.array_ndims(_a) AS CASE WHEN len(_a) > 0 THEN 1 END;
CREATE MACRO pg.cardinality(_a) AS len(_a)::INTEGER;
CREATE MACRO pg.array_to_string(_a, _s) AS
    CASE WHEN _a IS NULL THEN NULL ELSE coalesce(list_aggregate(_a::VARCHAR[], 'string_agg', _s), '') END,
    (_a, _s, _n) AS coalesce(list_aggregate(
        list_transform(_a::VARCHAR[], lambda k_item: coalesce(k_item, _n)), 'string_agg', _s), '');
CREATE MACRO pg.array_remove(_a, _x) AS list_filter(_a, lambda k_item: k_item IS DISTINCT FROM _x);
CREATE MACRO pg.string_to_array(_t, _s) AS CASE WHEN _t = '' THEN [] ELSE string_split(_t, _s) END;
CREATE MACRO pg.generate_subscripts(_a, _d) AS unnest(range(1, len(_a) + 1))::INTEGER;
CREATE MACRO pg._pg_expandarray(_v) AS unnest(list_transform(
    range(1, len(_v) + 1), lambda k_n: {'x': _v[k_n], 'n': k_n::INTEGER}));

-- Sets.
CREATE MACRO pg.pg_get_keywords() AS TABLE
    SELECT k_parts[1] AS word, k_parts[2] AS catcode, k_parts[3] = 't' AS barelabel,
        k_parts[4] AS catdesc, k_parts[5] AS baredesc
    FROM (SELECT k_oid, string_split(k_words, '|') AS k_parts FROM pg.k_shown
        WHERE k_kind = 'keyword') ORDER BY k_oid;
CREATE MACRO pg.aclexplode(_a) AS unnest(CAST([] AS
    STRUCT(grantor UINTEGER, grantee UINTEGER, privilege_type VARCHAR, is_grantable BOOLEAN)[]));
CREATE MACRO pg.acldefault(_k, _o) AS CAST(NULL AS VARCHAR[]);
CREATE MACRO pg.pg_options_to_table(_o) AS TABLE
    SELECT CAST(NULL AS VARCHAR) AS option_name, CAST(NULL AS VARCHAR) AS option_value WHERE false;
CREATE MACRO pg.pg_partition_tree(_o) AS TABLE
    SELECT CAST(NULL AS UINTEGER) AS relid, CAST(NULL AS UINTEGER) AS parentrelid,
        CAST(NULL AS BOOLEAN) AS isleaf, CAST(NULL AS INTEGER) AS level WHERE false;
CREATE MACRO pg.pg_partition_ancestors(_o) AS unnest(CAST([] AS UINTEGER[]));
CREATE MACRO pg.pg_partition_ancestors(_o) AS TABLE
    SELECT CAST(NULL AS UINTEGER) AS relid, CAST(NULL AS BIGINT) AS ordinality WHERE false;
CREATE MACRO pg.pg_tablespace_databases(_o) AS TABLE
    SELECT CAST(NULL AS UINTEGER) AS pg_tablespace_databases WHERE false;
CREATE MACRO pg.pg_show_all_settings() AS TABLE FROM pg.pg_settings;
CREATE MACRO pg.pg_lock_status() AS TABLE FROM pg.pg_locks;
CREATE MACRO pg.pg_timezone_names() AS TABLE FROM pg.pg_timezone_names;
CREATE MACRO pg.pg_listening_channels() AS TABLE
    SELECT CAST(NULL AS VARCHAR) AS pg_listening_channels WHERE false;
