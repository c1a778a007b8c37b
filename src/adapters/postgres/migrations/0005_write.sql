-- Everything that a unit of work saved and emitted, as one statement and so as one transaction.
--
-- The document's keys are the tables it touches.  New records have version 1: a key that is taken makes the whole
-- statement fail.  Changed ones have the version they were read at: one whose version has moved makes it fail with AV001.
--
-- Records come as objects, whose fields have the columns' names.  What every payment writes comes as arrays, in the order
-- of the columns named here: names cost as much to read as what they name (measured: a third of the statement).
--
-- Whoever writes for a customer takes the customer's lock first.  `locks` comes sorted by code point, and so all locks of
-- a commit are taken in one order: commits that meet wait for each other, but never in a circle.
CREATE FUNCTION avatar.write(document jsonb) RETURNS void
LANGUAGE plpgsql
SET timezone = 'UTC' SET lock_timeout = '5s' SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    written bigint;
    days date[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(name, 0)) FROM jsonb_array_elements_text(document -> 'locks') name;

    IF document ?| '{customers,changed_customers}' THEN
        IF document ? 'customers' THEN
            INSERT INTO avatar.customers
            SELECT r.* FROM jsonb_populate_recordset(NULL::avatar.customers, document -> 'customers') r;
        END IF;
        IF document ? 'changed_customers' THEN
            UPDATE avatar.customers kept SET (
                network, telegram_id, bot, language, registered_at, name, inviter, level, reachable, version
            ) = (
                r.network, r.telegram_id, r.bot, r.language, r.registered_at, r.name, r.inviter, r.level, r.reachable,
                kept.version + 1
            )
            FROM jsonb_populate_recordset(NULL::avatar.customers, document -> 'changed_customers') r
            WHERE kept.id = r.id AND kept.version = r.version;
            GET DIAGNOSTICS written = ROW_COUNT;
            IF written <> jsonb_array_length(document -> 'changed_customers') THEN
                RAISE EXCEPTION 'customers: a version has moved' USING ERRCODE = 'AV001';
            END IF;
        END IF;
    END IF;

    IF document ? 'accounts' THEN
        INSERT INTO avatar.accounts (name, customer, pocket, balance, version, digest)
        SELECT r ->> 0, r ->> 1, r ->> 2, (r ->> 3)::bigint, (r ->> 4)::bigint, r ->> 5
        FROM jsonb_array_elements(document -> 'accounts') r;
    END IF;
    IF document ? 'changed_accounts' THEN
        UPDATE avatar.accounts kept SET (balance, version, digest) = ((r ->> 2)::bigint, (r ->> 3)::bigint, r ->> 4)
        FROM jsonb_array_elements(document -> 'changed_accounts') r
        WHERE kept.name = r ->> 0 AND kept.version = (r ->> 1)::bigint;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written <> jsonb_array_length(document -> 'changed_accounts') THEN
            RAISE EXCEPTION 'accounts: a version has moved' USING ERRCODE = 'AV001';
        END IF;
    END IF;

    IF document ? 'evidence' THEN
        INSERT INTO avatar.evidence
        SELECT r.* FROM jsonb_populate_recordset(NULL::avatar.evidence, document -> 'evidence') r;
    END IF;
    IF document ? 'changed_evidence' THEN
        UPDATE avatar.evidence kept SET (status, reason, version) = (r ->> 2, r ->> 3, kept.version + 1)
        FROM jsonb_array_elements(document -> 'changed_evidence') r
        WHERE kept.id = r ->> 0 AND kept.version = (r ->> 1)::integer;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written <> jsonb_array_length(document -> 'changed_evidence') THEN
            RAISE EXCEPTION 'evidence: a version has moved' USING ERRCODE = 'AV001';
        END IF;
    END IF;

    IF document ? 'payments' THEN
        INSERT INTO avatar.payments
        SELECT r.* FROM jsonb_populate_recordset(NULL::avatar.payments, document -> 'payments') r;
    END IF;
    IF document ? 'changed_payments' THEN
        UPDATE avatar.payments kept SET (bot, expires_at, status, charge, settled_at, resume, lease, version) = (
            r ->> 2, (r ->> 3)::timestamptz, r ->> 4, r ->> 5, (r ->> 6)::timestamptz, r ->> 7,
            CASE WHEN r ->> 8 IS NOT NULL THEN ROW (r ->> 8, (r ->> 9)::timestamptz)::avatar.lease END, kept.version + 1
        )
        FROM jsonb_array_elements(document -> 'changed_payments') r
        WHERE kept.id = r ->> 0 AND kept.version = (r ->> 1)::integer;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written <> jsonb_array_length(document -> 'changed_payments') THEN
            RAISE EXCEPTION 'payments: a version has moved' USING ERRCODE = 'AV001';
        END IF;
    END IF;

    IF document ? 'subscriptions' THEN
        INSERT INTO avatar.subscriptions (customer, network, terms, endless, announced, causes, version, announce_at)
        SELECT (r.subscription).customer, (r.subscription).network, (r.subscription).terms, (r.subscription).endless,
            (r.subscription).announced, (r.subscription).causes, (r.subscription).version, r.announce_at
        FROM jsonb_to_recordset(document -> 'subscriptions')
            r (subscription avatar.subscriptions, announce_at timestamptz);
    END IF;
    IF document ? 'changed_subscriptions' THEN
        UPDATE avatar.subscriptions kept SET (
            network, terms, endless, announced, causes, version, announce_at
        ) = (
            (r.subscription).network, (r.subscription).terms, (r.subscription).endless, (r.subscription).announced,
            (r.subscription).causes, kept.version + 1, r.announce_at
        )
        FROM jsonb_to_recordset(document -> 'changed_subscriptions')
            r (subscription avatar.subscriptions, announce_at timestamptz)
        WHERE kept.customer = (r.subscription).customer AND kept.version = (r.subscription).version;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written <> jsonb_array_length(document -> 'changed_subscriptions') THEN
            RAISE EXCEPTION 'subscriptions: a version has moved' USING ERRCODE = 'AV001';
        END IF;
    END IF;

    -- Asked at once, for most commits have none of them.
    IF document ?| '{holds,changed_holds,avatars,changed_avatars,trainings,changed_trainings,portrait_orders,changed_portrait_orders}'
    THEN
        IF document ? 'holds' THEN
            INSERT INTO avatar.holds
            SELECT r.* FROM jsonb_populate_recordset(NULL::avatar.holds, document -> 'holds') r;
        END IF;
        IF document ? 'changed_holds' THEN
            UPDATE avatar.holds kept SET (captured, released, refunded, version)
                = (r.captured, r.released, r.refunded, kept.version + 1)
            FROM jsonb_populate_recordset(NULL::avatar.holds, document -> 'changed_holds') r
            WHERE kept."order" = r."order" AND kept.version = r.version;
            GET DIAGNOSTICS written = ROW_COUNT;
            IF written <> jsonb_array_length(document -> 'changed_holds') THEN
                RAISE EXCEPTION 'holds: a version has moved' USING ERRCODE = 'AV001';
            END IF;
        END IF;

        IF document ? 'avatars' THEN
            INSERT INTO avatar.avatars
            SELECT r.* FROM jsonb_populate_recordset(NULL::avatar.avatars, document -> 'avatars') r;
        END IF;
        IF document ? 'changed_avatars' THEN
            UPDATE avatar.avatars kept SET (
                customer, name, gender, trigger, created_at, trained, version
            ) = (
                r.customer, r.name, r.gender, r.trigger, r.created_at, r.trained, kept.version + 1
            )
            FROM jsonb_populate_recordset(NULL::avatar.avatars, document -> 'changed_avatars') r
            WHERE kept.id = r.id AND kept.version = r.version;
            GET DIAGNOSTICS written = ROW_COUNT;
            IF written <> jsonb_array_length(document -> 'changed_avatars') THEN
                RAISE EXCEPTION 'avatars: a version has moved' USING ERRCODE = 'AV001';
            END IF;
        END IF;

        IF document ? 'trainings' THEN
            INSERT INTO avatar.trainings
            SELECT r.* FROM jsonb_populate_recordset(NULL::avatar.trainings, document -> 'trainings') r;
        END IF;
        IF document ? 'changed_trainings' THEN
            UPDATE avatar.trainings kept SET (bot, avatar, run, photos, plan, percent, progressed_at, message, version) = (
                r.bot, r.avatar, r.run, r.photos, r.plan, r.percent, r.progressed_at, r.message, kept.version + 1
            )
            FROM jsonb_populate_recordset(NULL::avatar.trainings, document -> 'changed_trainings') r
            WHERE kept.id = r.id AND kept.version = r.version;
            GET DIAGNOSTICS written = ROW_COUNT;
            IF written <> jsonb_array_length(document -> 'changed_trainings') THEN
                RAISE EXCEPTION 'trainings: a version has moved' USING ERRCODE = 'AV001';
            END IF;
        END IF;

        IF document ? 'portrait_orders' THEN
            INSERT INTO avatar.portrait_orders (
                id, customer, network, bot, wish, quote, created_at, run, images, sources, version, avatar
            )
            SELECT r.id, r.customer, r.network, r.bot, r.wish, r.quote, r.created_at, r.run, r.images, r.sources,
                r.version, r.wish ->> 'avatar'
            FROM jsonb_populate_recordset(NULL::avatar.portrait_orders, document -> 'portrait_orders') r;
        END IF;
        IF document ? 'changed_portrait_orders' THEN
            UPDATE avatar.portrait_orders kept SET (bot, run, images, sources, version)
                = (r.bot, r.run, r.images, r.sources, kept.version + 1)
            FROM jsonb_populate_recordset(NULL::avatar.portrait_orders, document -> 'changed_portrait_orders') r
            WHERE kept.id = r.id AND kept.version = r.version;
            GET DIAGNOSTICS written = ROW_COUNT;
            IF written <> jsonb_array_length(document -> 'changed_portrait_orders') THEN
                RAISE EXCEPTION 'portrait_orders: a version has moved' USING ERRCODE = 'AV001';
            END IF;
        END IF;
    END IF;

    -- A day that is sealed takes nothing in any more: what was decided before and comes late is decided anew.  Those who write
    -- into a day have its lock together, and whoever seals it has it alone (avatar.seal).
    IF document ? 'transfers' THEN
        days := ARRAY(
            SELECT DISTINCT (r ->> 8)::timestamptz::date FROM jsonb_array_elements(document -> 'transfers') r);
        PERFORM pg_advisory_xact_lock_shared(hashtext('avatar.seals'), day - DATE 'epoch') FROM unnest(days) day;
        IF EXISTS (SELECT FROM avatar.seals s WHERE s.day >= (SELECT min(day) FROM unnest(days) day)) THEN
            RAISE EXCEPTION 'transfers: their day is sealed' USING ERRCODE = 'AV001';
        END IF;

        -- After a transfer's own columns come the entries of its source and its target: amount, balance, version and digest.
        WITH posted AS (
            INSERT INTO avatar.transfers (key, kind, source, target, unit, amount, cause, at, reverses)
            SELECT r ->> 0, r ->> 1, r ->> 2, r ->> 3, r ->> 4, (r ->> 5)::bigint, ROW (r ->> 6, r ->> 7)::avatar.cause,
                (r ->> 8)::timestamptz, r ->> 9
            FROM jsonb_array_elements(document -> 'transfers') r
        )
        INSERT INTO avatar.entries (account, transfer, amount, balance, version, digest)
        SELECT side.account, r ->> 0, (side.entry ->> 0)::bigint, (side.entry ->> 1)::bigint, (side.entry ->> 2)::bigint,
            side.entry ->> 3
        FROM jsonb_array_elements(document -> 'transfers') r,
            LATERAL (VALUES (r ->> 2, r -> 10), (r ->> 3, r -> 11)) side (account, entry);
    END IF;

    -- The tasks of each event, by its id: the lane of each reaction.
    IF document ? 'events' THEN
        WITH happened AS (
            INSERT INTO avatar.events (id, name, facts, at)
            SELECT r ->> 0, r ->> 1, r -> 2, (r ->> 3)::timestamptz FROM jsonb_array_elements(document -> 'events') r
            RETURNING number, id, at
        )
        INSERT INTO avatar.tasks (event, reaction, lane, due_at)
        SELECT happened.number, task.reaction, task.lane, happened.at
        FROM happened, jsonb_each_text(document -> 'tasks' -> happened.id) task (reaction, lane);
    END IF;
