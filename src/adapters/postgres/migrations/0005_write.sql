-- Everything that a unit of work saved and emitted, as one statement and so as one transaction.
--
-- The document's keys are the tables it touches; each record carries the version it is going to have, and a record
-- whose stored version is not the one before makes the whole statement fail with AV001.
--
-- Whoever writes for a customer takes the customer's lock first, and all locks of a commit are taken in one order: so
-- commits that meet wait for each other, but never in a circle.
CREATE FUNCTION avatar.write(document jsonb) RETURNS void
LANGUAGE plpgsql
SET timezone = 'UTC' SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    written bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(turn.lock) FROM (
        SELECT DISTINCT hashtextextended(name, 0) AS lock FROM jsonb_array_elements_text(document -> 'locks') name
        ORDER BY 1
    ) turn;

    IF document ? 'customers' THEN
        INSERT INTO avatar.customers AS kept
        SELECT r.* FROM jsonb_populate_recordset(NULL::avatar.customers, document -> 'customers') r
        WHERE r.version = 1 OR r.version - 1 = (SELECT k.version FROM avatar.customers k WHERE k.id = r.id)
        ON CONFLICT (id) DO UPDATE SET (
            network, telegram_id, bot, language, registered_at, name, inviter, level, reachable, version
        ) = (
            EXCLUDED.network, EXCLUDED.telegram_id, EXCLUDED.bot, EXCLUDED.language, EXCLUDED.registered_at,
            EXCLUDED.name, EXCLUDED.inviter, EXCLUDED.level, EXCLUDED.reachable, EXCLUDED.version
        ) WHERE kept.version = EXCLUDED.version - 1;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written <> jsonb_array_length(document -> 'customers') THEN
            RAISE EXCEPTION 'customers: a version has moved' USING ERRCODE = 'AV001';
        END IF;
    END IF;

    IF document ? 'accounts' THEN
        INSERT INTO avatar.accounts AS kept
        SELECT r.* FROM jsonb_populate_recordset(NULL::avatar.accounts, document -> 'accounts') r ORDER BY r.name
        ON CONFLICT (name) DO UPDATE SET (balance, version, digest)
            = (EXCLUDED.balance, EXCLUDED.version, EXCLUDED.digest)
            WHERE kept.version = (document -> 'accounts_read' ->> EXCLUDED.name)::bigint;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written <> jsonb_array_length(document -> 'accounts') THEN
            RAISE EXCEPTION 'accounts: a version has moved' USING ERRCODE = 'AV001';
        END IF;
    END IF;

    IF document ? 'holds' THEN
        INSERT INTO avatar.holds AS kept
        SELECT r.* FROM jsonb_populate_recordset(NULL::avatar.holds, document -> 'holds') r
        WHERE r.version = 1 OR r.version - 1 = (SELECT k.version FROM avatar.holds k WHERE k."order" = r."order")
        ON CONFLICT ("order") DO UPDATE SET (
            customer, service, amount, deadline, captured, released, refunded, version
        ) = (
            EXCLUDED.customer, EXCLUDED.service, EXCLUDED.amount, EXCLUDED.deadline, EXCLUDED.captured,
            EXCLUDED.released, EXCLUDED.refunded, EXCLUDED.version
        ) WHERE kept.version = EXCLUDED.version - 1;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written <> jsonb_array_length(document -> 'holds') THEN
            RAISE EXCEPTION 'holds: a version has moved' USING ERRCODE = 'AV001';
        END IF;
    END IF;

    IF document ? 'evidence' THEN
        INSERT INTO avatar.evidence AS kept
        SELECT r.* FROM jsonb_populate_recordset(NULL::avatar.evidence, document -> 'evidence') r
        WHERE r.version = 1 OR r.version - 1 = (SELECT k.version FROM avatar.evidence k WHERE k.id = r.id)
        ON CONFLICT (id) DO UPDATE SET (
            gateway, charge, price, raw, received_at, bot, payment_id, payment_number, payer, status, reason,
            version
        ) = (
            EXCLUDED.gateway, EXCLUDED.charge, EXCLUDED.price, EXCLUDED.raw, EXCLUDED.received_at,
            EXCLUDED.bot, EXCLUDED.payment_id, EXCLUDED.payment_number, EXCLUDED.payer, EXCLUDED.status,
            EXCLUDED.reason, EXCLUDED.version
        ) WHERE kept.version = EXCLUDED.version - 1;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written <> jsonb_array_length(document -> 'evidence') THEN
            RAISE EXCEPTION 'evidence: a version has moved' USING ERRCODE = 'AV001';
        END IF;
    END IF;

    IF document ? 'payments' THEN
        INSERT INTO avatar.payments AS kept
        SELECT r.* FROM jsonb_populate_recordset(NULL::avatar.payments, document -> 'payments') r
        WHERE r.version = 1 OR r.version - 1 = (SELECT k.version FROM avatar.payments k WHERE k.id = r.id)
        ON CONFLICT (id) DO UPDATE SET (
            number, customer, network, bot, purpose, price, stars, gateway, created_at, expires_at, status,
            lease, charge, settled_at, resume, version
        ) = (
            EXCLUDED.number, EXCLUDED.customer, EXCLUDED.network, EXCLUDED.bot, EXCLUDED.purpose,
            EXCLUDED.price, EXCLUDED.stars, EXCLUDED.gateway, EXCLUDED.created_at, EXCLUDED.expires_at,
            EXCLUDED.status, EXCLUDED.lease, EXCLUDED.charge, EXCLUDED.settled_at, EXCLUDED.resume,
            EXCLUDED.version
        ) WHERE kept.version = EXCLUDED.version - 1;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written <> jsonb_array_length(document -> 'payments') THEN
            RAISE EXCEPTION 'payments: a version has moved' USING ERRCODE = 'AV001';
        END IF;
    END IF;

    IF document ? 'subscriptions' THEN
        INSERT INTO avatar.subscriptions AS kept
        SELECT r.* FROM jsonb_array_elements(document -> 'subscriptions') item,
            jsonb_populate_record(
                NULL::avatar.subscriptions,
                (item -> 'subscription') || jsonb_build_object('announce_at', item -> 'announce_at')
            ) r
        WHERE r.version = 1 OR r.version - 1 = (SELECT k.version FROM avatar.subscriptions k WHERE k.customer = r.customer)
        ON CONFLICT (customer) DO UPDATE SET (
            network, terms, endless, announced, causes, version, announce_at
        ) = (
            EXCLUDED.network, EXCLUDED.terms, EXCLUDED.endless, EXCLUDED.announced, EXCLUDED.causes,
            EXCLUDED.version, EXCLUDED.announce_at
        ) WHERE kept.version = EXCLUDED.version - 1;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written <> jsonb_array_length(document -> 'subscriptions') THEN
            RAISE EXCEPTION 'subscriptions: a version has moved' USING ERRCODE = 'AV001';
        END IF;
    END IF;

    IF document ? 'avatars' THEN
        INSERT INTO avatar.avatars AS kept
        SELECT r.* FROM jsonb_populate_recordset(NULL::avatar.avatars, document -> 'avatars') r
        WHERE r.version = 1 OR r.version - 1 = (SELECT k.version FROM avatar.avatars k WHERE k.id = r.id)
        ON CONFLICT (id) DO UPDATE SET (
            customer, name, gender, trigger, created_at, trained, version
        ) = (
            EXCLUDED.customer, EXCLUDED.name, EXCLUDED.gender, EXCLUDED.trigger, EXCLUDED.created_at,
            EXCLUDED.trained, EXCLUDED.version
        ) WHERE kept.version = EXCLUDED.version - 1;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written <> jsonb_array_length(document -> 'avatars') THEN
            RAISE EXCEPTION 'avatars: a version has moved' USING ERRCODE = 'AV001';
        END IF;
    END IF;

    IF document ? 'trainings' THEN
        INSERT INTO avatar.trainings AS kept
        SELECT r.* FROM jsonb_populate_recordset(NULL::avatar.trainings, document -> 'trainings') r
        WHERE r.version = 1 OR r.version - 1 = (SELECT k.version FROM avatar.trainings k WHERE k.id = r.id)
        ON CONFLICT (id) DO UPDATE SET (
            customer, network, bot, avatar, created_at, run, photos, plan, percent, progressed_at, message,
            version
        ) = (
            EXCLUDED.customer, EXCLUDED.network, EXCLUDED.bot, EXCLUDED.avatar, EXCLUDED.created_at,
            EXCLUDED.run, EXCLUDED.photos, EXCLUDED.plan, EXCLUDED.percent, EXCLUDED.progressed_at,
            EXCLUDED.message, EXCLUDED.version
        ) WHERE kept.version = EXCLUDED.version - 1;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written <> jsonb_array_length(document -> 'trainings') THEN
            RAISE EXCEPTION 'trainings: a version has moved' USING ERRCODE = 'AV001';
        END IF;
    END IF;

    IF document ? 'portrait_orders' THEN
        INSERT INTO avatar.portrait_orders AS kept
        SELECT r.* FROM jsonb_array_elements(document -> 'portrait_orders') item,
            jsonb_populate_record(
                NULL::avatar.portrait_orders, item || jsonb_build_object('avatar', item -> 'wish' -> 'avatar')
            ) r
        WHERE r.version = 1 OR r.version - 1 = (SELECT k.version FROM avatar.portrait_orders k WHERE k.id = r.id)
        ON CONFLICT (id) DO UPDATE SET (
            customer, network, bot, wish, quote, created_at, run, images, sources, version, avatar
        ) = (
            EXCLUDED.customer, EXCLUDED.network, EXCLUDED.bot, EXCLUDED.wish, EXCLUDED.quote,
            EXCLUDED.created_at, EXCLUDED.run, EXCLUDED.images, EXCLUDED.sources, EXCLUDED.version,
            EXCLUDED.avatar
        ) WHERE kept.version = EXCLUDED.version - 1;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written <> jsonb_array_length(document -> 'portrait_orders') THEN
            RAISE EXCEPTION 'portrait_orders: a version has moved' USING ERRCODE = 'AV001';
        END IF;
    END IF;

    IF document ? 'transfers' THEN
        INSERT INTO avatar.transfers
        SELECT r.* FROM jsonb_populate_recordset(NULL::avatar.transfers, document -> 'transfers') r;
        INSERT INTO avatar.entries (account, transfer, amount, balance, version, digest)
        SELECT r.account, r.transfer, r.amount, r.balance, r.version, r.digest
        FROM jsonb_populate_recordset(NULL::avatar.entries, document -> 'entries') r;
    END IF;

    IF document ? 'events' THEN
        WITH happened AS (
            INSERT INTO avatar.events (id, name, facts, at)
            SELECT r.id, r.name, r.facts, r.at
            FROM jsonb_populate_recordset(NULL::avatar.events, document -> 'events') r
            RETURNING number, id, at
        )
        INSERT INTO avatar.tasks (event, reaction, lane, due_at)
        SELECT happened.number, r.reaction, r.lane, happened.at
        FROM jsonb_to_recordset(document -> 'tasks') r(event text, reaction text, lane text)
        JOIN happened ON happened.id = r.event;
    END IF;
END $$;

-- Several documents of several callers in one commit: each holds or falls for itself, and each gets its own verdict,
-- in their order; nulls mean that it is written.  All locks are taken before the first document is written.
CREATE FUNCTION avatar.write_each(documents jsonb)
RETURNS TABLE (state text, broken_constraint text, message text, detail text)
LANGUAGE plpgsql AS $$
DECLARE
    document jsonb;
BEGIN
    PERFORM pg_advisory_xact_lock(turn.lock) FROM (
        SELECT DISTINCT hashtextextended(name, 0) AS lock
        FROM jsonb_array_elements(documents) given, jsonb_array_elements_text(given -> 'locks') name
        ORDER BY 1
    ) turn;
    FOR document IN SELECT jsonb_array_elements(documents) LOOP
        state := NULL; broken_constraint := NULL; message := NULL; detail := NULL;
        BEGIN
            PERFORM avatar.write(document);
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, broken_constraint = CONSTRAINT_NAME,
                message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
        END;
        RETURN NEXT;
    END LOOP;
END $$;
