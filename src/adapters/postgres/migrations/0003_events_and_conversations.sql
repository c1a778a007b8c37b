-- What has happened, what must follow, what came in from outside, and where conversations stand.

CREATE TABLE avatar.events (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL,
    name text NOT NULL,
    facts jsonb NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT events_id_taken UNIQUE (id)
);

CREATE TABLE avatar.tasks (
    event bigint NOT NULL,
    reaction text NOT NULL,
    lane text NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    worker text,
    leased_until timestamptz,
    error text,
    status text NOT NULL DEFAULT 'DUE',
    PRIMARY KEY (event, reaction),
    CONSTRAINT tasks_status_known CHECK (status IN ('DUE', 'DONE', 'DEAD'))
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX tasks_due ON avatar.tasks (reaction, due_at, event) WHERE status = 'DUE';
CREATE INDEX tasks_in_lane ON avatar.tasks (lane, event) WHERE status = 'DUE';
CREATE INDEX tasks_dead ON avatar.tasks (event) WHERE status = 'DEAD';

-- A task is of an event.  Asked once for all tasks that a statement writes: a foreign key would ask for each of them and
-- lock its event every time, which is a tenth of what settling payments together costs.
CREATE FUNCTION avatar.refuse_orphans() RETURNS trigger
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF EXISTS (SELECT FROM written WHERE NOT EXISTS (SELECT FROM avatar.events e WHERE e.number = written.event)) THEN
        RAISE EXCEPTION 'a task of no event' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER tasks_have_their_event AFTER INSERT ON avatar.tasks
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION avatar.refuse_orphans();
CREATE TRIGGER tasks_keep_their_event BEFORE UPDATE OF event ON avatar.tasks
    FOR EACH STATEMENT EXECUTE FUNCTION avatar.refuse_change();
CREATE TRIGGER events_are_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON avatar.events
    FOR EACH STATEMENT EXECUTE FUNCTION avatar.refuse_change();

CREATE TABLE avatar.arrivals (
    source text NOT NULL,
    external_id text NOT NULL,
    raw text NOT NULL,
    arrived_at timestamptz NOT NULL,
    handled boolean NOT NULL DEFAULT false,
    PRIMARY KEY (source, external_id)
);

CREATE INDEX arrivals_unhandled ON avatar.arrivals (source, arrived_at) WHERE NOT handled;

-- What was said and may be said only once in a while.
CREATE TABLE avatar.sayings (
    topic text PRIMARY KEY,
    said_at timestamptz NOT NULL
);

CREATE TABLE avatar.conversations (
    key text PRIMARY KEY,
    -- Not jsonb: kept as it was written, whatever characters are in it.
    state json NOT NULL
) WITH (fillfactor = 70);
