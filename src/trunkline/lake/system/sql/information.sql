-- information_schema, as PostgreSQL's own information_schema.sql defines it; a session has only what
-- it may read, so privileges are not asked for again. Views that are not here are empty tables.

CREATE MACRO info.k_database() AS getvariable('database');
CREATE MACRO info.k_yes(_b) AS CASE WHEN _b THEN 'YES' ELSE 'NO' END;
CREATE MACRO info.k_true_type(_type, _mode, _base) AS CASE WHEN _type = 'd' THEN _base ELSE _mode END;

CREATE VIEW info.information_schema_catalog_name AS SELECT info.k_database() AS catalog_name;

CREATE VIEW info.schemata AS
    SELECT info.k_database() AS catalog_name, n.nspname AS schema_name, r.rolname AS schema_owner,
        CAST(NULL AS VARCHAR) AS default_character_set_catalog,
        CAST(NULL AS VARCHAR) AS default_character_set_schema,
        CAST(NULL AS VARCHAR) AS default_character_set_name, CAST(NULL AS VARCHAR) AS sql_path
    FROM pg.pg_namespace n JOIN pg.pg_authid r ON r.oid = n.nspowner;

CREATE VIEW info.tables AS
    SELECT info.k_database() AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
        CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'f' THEN 'FOREIGN' ELSE 'BASE TABLE' END AS table_type,
        CAST(NULL AS VARCHAR) AS self_referencing_column_name,
        CAST(NULL AS VARCHAR) AS reference_generation,
        CAST(NULL AS VARCHAR) AS user_defined_type_catalog,
        CAST(NULL AS VARCHAR) AS user_defined_type_schema,
        CAST(NULL AS VARCHAR) AS user_defined_type_name,
        info.k_yes(c.relkind IN ('r', 'p')) AS is_insertable_into, 'NO' AS is_typed,
        CAST(NULL AS VARCHAR) AS commit_action
    FROM pg.pg_class c JOIN pg.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v', 'f', 'p');

CREATE VIEW info.views AS
    SELECT info.k_database() AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
        s.k_words AS view_definition, 'NONE' AS check_option, 'NO' AS is_updatable,
        'NO' AS is_insertable_into, 'NO' AS is_trigger_updatable, 'NO' AS is_trigger_deletable,
        'NO' AS is_trigger_insertable_into
    FROM pg.pg_class c JOIN pg.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg.k_shown s ON s.k_kind = 'view' AND s.k_oid = c.oid
    WHERE c.relkind = 'v';

-- What columns and attributes tell of their types; of a domain, of the type below it.
CREATE VIEW info.k_typed AS
    SELECT t.oid AS k_oid, t.typname AS k_name, n.nspname AS k_schema, t.typtype AS k_type,
        coalesce(b.oid, t.oid) AS k_base, coalesce(b.typname, t.typname) AS k_base_name,
        coalesce(bn.nspname, n.nspname) AS k_base_schema, t.typtypmod AS k_modifier,
        CASE WHEN coalesce(b.typelem, t.typelem) <> 0 AND coalesce(b.typlen, t.typlen) = -1
                AND coalesce(b.typcategory, t.typcategory) = 'A' THEN 'ARRAY'
            WHEN coalesce(bn.nspname, n.nspname) = 'pg_catalog' THEN coalesce(s.k_words, t.typname)
            ELSE 'USER-DEFINED' END AS k_shown
    FROM pg.pg_type t JOIN pg.pg_namespace n ON n.oid = t.typnamespace
    LEFT JOIN pg.pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
    LEFT JOIN pg.pg_namespace bn ON bn.oid = b.typnamespace
    LEFT JOIN pg.k_shown s ON s.k_kind = 'type' AND s.k_oid = coalesce(b.oid, t.oid);

CREATE MACRO info.k_characters(_t, _m) AS
    CASE WHEN _t IN (1042, 1043) AND _m <> -1 THEN _m - 4 WHEN _t IN (1560, 1562) AND _m <> -1 THEN _m END;
CREATE MACRO info.k_octets(_t, _m) AS CASE WHEN _t IN (25, 1042, 1043) THEN
    CASE WHEN _m = -1 OR _t = 25 THEN 1073741824 ELSE (_m - 4) * 4 END END;
CREATE MACRO info.k_precision(_t, _m) AS CASE _t WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64
    WHEN 700 THEN 24 WHEN 701 THEN 53
    WHEN 1700 THEN CASE WHEN _m = -1 THEN NULL ELSE ((_m - 4) >> 16) & 65535 END END;
