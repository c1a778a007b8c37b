-- The double-entry ledger.  Customers' accounts keep balance, version and hash; the business's own accounts have no
-- row, because every payment would have to wait for it: they are summed over their entries.

CREATE TABLE avatar.accounts (
    name text PRIMARY KEY,
    customer text NOT NULL REFERENCES avatar.customers (id),
    pocket text NOT NULL,
    balance bigint NOT NULL,
    version bigint NOT NULL,
    digest text NOT NULL,
    CONSTRAINT accounts_one_per_pocket UNIQUE (customer, pocket),
    CONSTRAINT accounts_pocket_known CHECK (pocket IN ('available', 'held', 'debt')),
    CONSTRAINT accounts_balance_allowed CHECK (CASE pocket WHEN 'debt' THEN balance <= 0 ELSE balance >= 0 END)
) WITH (fillfactor = 50);

CREATE TABLE avatar.holds (
    "order" text PRIMARY KEY,
    customer text NOT NULL REFERENCES avatar.customers (id),
    service text NOT NULL,
    amount avatar.stars NOT NULL,
    deadline timestamptz NOT NULL,
    captured avatar.stars NOT NULL,
    released avatar.stars NOT NULL,
    refunded avatar.stars NOT NULL,
    version integer NOT NULL,
    CONSTRAINT holds_positive CHECK (
        (amount).hundredths > 0 AND (captured).hundredths >= 0
        AND (released).hundredths >= 0 AND (refunded).hundredths >= 0
    ),
    CONSTRAINT holds_not_exceeded CHECK ((captured).hundredths + (released).hundredths <= (amount).hundredths),
    CONSTRAINT holds_refund_not_exceeded CHECK ((refunded).hundredths <= (captured).hundredths)
) WITH (fillfactor = 70);

CREATE INDEX holds_open ON avatar.holds (customer)
    WHERE (captured).hundredths + (released).hundredths < (amount).hundredths;

CREATE TYPE avatar.cause AS (type text, id text);

CREATE TABLE avatar.transfers (
    key text PRIMARY KEY,
    kind text NOT NULL,
    source text NOT NULL,
    target text NOT NULL,
    unit text NOT NULL,
    amount bigint NOT NULL,
    cause avatar.cause NOT NULL,
    at timestamptz NOT NULL,
    reverses text REFERENCES avatar.transfers (key),
    CONSTRAINT transfers_move_something CHECK (amount > 0 AND source <> target)
);

CREATE TABLE avatar.entries (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text NOT NULL,
    transfer text NOT NULL REFERENCES avatar.transfers (key),
    amount bigint NOT NULL,
    balance bigint,
    version bigint,
    digest text,
    CONSTRAINT entries_whole CHECK (num_nonnulls(balance, version, digest) IN (0, 3))
);

CREATE UNIQUE INDEX entries_version_taken ON avatar.entries (account, version) WHERE version IS NOT NULL;

CREATE FUNCTION avatar.refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the books are never changed: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'AV003';
END $$;

CREATE TRIGGER transfers_are_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON avatar.transfers
    FOR EACH STATEMENT EXECUTE FUNCTION avatar.refuse_change();
CREATE TRIGGER entries_are_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON avatar.entries
    FOR EACH STATEMENT EXECUTE FUNCTION avatar.refuse_change();

-- Law 1: a transfer has two entries that sum to zero, its amount out of the source and into the target.  Both are
-- written by one statement, so this needs no waiting for the commit.
CREATE FUNCTION avatar.refuse_unbalanced() RETURNS trigger
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM written LEFT JOIN avatar.transfers t ON t.key = written.transfer GROUP BY written.transfer
        HAVING count(*) <> 2 OR sum(written.amount) <> 0 OR bool_or(
            written.amount IS DISTINCT FROM
            CASE written.account WHEN t.source THEN -t.amount WHEN t.target THEN t.amount END))
    THEN
        RAISE EXCEPTION 'the entries of a transfer do not balance' USING ERRCODE = 'AV004';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER entries_balance AFTER INSERT ON avatar.entries
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION avatar.refuse_unbalanced();

-- A customer's latest lines before a version, read backwards from an index: it costs the same at any length.
CREATE FUNCTION avatar.statement(of_customer text, before bigint, most integer)
RETURNS TABLE (
    at timestamptz, kind text, service text, amount bigint, balance bigint, key text, version bigint, plan text
)
LANGUAGE sql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    SELECT t.at, t.kind, (t.cause).type, e.amount, e.balance, t.key, e.version, p.purpose ->> 'plan'
    FROM avatar.accounts a
    CROSS JOIN LATERAL (
        SELECT l.amount, l.balance, l.version, l.transfer FROM avatar.entries l
        WHERE l.account = a.name AND l.version < before ORDER BY l.version DESC LIMIT most
    ) e
    JOIN avatar.transfers t ON t.key = e.transfer
    LEFT JOIN avatar.payments p ON p.id = CASE (t.cause).type WHEN 'payment' THEN (t.cause).id END
    WHERE a.customer = of_customer AND a.pocket = 'available'
    ORDER BY e.version DESC
$$;