END $$;

-- Several documents of several callers in one commit: each holds or falls for itself, and each gets its own verdict,
-- in their order; nulls mean that it is written.  All locks are taken before the first document is written.  What somebody
-- else keeps locked is waited for once: the other documents that need it are refused at once, with lock_not_available.
CREATE FUNCTION avatar.write_each(documents jsonb)
RETURNS TABLE (state text, broken_constraint text, message text, detail text)
LANGUAGE plpgsql SET lock_timeout = '5s' AS $$
DECLARE
    turn text;
    document jsonb;
    kept_by_others text[] := '{}';
BEGIN
    FOR turn IN
        SELECT DISTINCT name COLLATE "C" FROM jsonb_array_elements(documents) given,
            jsonb_array_elements_text(given -> 'locks') name ORDER BY 1
    LOOP
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended(turn, 0));
        EXCEPTION WHEN lock_not_available THEN
            kept_by_others := kept_by_others || turn;
        END;
    END LOOP;
    FOR document IN SELECT jsonb_array_elements(documents) LOOP
        state := NULL; broken_constraint := NULL; message := NULL; detail := NULL;
        BEGIN
            IF document -> 'locks' ?| kept_by_others THEN
                RAISE EXCEPTION 'a lock timeout' USING ERRCODE = 'lock_not_available';
            END IF;
            PERFORM avatar.write(document);
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, broken_constraint = CONSTRAINT_NAME,
                message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
            IF state = '55P03' THEN
                kept_by_others := kept_by_others || ARRAY(SELECT jsonb_array_elements_text(document -> 'locks'));
            END IF;
        END;
        RETURN NEXT;
    END LOOP;
END $$;