CREATE MACRO info.k_radix(_t) AS CASE WHEN _t IN (20, 21, 23, 700, 701) THEN 2 WHEN _t = 1700 THEN 10 END;
CREATE MACRO info.k_scale(_t, _m) AS CASE WHEN _t IN (20, 21, 23) THEN 0
    WHEN _t = 1700 AND _m <> -1 THEN (_m - 4) & 2047 END;
CREATE MACRO info.k_moment(_t, _m) AS CASE WHEN _t = 1082 THEN 0
    WHEN _t IN (1083, 1114, 1184, 1266) THEN CASE WHEN _m < 0 THEN 6 ELSE _m END
    WHEN _t = 1186 THEN CASE WHEN _m < 0 OR _m & 65535 = 65535 THEN 6 ELSE _m & 65535 END END;

CREATE VIEW info.columns AS
    SELECT info.k_database() AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
        a.attname AS column_name, a.attnum::INTEGER AS ordinal_position,
        CAST(NULL AS VARCHAR) AS column_default,
        CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END AS is_nullable, t.k_shown AS data_type,
        info.k_characters(t.k_base, m.k_mod)::INTEGER AS character_maximum_length,
        info.k_octets(t.k_base, m.k_mod)::INTEGER AS character_octet_length,
        info.k_precision(t.k_base, m.k_mod)::INTEGER AS numeric_precision,
        info.k_radix(t.k_base)::INTEGER AS numeric_precision_radix,
        info.k_scale(t.k_base, m.k_mod)::INTEGER AS numeric_scale,
        info.k_moment(t.k_base, m.k_mod)::INTEGER AS datetime_precision,
        CAST(NULL AS VARCHAR) AS interval_type, CAST(NULL AS INTEGER) AS interval_precision,
        CAST(NULL AS VARCHAR) AS character_set_catalog, CAST(NULL AS VARCHAR) AS character_set_schema,
        CAST(NULL AS VARCHAR) AS character_set_name,
        CASE WHEN k.collname IS NOT NULL THEN info.k_database() END AS collation_catalog,
        CASE WHEN k.collname IS NOT NULL THEN 'pg_catalog' END AS collation_schema,
        k.collname AS collation_name,
        CASE WHEN t.k_type = 'd' THEN info.k_database() END AS domain_catalog,
        CASE WHEN t.k_type = 'd' THEN t.k_schema END AS domain_schema,
        CASE WHEN t.k_type = 'd' THEN t.k_name END AS domain_name,
        info.k_database() AS udt_catalog, t.k_base_schema AS udt_schema, t.k_base_name AS udt_name,
        CAST(NULL AS VARCHAR) AS scope_catalog, CAST(NULL AS VARCHAR) AS scope_schema,
        CAST(NULL AS VARCHAR) AS scope_name, CAST(NULL AS INTEGER) AS maximum_cardinality,
        a.attnum::VARCHAR AS dtd_identifier, 'NO' AS is_self_referencing, 'NO' AS is_identity,
        CAST(NULL AS VARCHAR) AS identity_generation, CAST(NULL AS VARCHAR) AS identity_start,
        CAST(NULL AS VARCHAR) AS identity_increment, CAST(NULL AS VARCHAR) AS identity_maximum,
        CAST(NULL AS VARCHAR) AS identity_minimum, 'NO' AS identity_cycle, 'NEVER' AS is_generated,
        CAST(NULL AS VARCHAR) AS generation_expression,
        info.k_yes(c.relkind IN ('r', 'p')) AS is_updatable
    FROM pg.pg_attribute a JOIN pg.pg_class c ON c.oid = a.attrelid
    JOIN pg.pg_namespace n ON n.oid = c.relnamespace
    JOIN info.k_typed t ON t.k_oid = a.atttypid
    JOIN (SELECT attrelid AS k_rel, attnum AS k_num,
            CASE WHEN y.k_type = 'd' THEN y.k_modifier ELSE b.atttypmod END AS k_mod
        FROM pg.pg_attribute b JOIN info.k_typed y ON y.k_oid = b.atttypid) m
        ON m.k_rel = a.attrelid AND m.k_num = a.attnum
    LEFT JOIN pg.pg_collation k ON k.oid = a.attcollation AND k.collname <> 'default'
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'f', 'p');

