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
    event bigint NOT NULL REFERENCES avatar.events (number),
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

CREATE INDEX tasks_due ON avatar.tasks (due_at, event) WHERE status = 'DUE';
CREATE INDEX tasks_in_lane ON avatar.tasks (lane, event) WHERE status = 'DUE';
CREATE INDEX tasks_dead ON avatar.tasks (event) WHERE status = 'DEAD';

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
