-- Nobody but the owner reads or writes here.  On a server that also serves a web API from the database (Supabase), the
-- schema is not exposed, its tables have row level security without any policy, and the API's roles have no rights.
-- The runner calls this after every run, so that no new table is forgotten.
CREATE FUNCTION avatar.close_to_others() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    home regnamespace := (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = 'avatar.events'::regclass);
    open_table regclass;
    stranger text;
BEGIN
    FOR open_table IN
        SELECT oid FROM pg_catalog.pg_class
        WHERE relnamespace = home AND relkind IN ('r', 'p') AND NOT relrowsecurity
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', open_table);
    END LOOP;
    FOR stranger IN
        SELECT quote_ident(rolname) FROM pg_catalog.pg_roles WHERE rolname IN ('anon', 'authenticated')
        UNION ALL SELECT 'PUBLIC'
    LOOP
        EXECUTE format('REVOKE ALL ON SCHEMA %s FROM %s', home, stranger);
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %s FROM %s', home, stranger);
        EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %s FROM %s', home, stranger);
        EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA %s FROM %s', home, stranger);
    END LOOP;
END $$;