-- Constraints: keys that are declared, and a check for each column that is never NULL.
CREATE VIEW info.k_constrained AS
    SELECT c.oid AS k_oid, n.nspname AS k_schema, c.conname AS k_name, c.contype AS k_type,
        c.conrelid AS k_class, tn.nspname AS k_table_schema, t.relname AS k_table, c.conkey AS k_columns,
        c.confrelid AS k_other, c.confkey AS k_other_columns, c.conindid AS k_index,
        c.condeferrable AS k_deferrable, c.condeferred AS k_deferred
    FROM pg.pg_constraint c JOIN pg.pg_namespace n ON n.oid = c.connamespace
    JOIN pg.pg_class t ON t.oid = c.conrelid JOIN pg.pg_namespace tn ON tn.oid = t.relnamespace
    WHERE t.relkind IN ('r', 'p');
CREATE VIEW info.k_never_null AS
    SELECT n.nspname AS k_schema, n.oid || '_' || c.oid || '_' || a.attnum || '_not_null' AS k_name,
        c.relname AS k_table, a.attname AS k_column
    FROM pg.pg_attribute a JOIN pg.pg_class c ON c.oid = a.attrelid
    JOIN pg.pg_namespace n ON n.oid = c.relnamespace
    WHERE a.attnum > 0 AND a.attnotnull AND NOT a.attisdropped AND c.relkind IN ('r', 'p');

CREATE VIEW info.table_constraints AS
    SELECT info.k_database() AS constraint_catalog, k_schema AS constraint_schema,
        k_name AS constraint_name, info.k_database() AS table_catalog, k_table_schema AS table_schema,
        k_table AS table_name, CASE k_type WHEN 'c' THEN 'CHECK' WHEN 'f' THEN 'FOREIGN KEY'
            WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' END AS constraint_type,
        info.k_yes(k_deferrable) AS is_deferrable, info.k_yes(k_deferred) AS initially_deferred,
        'YES' AS enforced, CASE WHEN k_type = 'u' THEN 'YES' END AS nulls_distinct
    FROM info.k_constrained WHERE k_type IN ('c', 'f', 'p', 'u')
    UNION ALL
    SELECT info.k_database(), k_schema, k_name, info.k_database(), k_schema, k_table, 'CHECK', 'NO',
        'NO', 'YES', NULL
    FROM info.k_never_null;
CREATE VIEW info.check_constraints AS
    SELECT info.k_database() AS constraint_catalog, k_schema AS constraint_schema,
        k_name AS constraint_name, pg.quoted(k_column) || ' IS NOT NULL' AS check_clause
    FROM info.k_never_null;

CREATE VIEW info.key_column_usage AS
    SELECT info.k_database() AS constraint_catalog, c.k_schema AS constraint_schema,
        c.k_name AS constraint_name, info.k_database() AS table_catalog,
        c.k_table_schema AS table_schema, c.k_table AS table_name, a.attname AS column_name,
        c.k_place::INTEGER AS ordinal_position,
        CASE WHEN c.k_type = 'f' THEN list_position(i.indkey, c.k_other_columns[c.k_place]) END::INTEGER
            AS position_in_unique_constraint
    FROM (SELECT *, unnest(range(1, len(k_columns) + 1)) AS k_place FROM info.k_constrained
        WHERE k_type IN ('p', 'u', 'f')) c
    JOIN pg.pg_attribute a ON a.attrelid = c.k_class AND a.attnum = c.k_columns[c.k_place]
    LEFT JOIN pg.pg_index i ON i.indexrelid = c.k_index;
CREATE VIEW info.referential_constraints AS
    SELECT info.k_database() AS constraint_catalog, c.k_schema AS constraint_schema,
        c.k_name AS constraint_name, CASE WHEN u.k_name IS NOT NULL THEN info.k_database() END
            AS unique_constraint_catalog, u.k_schema AS unique_constraint_schema,
        u.k_name AS unique_constraint_name, 'NONE' AS match_option, 'NO ACTION' AS update_rule,
        'NO ACTION' AS delete_rule
    FROM info.k_constrained c
    LEFT JOIN info.k_constrained u ON u.k_type IN ('p', 'u') AND u.k_index = c.k_index
    WHERE c.k_type = 'f';
CREATE VIEW info.constraint_column_usage AS
    SELECT info.k_database() AS table_catalog, n.nspname AS table_schema, t.relname AS table_name,
        a.attname AS column_name, info.k_database() AS constraint_catalog,
        c.k_schema AS constraint_schema, c.k_name AS constraint_name
    FROM (SELECT k_schema, k_name, CASE WHEN k_type = 'f' THEN k_other ELSE k_class END AS k_of,
            unnest(CASE WHEN k_type = 'f' THEN k_other_columns ELSE k_columns END) AS k_number
        FROM info.k_constrained WHERE k_type IN ('p', 'u', 'f')) c
    JOIN pg.pg_class t ON t.oid = c.k_of JOIN pg.pg_namespace n ON n.oid = t.relnamespace
    JOIN pg.pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.k_number;
