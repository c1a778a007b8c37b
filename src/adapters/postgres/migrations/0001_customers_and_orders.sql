-- Who the customers are, what they bought and what they ordered.
--
-- A table's columns carry the names of the core's fields, so that a record goes in and comes out as one JSON object.
-- `version` counts the writes of a row; avatar.write refuses a row whose version has moved.
-- In these files the word avatar is the schema's name and nothing else: the runner puts the configured name there.

CREATE TYPE avatar.stars AS (hundredths bigint);
CREATE TYPE avatar.price AS (minor bigint, currency text);
CREATE TYPE avatar.lease AS (query text, until timestamptz);
CREATE TYPE avatar.run AS (
    status text,
    attempt integer,
    ticket jsonb,
    requested_at timestamptz,
    deadline timestamptz,
    ended_at timestamptz,
    failure text,
    diary jsonb
);

CREATE TABLE avatar.customers (
    id text PRIMARY KEY,
    network text NOT NULL,
    telegram_id bigint NOT NULL,
    bot text NOT NULL,
    language text NOT NULL,
    registered_at timestamptz NOT NULL,
    name text NOT NULL,
    inviter text REFERENCES avatar.customers (id),
    level smallint NOT NULL,
    reachable boolean NOT NULL,
    version integer NOT NULL,
    CONSTRAINT customers_one_per_person UNIQUE (network, telegram_id)
) WITH (fillfactor = 80);

CREATE TABLE avatar.subscriptions (
    customer text PRIMARY KEY REFERENCES avatar.customers (id),
    network text NOT NULL,
    terms jsonb NOT NULL,
    endless jsonb,
    announced jsonb,
    causes jsonb NOT NULL,
    version integer NOT NULL,
    -- When the next word about the end is due; the core decides, this is where the worker looks.
    announce_at timestamptz
) WITH (fillfactor = 70);

CREATE INDEX subscriptions_to_announce ON avatar.subscriptions (announce_at) WHERE announce_at IS NOT NULL;

-- Robokassa takes invoice numbers from 1 to 2147483647.
CREATE SEQUENCE avatar.payment_numbers AS integer MINVALUE 1 MAXVALUE 2147483647 NO CYCLE;

CREATE TABLE avatar.payments (
    id text PRIMARY KEY,
    number integer NOT NULL,
    customer text NOT NULL REFERENCES avatar.customers (id),
    network text NOT NULL,
    bot text NOT NULL,
    purpose jsonb NOT NULL,
    price avatar.price NOT NULL,
    stars avatar.stars NOT NULL,
    gateway text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    status text NOT NULL,
    lease avatar.lease,
    charge text,
    settled_at timestamptz,
    resume text,
    version integer NOT NULL,
    CONSTRAINT payments_number_taken UNIQUE (number),
    CONSTRAINT payments_charge_taken UNIQUE (gateway, charge),
    CONSTRAINT payments_amounts_sane CHECK (number >= 1 AND (price).minor > 0 AND (stars).hundredths >= 0),
    CONSTRAINT payments_status_known CHECK (status IN ('PENDING', 'COMPLETED', 'FAILED', 'CANCELLED', 'EXPIRED'))
) WITH (fillfactor = 70);

CREATE INDEX payments_to_expire ON avatar.payments (expires_at) WHERE status = 'PENDING';

-- A notice names what it pays in its own words, so nothing here refers to anything.
CREATE TABLE avatar.evidence (
    id text PRIMARY KEY,
    gateway text NOT NULL,
    charge text NOT NULL,
    price avatar.price NOT NULL,
    raw text NOT NULL,
    received_at timestamptz NOT NULL,
    bot text,
    payment_id text,
    payment_number numeric,
    payer bigint,
    status text NOT NULL,
    reason text,
    version integer NOT NULL,
    CONSTRAINT evidence_status_known CHECK (status IN ('RECEIVED', 'SETTLED', 'QUARANTINED'))
) WITH (fillfactor = 80);

CREATE INDEX evidence_to_judge ON avatar.evidence (received_at) WHERE status = 'RECEIVED';

CREATE TABLE avatar.avatars (
    id text PRIMARY KEY,
    customer text NOT NULL REFERENCES avatar.customers (id),
    name text NOT NULL,
    gender text NOT NULL,
    trigger text NOT NULL,
    created_at timestamptz NOT NULL,
    trained jsonb,
    version integer NOT NULL
);

CREATE INDEX avatars_of_customer ON avatar.avatars (customer);

CREATE TABLE avatar.trainings (
    id text PRIMARY KEY,
    customer text NOT NULL REFERENCES avatar.customers (id),
    network text NOT NULL,
    bot text NOT NULL,
    avatar text NOT NULL REFERENCES avatar.avatars (id),
    created_at timestamptz NOT NULL,
    run avatar.run NOT NULL,
    photos jsonb NOT NULL,
    plan jsonb,
    percent smallint NOT NULL,
    progressed_at timestamptz,
    message bigint,
    version integer NOT NULL,
    CONSTRAINT trainings_percent_in_range CHECK (percent BETWEEN 0 AND 100),
    CONSTRAINT trainings_status_known CHECK (
        (run).status IN ('DRAFT', 'PENDING', 'SUBMITTING', 'PROCESSING', 'SUCCEEDED', 'FAILED', 'CANCELED')
    )
) WITH (fillfactor = 70);

CREATE INDEX trainings_of_customer ON avatar.trainings (customer);
CREATE UNIQUE INDEX trainings_one_draft ON avatar.trainings (customer) WHERE (run).status = 'DRAFT';
CREATE INDEX trainings_begun ON avatar.trainings (created_at) WHERE (run).status = 'DRAFT' AND photos = '[]';
CREATE UNIQUE INDEX trainings_one_unfinished ON avatar.trainings (customer)
    WHERE (run).status IN ('PENDING', 'SUBMITTING', 'PROCESSING');
CREATE INDEX trainings_to_poll ON avatar.trainings (((run).deadline))
    WHERE (run).status IN ('PENDING', 'SUBMITTING', 'PROCESSING');
CREATE INDEX trainings_with_photos ON avatar.trainings (((run).ended_at))
    WHERE (run).ended_at IS NOT NULL AND photos <> '[]';

CREATE TABLE avatar.portrait_orders (
    id text PRIMARY KEY,
    customer text NOT NULL REFERENCES avatar.customers (id),
    network text NOT NULL,
    bot text NOT NULL,
    wish jsonb NOT NULL,
    quote jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    run avatar.run NOT NULL,
    images jsonb NOT NULL,
    sources jsonb NOT NULL,
    version integer NOT NULL,
    -- The wish's avatar, where a foreign key can see it.
    avatar text NOT NULL REFERENCES avatar.avatars (id),
    CONSTRAINT portrait_orders_status_known CHECK (
        (run).status IN ('DRAFT', 'PENDING', 'SUBMITTING', 'PROCESSING', 'SUCCEEDED', 'FAILED', 'CANCELED')
    )
) WITH (fillfactor = 70);

CREATE INDEX portrait_orders_of_customer ON avatar.portrait_orders (customer);
CREATE INDEX portrait_orders_quoted ON avatar.portrait_orders (created_at) WHERE (run).status = 'DRAFT';
CREATE INDEX portrait_orders_to_poll ON avatar.portrait_orders (((run).deadline))
    WHERE (run).status IN ('PENDING', 'SUBMITTING', 'PROCESSING');
