SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname='local'
