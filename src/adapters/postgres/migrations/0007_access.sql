-- Nobody but the owner and the program reads or writes here.  On a server that also serves a web API from the database
-- (Supabase), the schema is not exposed, its tables have row level security, and the API's roles have no rights.
--
-- The program may connect as the owner, or as somebody who is given the role <schema>_app: that role inserts, reads, and
-- updates what the program updates.  It owns nothing, so that it can neither change the books nor switch off a trigger.
-- The runner calls close_to_others after every run, so that no new table is forgotten.

CREATE FUNCTION avatar.open_to_app(home regnamespace, app text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    kept regclass;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = app) THEN
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', app);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server was faster
            WHEN insufficient_privilege THEN RETURN;  -- the server's owner makes no roles: the program runs as ours
        END;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %s TO %I', home, app);
    EXECUTE format('GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA %s TO %I', home, app);
    EXECUTE format('REVOKE INSERT ON avatar.migrations FROM %I', app);
    EXECUTE format('GRANT USAGE ON SEQUENCE avatar.payment_numbers TO %I', app);
    EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA %s TO %I', home, app);
    EXECUTE format('GRANT UPDATE ON avatar.customers, avatar.subscriptions, avatar.payments, avatar.evidence,'
        ' avatar.avatars, avatar.trainings, avatar.portrait_orders, avatar.accounts, avatar.holds TO %I', app);
    EXECUTE format('GRANT UPDATE (due_at, attempts, worker, leased_until, error, status) ON avatar.tasks TO %I', app);
    EXECUTE format('GRANT UPDATE (handled), DELETE ON avatar.arrivals TO %I', app);
    EXECUTE format('GRANT UPDATE (said_at) ON avatar.sayings TO %I', app);
    EXECUTE format('GRANT UPDATE (state), DELETE ON avatar.conversations TO %I', app);
    FOR kept IN
        SELECT oid FROM pg_catalog.pg_class c WHERE relnamespace = home AND relkind IN ('r', 'p')
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_policy WHERE polrelid = c.oid AND polname = 'app')
    LOOP
        EXECUTE format('CREATE POLICY app ON %s TO %I USING (true) WITH CHECK (true)', kept, app);
    END LOOP;
END $$;

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
    PERFORM avatar.open_to_app(home, home::text || '_app');
END $$;
