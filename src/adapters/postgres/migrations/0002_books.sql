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

-- Rows come in the order of time, so a summary of each stretch of the table is enough to find a day.
CREATE INDEX transfers_by_time ON avatar.transfers USING brin (at) WITH (pages_per_range = 32, autosummarize = on);

CREATE TABLE avatar.entries (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text NOT NULL,
    transfer text NOT NULL,
    amount bigint NOT NULL,
    balance bigint,
    version bigint,
    digest text,
    CONSTRAINT entries_whole CHECK (num_nonnulls(balance, version, digest) IN (0, 3))
);

CREATE UNIQUE INDEX entries_version_taken ON avatar.entries (account, version) WHERE version IS NOT NULL;

-- A day that is over is closed by one hash over its transfers, and the business's own accounts are summed up to its end,
-- so that no sum ever reads further back than to the last seal.  Days are in UTC.
CREATE TABLE avatar.seals (
    day date PRIMARY KEY,
    digest text NOT NULL,
    transfers bigint NOT NULL,
    sealed_at timestamptz NOT NULL
);

CREATE TABLE avatar.snapshots (
    day date NOT NULL REFERENCES avatar.seals (day),
    account text NOT NULL,
    total numeric NOT NULL,
    PRIMARY KEY (day, account)
);

CREATE FUNCTION avatar.refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the books are never changed: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'AV003';
END $$;

CREATE TRIGGER transfers_are_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON avatar.transfers
    FOR EACH STATEMENT EXECUTE FUNCTION avatar.refuse_change();
CREATE TRIGGER entries_are_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON avatar.entries
    FOR EACH STATEMENT EXECUTE FUNCTION avatar.refuse_change();

CREATE TRIGGER seals_are_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON avatar.seals
    FOR EACH STATEMENT EXECUTE FUNCTION avatar.refuse_change();
CREATE TRIGGER snapshots_are_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON avatar.snapshots
    FOR EACH STATEMENT EXECUTE FUNCTION avatar.refuse_change();

-- What the business's own accounts moved from one moment to another.
CREATE FUNCTION avatar.moved(since timestamptz, before timestamptz) RETURNS TABLE (account text, amount numeric)
LANGUAGE sql STABLE AS $$
    SELECT side.account, sum(side.amount)
    FROM avatar.transfers t CROSS JOIN LATERAL (VALUES (t.source, -t.amount), (t.target, t.amount)) side (account, amount)
    WHERE t.at >= since AND t.at < before AND side.account !~ '/customer/[^/]+/(available|held|debt)$'
    GROUP BY side.account
$$;

-- Closes a day: keeps its seal and the sums up to its end.  True for the one caller who did it.  Days are closed one
-- after the other, and a day that has changed since its hash was made is refused with AV001.  The day's lock waits for
-- those who are writing into it (avatar.write); writers into other days never meet it.
CREATE FUNCTION avatar.seal(of_day date, made text, counted bigint, now_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    first_moment timestamptz := of_day::timestamptz;
    last_moment timestamptz := (of_day + 1)::timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('avatar.seals'), of_day - DATE 'epoch');
    INSERT INTO avatar.seals VALUES (of_day, made, counted, now_at) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF counted <> (SELECT count(*) FROM avatar.transfers t WHERE t.at >= first_moment AND t.at < last_moment) THEN
        RAISE EXCEPTION 'the day has changed' USING ERRCODE = 'AV001';
    END IF;
    INSERT INTO avatar.snapshots
    SELECT of_day, known.account, sum(known.total) FROM (
        SELECT s.account, s.total FROM avatar.snapshots s WHERE s.day = of_day - 1
        UNION ALL SELECT m.account, m.amount FROM avatar.moved(first_moment, last_moment) m
    ) known GROUP BY known.account;
    RETURN true;
END $$;

-- The sums of the business's own accounts of a network: the last snapshot and what has moved since.
CREATE FUNCTION avatar.totals(of_network text) RETURNS TABLE (account text, total numeric)
LANGUAGE sql STABLE SET timezone = 'UTC' AS $$
    WITH last AS (SELECT max(s.day) AS day FROM avatar.seals s)
    SELECT known.account, sum(known.total) FROM (
        SELECT s.account, s.total FROM last JOIN avatar.snapshots s ON s.day = last.day
        UNION ALL
        SELECT m.account, m.amount FROM last, avatar.moved(coalesce((last.day + 1)::timestamptz, '-infinity'), 'infinity') m
    ) known WHERE starts_with(known.account, of_network || '/') GROUP BY known.account
$$;

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

-- A customer's latest lines before a version, read backwards from an index: it costs the same at any length.  The plan is
-- made once for a session; making it took as long as reading ten lines.
CREATE FUNCTION avatar.statement(of_customer text, before bigint, most integer)
RETURNS TABLE (
    at timestamptz, kind text, service text, amount bigint, balance bigint, key text, version bigint, plan text
)
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    RETURN QUERY SELECT t.at, t.kind, (t.cause).type, e.amount, e.balance, t.key, e.version, p.purpose ->> 'plan'
    FROM avatar.accounts a
    CROSS JOIN LATERAL (
        SELECT l.amount, l.balance, l.version, l.transfer FROM avatar.entries l
        WHERE l.account = a.name AND l.version < before ORDER BY l.version DESC LIMIT most
    ) e
    JOIN avatar.transfers t ON t.key = e.transfer
    LEFT JOIN avatar.payments p ON p.id = CASE (t.cause).type WHEN 'payment' THEN (t.cause).id END
    WHERE a.customer = of_customer AND a.pocket = 'available'
    ORDER BY e.version DESC;
END $$;
