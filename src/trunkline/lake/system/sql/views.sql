-- Views of pg_catalog over its tables; those without rows here are empty tables.

-- Two settings can be asked for and are not listed.
CREATE TABLE pg.k_setting AS SELECT lower(name) AS k_name, setting AS k_value FROM pg.k_settings
    UNION ALL VALUES ('is_superuser', 'off'), ('role', 'none');
CREATE VIEW pg.pg_settings AS
    SELECT * REPLACE (coalesce(getvariable('settings')[lower(name)], setting) AS setting)
    FROM pg.k_settings;

CREATE VIEW pg.pg_roles AS
    SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
        rolconnlimit, '********' AS rolpassword, rolvaliduntil, rolbypassrls,
        CAST(NULL AS VARCHAR[]) AS rolconfig, oid
    FROM pg.pg_authid;
CREATE VIEW pg.pg_user AS
    SELECT rolname AS usename, oid AS usesysid, rolcreatedb AS usecreatedb, rolsuper AS usesuper,
        rolreplication AS userepl, rolbypassrls AS usebypassrls, '********' AS passwd,
        rolvaliduntil AS valuntil, CAST(NULL AS VARCHAR[]) AS useconfig
    FROM pg.pg_authid WHERE rolcanlogin;
CREATE VIEW pg.pg_group AS
    SELECT rolname AS groname, oid AS grosysid,
        (SELECT coalesce(list(m.member), []) FROM pg.pg_auth_members m WHERE m.roleid = a.oid) AS grolist
    FROM pg.pg_authid a WHERE NOT rolcanlogin;

CREATE VIEW pg.pg_tables AS
    SELECT n.nspname AS schemaname, c.relname AS tablename, r.rolname AS tableowner,
        t.spcname AS tablespace, c.relhasindex AS hasindexes, c.relhasrules AS hasrules,
        c.relhastriggers AS hastriggers, c.relrowsecurity AS rowsecurity
    FROM pg.pg_class c JOIN pg.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg.pg_authid r ON r.oid = c.relowner
    LEFT JOIN pg.pg_tablespace t ON t.oid = c.reltablespace
    WHERE c.relkind IN ('r', 'p');
CREATE VIEW pg.pg_views AS
    SELECT n.nspname AS schemaname, c.relname AS viewname, r.rolname AS viewowner,
        s.k_words AS definition
    FROM pg.pg_class c JOIN pg.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg.pg_authid r ON r.oid = c.relowner
    LEFT JOIN pg.k_shown s ON s.k_kind = 'view' AND s.k_oid = c.oid
    WHERE c.relkind = 'v';
CREATE VIEW pg.pg_indexes AS
    SELECT n.nspname AS schemaname, c.relname AS tablename, x.relname AS indexname,
        t.spcname AS tablespace, k.k_words AS indexdef
    FROM pg.pg_index i JOIN pg.pg_class c ON c.oid = i.indrelid
    JOIN pg.pg_class x ON x.oid = i.indexrelid JOIN pg.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg.pg_tablespace t ON t.oid = x.reltablespace
    LEFT JOIN pg.k_index k ON k.k_oid = i.indexrelid
    WHERE c.relkind IN ('r', 'm', 'p');

CREATE VIEW pg.pg_timezone_names AS
    SELECT name, abbrev, utc_offset, is_dst FROM system.main.pg_timezone_names();

CREATE VIEW pg.pg_stat_activity AS
    SELECT d.oid AS datid, d.datname, getvariable('pid') AS pid, CAST(NULL AS INTEGER) AS leader_pid,
        r.oid AS usesysid, getvariable('user') AS usename,
        coalesce(getvariable('settings')['application_name'], '') AS application_name,
        CAST(NULL AS VARCHAR) AS client_addr, CAST(NULL AS VARCHAR) AS client_hostname,
        CAST(NULL AS INTEGER) AS client_port, getvariable('began') AS backend_start,
        CAST(NULL AS TIMESTAMPTZ) AS xact_start, CAST(NULL AS TIMESTAMPTZ) AS query_start,
        CAST(NULL AS TIMESTAMPTZ) AS state_change, CAST(NULL AS VARCHAR) AS wait_event_type,
        CAST(NULL AS VARCHAR) AS wait_event, 'active' AS state, CAST(NULL AS UINTEGER) AS backend_xid,
        CAST(NULL AS UINTEGER) AS backend_xmin, CAST(NULL AS BIGINT) AS query_id, '' AS query,
        'client backend' AS backend_type
    FROM pg.pg_database d LEFT JOIN pg.pg_authid r ON r.rolname = getvariable('user')
    WHERE d.datname = getvariable('database');

CREATE VIEW pg.pg_stat_all_tables AS
    SELECT c.oid AS relid, n.nspname AS schemaname, c.relname,
        0::BIGINT AS seq_scan, 0::BIGINT AS seq_tup_read, 0::BIGINT AS idx_scan,
        0::BIGINT AS idx_tup_fetch, 0::BIGINT AS n_tup_ins, 0::BIGINT AS n_tup_upd,
        0::BIGINT AS n_tup_del, 0::BIGINT AS n_tup_hot_upd, 0::BIGINT AS n_live_tup,
        0::BIGINT AS n_dead_tup, 0::BIGINT AS n_mod_since_analyze, 0::BIGINT AS n_ins_since_vacuum,
        CAST(NULL AS TIMESTAMPTZ) AS last_vacuum, CAST(NULL AS TIMESTAMPTZ) AS last_autovacuum,
        CAST(NULL AS TIMESTAMPTZ) AS last_analyze, CAST(NULL AS TIMESTAMPTZ) AS last_autoanalyze,
        0::BIGINT AS vacuum_count, 0::BIGINT AS autovacuum_count, 0::BIGINT AS analyze_count,
        0::BIGINT AS autoanalyze_count
    FROM pg.pg_class c JOIN pg.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 't', 'm', 'p');
CREATE VIEW pg.pg_stat_user_tables AS
    FROM pg.pg_stat_all_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'pg_toast');
