-- What names mean: the spellings under which an object is found, and the name that it is shown by.
-- Parameters of macros begin with an underscore, columns of a lookup with k_: a parameter that is
-- given a column would else be taken for the lookup's own.

CREATE MACRO pg.quoted(_n) AS CASE WHEN regexp_full_match(_n, '[a-z_][a-z0-9_$]*')
    THEN _n ELSE '"' || replace(_n, '"', '""') || '"' END;

CREATE TABLE pg.k_shown AS SELECT kind AS k_kind, oid AS k_oid, words AS k_words FROM shown;
CREATE TABLE pg.k_namespace AS SELECT oid AS k_oid, nspname AS k_schema FROM pg.pg_namespace;

CREATE TABLE pg.k_class AS
    SELECT c.oid AS k_oid, c.relname AS k_name, n.nspname AS k_schema, c.relkind AS k_kind,
        c.relowner AS k_owner
    FROM pg.pg_class c JOIN pg.pg_namespace n ON n.oid = c.relnamespace;

CREATE TABLE pg.k_type AS
    SELECT t.oid AS k_oid, t.typname AS k_name, n.nspname AS k_schema, t.typrelid AS k_class,
        coalesce(replace(s.k_words, 'information_schema.', ''), CASE WHEN t.typelem <> 0 AND t.typname[1] = '_'
            THEN pg.quoted(substr(t.typname, 2)) || '[]' ELSE pg.quoted(t.typname) END) AS k_shown
    FROM pg.pg_type t JOIN pg.pg_namespace n ON n.oid = t.typnamespace
    LEFT JOIN pg.k_shown s ON s.k_kind = 'type' AND s.k_oid = t.oid;

CREATE TABLE pg.k_proc AS
    SELECT p.oid AS k_oid, p.proname AS k_name, n.nspname AS k_schema, s.k_words AS k_shown
    FROM pg.pg_proc p JOIN pg.pg_namespace n ON n.oid = p.pronamespace
    LEFT JOIN pg.k_shown s ON s.k_kind = 'regproc' AND s.k_oid = p.oid;

CREATE TABLE pg.k_role AS SELECT oid AS k_oid, rolname AS k_name, rolsuper AS k_super FROM pg.pg_authid;

CREATE TABLE pg.k_alias AS FROM (VALUES
    ('int', 23), ('int2', 21), ('int4', 23), ('int8', 20), ('float', 701), ('decimal', 1700),
    ('dec', 1700), ('varchar', 1043), ('char', 1042), ('bool', 16), ('timestamp', 1114),
    ('timestamptz', 1184), ('time', 1083), ('timetz', 1266), ('float4', 700), ('float8', 701),
    ('bpchar', 1042), ('varbit', 1562)) AS a(k_name, k_oid);

CREATE TABLE pg.k_spelled AS
    SELECT DISTINCT ON (k_kind, k_words) * FROM (
        SELECT 'class' AS k_kind, k_schema || '.' || k_name AS k_words, k_oid, '' AS k_path
        FROM pg.k_class
        UNION ALL SELECT 'class', k_name, k_oid, k_schema FROM pg.k_class WHERE k_schema = 'pg_catalog'
        UNION ALL SELECT 'type', k_schema || '.' || k_name, k_oid, '' FROM pg.k_type
        UNION ALL SELECT 'type', k_name, k_oid, '' FROM pg.k_type WHERE k_schema = 'pg_catalog'
        UNION ALL SELECT 'type', k_shown, k_oid, '' FROM pg.k_type WHERE k_schema = 'pg_catalog'
        UNION ALL SELECT 'type', k_name, k_oid::UINTEGER, '' FROM pg.k_alias
        UNION ALL SELECT 'type', a.k_name || '[]', t.oid, ''
        FROM pg.k_alias a JOIN pg.pg_type t ON t.typelem = a.k_oid AND t.typname[1] = '_'
        UNION ALL SELECT 'proc', k_schema || '.' || k_name, min(k_oid), '' FROM pg.k_proc
        GROUP BY k_schema, k_name
        UNION ALL SELECT 'proc', k_name, min(k_oid), '' FROM pg.k_proc
        WHERE k_schema = 'pg_catalog' GROUP BY k_name
        UNION ALL SELECT 'namespace', k_schema, k_oid, '' FROM pg.k_namespace
        UNION ALL SELECT 'role', k_name, k_oid, '' FROM pg.k_role
        UNION ALL SELECT 'collation', collname, min(oid), '' FROM pg.pg_collation GROUP BY collname
        UNION ALL SELECT 'config', cfgname, oid, '' FROM pg.pg_ts_config
        UNION ALL SELECT 'dictionary', dictname, oid, '' FROM pg.pg_ts_dict
        UNION ALL SELECT 'oper', oprname, min(oid), '' FROM pg.pg_operator GROUP BY oprname
    ) ORDER BY k_oid;

CREATE TABLE pg.k_description AS
    SELECT objoid AS k_oid, classoid AS k_class, objsubid AS k_sub, description AS k_words
    FROM pg.pg_description;
CREATE TABLE pg.k_constraint AS
    SELECT k_oid, k_words FROM pg.k_shown WHERE k_kind IN ('constraint', 'own constraint');
CREATE TABLE pg.k_index AS
    SELECT k_oid, k_words FROM pg.k_shown WHERE k_kind IN ('index', 'own index');
CREATE TABLE pg.k_key AS
    SELECT i.indexrelid AS k_oid, k.n AS k_number, a.attname AS k_name
    FROM pg.pg_index i, (SELECT unnest(range(1, 33)) AS n) k, pg.pg_attribute a
    WHERE a.attrelid = i.indrelid AND k.n <= len(i.indkey) AND a.attnum = i.indkey[k.n];
