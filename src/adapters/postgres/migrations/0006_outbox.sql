-- The outbox.  While its tables are empty all plans look equally cheap, and a plan made then stays for a while.  So the
-- functions may not sort, and each statement asks for the order of the one index that it must use.

CREATE FUNCTION avatar.event_number(event_id text) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT e.number FROM avatar.events e WHERE e.id = event_id
$$;

-- Takes due tasks for a worker: so many of each kind of reaction, those due first before others; of each lane only the
-- oldest undone one, and none that another worker has.
--
-- Several workers may call this at once: a row that one of them is taking is skipped by the others, and a row that was
-- taken meanwhile no longer fits the conditions, which are checked again once it is locked.
CREATE FUNCTION avatar.claim(
    claimer text, now_at timestamptz, claimed_until timestamptz, kinds text[], mosts integer[]
)
RETURNS TABLE (
    id text, name text, facts text, at timestamptz,
    reaction text, lane text, due_at timestamptz, attempts integer, error text
)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH free AS MATERIALIZED (
        SELECT first.event, first.reaction FROM unnest(kinds, mosts) kind (reaction, most), LATERAL (
            SELECT t.event, t.reaction FROM avatar.tasks t
            WHERE t.reaction = kind.reaction AND t.status = 'DUE' AND t.due_at <= now_at
                AND (t.leased_until IS NULL OR t.leased_until <= now_at)
                AND t.event = (
                    SELECT oldest.event FROM avatar.tasks oldest
                    WHERE oldest.lane = t.lane AND oldest.status = 'DUE' ORDER BY oldest.lane, oldest.event LIMIT 1)
            ORDER BY t.reaction, t.due_at, t.event
            LIMIT kind.most
            FOR UPDATE OF t SKIP LOCKED
        ) first
    )
    UPDATE avatar.tasks t SET worker = claimer, leased_until = claimed_until, attempts = t.attempts + 1
    FROM free JOIN avatar.events e ON e.number = free.event
    WHERE t.event = free.event AND t.reaction = free.reaction
    RETURNING e.id, e.name, e.facts::text, e.at, t.reaction, t.lane, t.due_at, t.attempts, t.error;
END $$;

-- Gives a task back.  What waits behind it in its lane cannot go before it, so it is put off as well: else every claim
-- would have to look at all of it again.
CREATE FUNCTION avatar.give_back(claimer text, event_id text, task_reaction text, next_at timestamptz, why text)
RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
DECLARE
    given avatar.tasks;
    follower record;
BEGIN
    UPDATE avatar.tasks SET due_at = next_at, error = why, worker = NULL, leased_until = NULL
    WHERE event = avatar.event_number(event_id) AND reaction = task_reaction AND worker = claimer AND status = 'DUE'
    RETURNING * INTO given;
    FOR follower IN
        SELECT t.event, t.reaction FROM avatar.tasks t
        WHERE t.lane = given.lane AND t.status = 'DUE' AND t.event > given.event AND t.due_at < next_at
        ORDER BY t.lane, t.event
    LOOP
        UPDATE avatar.tasks t SET due_at = next_at WHERE t.event = follower.event AND t.reaction = follower.reaction;
    END LOOP;
END $$;
