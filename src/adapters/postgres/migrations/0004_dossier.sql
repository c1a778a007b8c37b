-- Everything about some customers, as of one moment, each for a caller of its own and in the order they were asked for.
--
-- A subject is an array: kind (customer, person, payment, evidence, training, order), id, network, person, and the keys
-- of transfers that matter.  `missing` is what was not found, customer, payment, evidence, training or order; else
-- `facts` is a JSON object.  One query for all of them, because preparing it costs more than looking into an index.
-- The settings keep plans on the indexes while the tables are still small, and times in UTC.
CREATE FUNCTION avatar.dossiers(subjects jsonb) RETURNS TABLE (missing text, facts text)
LANGUAGE plpgsql STABLE
SET timezone = 'UTC' SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    RETURN QUERY SELECT
        CASE
            WHEN c.id IS NOT NULL THEN NULL
            WHEN s.kind = 'person' THEN 'customer'
            WHEN s.kind = 'evidence' AND e.id IS NOT NULL THEN 'payment'
            ELSE s.kind
        END,
        CASE WHEN c.id IS NOT NULL THEN json_build_object(
            'customer', row_to_json(c),
            'accounts', coalesce((SELECT json_agg(a) FROM avatar.accounts a WHERE a.customer = c.id), '[]'),
            'holds', coalesce((
                SELECT json_agg(h) FROM (
                    SELECT h.* FROM avatar.holds h
                    WHERE h.customer = c.id
                        AND (h.captured).hundredths + (h.released).hundredths < (h.amount).hundredths
                    UNION ALL
                    SELECT h.* FROM avatar.holds h
                    WHERE h."order" = s.id AND s.kind IN ('training', 'order')
                        AND (h.captured).hundredths + (h.released).hundredths = (h.amount).hundredths
                ) h), '[]'),
            'subscription', (SELECT row_to_json(b) FROM avatar.subscriptions b WHERE b.customer = c.id),
            'avatars', coalesce((
                SELECT json_agg(a ORDER BY a.created_at, a.id) FROM avatar.avatars a WHERE a.customer = c.id), '[]'),
            'trainings', coalesce((
                SELECT json_agg(t) FROM (
                    SELECT t.* FROM avatar.trainings t WHERE t.customer = c.id AND (t.run).status = 'DRAFT'
                    UNION ALL
                    SELECT t.* FROM avatar.trainings t
                    WHERE t.customer = c.id AND (t.run).status IN ('PENDING', 'SUBMITTING', 'PROCESSING')
                    UNION ALL
                    SELECT t.* FROM avatar.trainings t
                    WHERE t.id = s.id AND s.kind = 'training'
                        AND (t.run).status IN ('SUCCEEDED', 'FAILED', 'CANCELED')
                ) t), '[]'),
            'payment', CASE WHEN p.id IS NOT NULL THEN row_to_json(p) END,
            'order', (SELECT row_to_json(o) FROM avatar.portrait_orders o WHERE o.id = s.id AND s.kind = 'order'),
            'evidence', CASE WHEN e.id IS NOT NULL THEN row_to_json(e) END,
            'transfers', coalesce((
                SELECT json_agg(t.key) FROM avatar.transfers t
                WHERE t.key = ANY (ARRAY(SELECT jsonb_array_elements_text(s.keys)))), '[]')
        )::text END
    FROM (
        SELECT given.place, given.subject ->> 0 AS kind, given.subject ->> 1 AS id, given.subject ->> 2 AS network,
            (given.subject ->> 3)::bigint AS person, given.subject -> 4 AS keys
        FROM jsonb_array_elements(subjects) WITH ORDINALITY given (subject, place)
    ) s
    LEFT JOIN avatar.evidence e ON e.id = CASE s.kind WHEN 'evidence' THEN s.id END
    LEFT JOIN avatar.payments p ON p.id = CASE
        WHEN s.kind = 'payment' THEN s.id
        WHEN e.payment_id IS NOT NULL THEN e.payment_id
        WHEN e.payment_number BETWEEN 1 AND 2147483647
        THEN (SELECT n.id FROM avatar.payments n WHERE n.number = e.payment_number::integer)
    END
    LEFT JOIN avatar.customers c ON c.id = CASE s.kind
        WHEN 'customer' THEN s.id
        WHEN 'person' THEN (
            SELECT n.id FROM avatar.customers n WHERE n.network = s.network AND n.telegram_id = s.person)
        WHEN 'training' THEN (SELECT t.customer FROM avatar.trainings t WHERE t.id = s.id)
        WHEN 'order' THEN (SELECT o.customer FROM avatar.portrait_orders o WHERE o.id = s.id)
        ELSE p.customer
    END
    ORDER BY s.place;
END $$;

-- One notice, for judging it when it names no payment of ours.
CREATE FUNCTION avatar.notice(asked text) RETURNS text
LANGUAGE sql STABLE SET timezone = 'UTC' AS $$
    SELECT row_to_json(e)::text FROM avatar.evidence e WHERE e.id = asked
$$;