CREATE VIEW info.constraint_table_usage AS
    SELECT DISTINCT table_catalog, table_schema, table_name, constraint_catalog, constraint_schema,
        constraint_name
    FROM info.constraint_column_usage;

-- Privileges: who asks may read what is there.
CREATE VIEW info.table_privileges AS
    SELECT r.rolname AS grantor, getvariable('user') AS grantee, info.k_database() AS table_catalog,
        n.nspname AS table_schema, c.relname AS table_name, 'SELECT' AS privilege_type,
        'NO' AS is_grantable, 'YES' AS with_hierarchy
    FROM pg.pg_class c JOIN pg.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg.pg_authid r ON r.oid = c.relowner WHERE c.relkind IN ('r', 'v', 'f', 'p');
CREATE VIEW info.role_table_grants AS FROM info.table_privileges;
CREATE VIEW info.column_privileges AS
    SELECT p.grantor, p.grantee, p.table_catalog, p.table_schema, p.table_name, k.column_name,
        p.privilege_type, p.is_grantable
    FROM info.table_privileges p
    JOIN info.columns k ON k.table_schema = p.table_schema AND k.table_name = p.table_name;
CREATE VIEW info.role_column_grants AS FROM info.column_privileges;
CREATE VIEW info.enabled_roles AS SELECT getvariable('user') AS role_name;
CREATE VIEW info.applicable_roles AS
    SELECT CAST(NULL AS VARCHAR) AS grantee, CAST(NULL AS VARCHAR) AS role_name,
        CAST(NULL AS VARCHAR) AS is_grantable WHERE false;

CREATE VIEW info.character_sets AS
    SELECT CAST(NULL AS VARCHAR) AS character_set_catalog, CAST(NULL AS VARCHAR) AS character_set_schema,
        'UTF8' AS character_set_name, 'UCS' AS character_repertoire, 'UTF8' AS form_of_use,
        info.k_database() AS default_collate_catalog, 'pg_catalog' AS default_collate_schema,
        'ucs_basic' AS default_collate_name;
CREATE VIEW info.collations AS
    SELECT info.k_database() AS collation_catalog, 'pg_catalog' AS collation_schema,
        collname AS collation_name, 'NO PAD' AS pad_attribute
    FROM pg.pg_collation WHERE collencoding IN (-1, 6);
CREATE VIEW info.domains AS
    SELECT info.k_database() AS domain_catalog, d.k_schema AS domain_schema, d.k_name AS domain_name,
        d.k_shown AS data_type,
        info.k_characters(d.k_base, d.k_modifier)::INTEGER AS character_maximum_length,
        info.k_octets(d.k_base, d.k_modifier)::INTEGER AS character_octet_length,
        CAST(NULL AS VARCHAR) AS character_set_catalog, CAST(NULL AS VARCHAR) AS character_set_schema,
        CAST(NULL AS VARCHAR) AS character_set_name,
        CASE WHEN k.collname IS NOT NULL THEN info.k_database() END AS collation_catalog,
        CASE WHEN k.collname IS NOT NULL THEN 'pg_catalog' END AS collation_schema,
        k.collname AS collation_name,
        info.k_precision(d.k_base, d.k_modifier)::INTEGER AS numeric_precision,
        info.k_radix(d.k_base)::INTEGER AS numeric_precision_radix,
        info.k_scale(d.k_base, d.k_modifier)::INTEGER AS numeric_scale,
        info.k_moment(d.k_base, d.k_modifier)::INTEGER AS datetime_precision,
        CAST(NULL AS VARCHAR) AS interval_type, CAST(NULL AS INTEGER) AS interval_precision,
        t.typdefault AS domain_default, info.k_database() AS udt_catalog,
        d.k_base_schema AS udt_schema, d.k_base_name AS udt_name,
        CAST(NULL AS VARCHAR) AS scope_catalog, CAST(NULL AS VARCHAR) AS scope_schema,
        CAST(NULL AS VARCHAR) AS scope_name, CAST(NULL AS INTEGER) AS maximum_cardinality,
        '1' AS dtd_identifier
    FROM info.k_typed d JOIN pg.pg_type t ON t.oid = d.k_oid
    LEFT JOIN pg.pg_collation k ON k.oid = t.typcollation AND k.collname <> 'default'
    WHERE d.k_type = 'd';
