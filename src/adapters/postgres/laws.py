"""The laws of the books as SQL: laws 1 to 7 of domain page 3.1 and invariants I1 to I8 of proofs page 5.2.

Each query is one snapshot and returns (subject, detail) of what is broken, as of the ``moment`` that goes before it.
"""

from adapters.postgres.counterparts import COUNTERPARTS

MOMENT = """
    WITH moment AS (SELECT %s::timestamptz AS at, %s::interval AS life), work AS (
        SELECT id, 'training' AS kind, customer, run, CASE (run).status WHEN 'SUCCEEDED'
            THEN (plan #>> '{quote,amount,hundredths}')::bigint ELSE 0 END AS earned
        FROM avatar.trainings
        UNION ALL
        SELECT id, 'portraits', customer, run,
            (quote #>> '{amount,hundredths}')::bigint / (wish ->> 'count')::integer * (
            SELECT count(*) FROM jsonb_array_elements(images) image WHERE image ->> 'status' = 'DELIVERED')
        FROM avatar.portrait_orders
    ), ordered AS (
        SELECT work.id, work.kind, work.customer, (work.run).status, (work.run).requested_at, work.earned,
            (work.run).status IN ('SUCCEEDED', 'FAILED', 'CANCELED') AS ended, h.deadline AS held_until,
            (h.amount).hundredths AS held, (h.captured).hundredths AS captured, (h.released).hundredths AS released
        FROM work LEFT JOIN avatar.holds h ON h."order" = work.id
        WHERE (work.run).requested_at IS NOT NULL
    ), states AS (
        SELECT id, 'payment.completed' AS name FROM avatar.payments WHERE status = 'COMPLETED'
        UNION ALL SELECT id, 'payment.expired' FROM avatar.payments WHERE status = 'EXPIRED'
        UNION ALL SELECT id, 'payment.quarantined' FROM avatar.evidence WHERE status = 'QUARANTINED'
        UNION ALL SELECT id, 'training.discarded' FROM avatar.trainings
            WHERE (run).requested_at IS NULL AND (run).status = 'CANCELED'
        UNION ALL SELECT id, kind || '.requested' FROM ordered
        UNION ALL SELECT id, CASE kind || status
            WHEN 'trainingSUCCEEDED' THEN 'training.succeeded' WHEN 'trainingFAILED' THEN 'training.failed'
            WHEN 'trainingCANCELED' THEN 'training.canceled' WHEN 'portraitsSUCCEEDED' THEN 'portraits.delivered'
            WHEN 'portraitsFAILED' THEN 'portraits.failed' END
            FROM ordered WHERE ended
    ), told AS (
        SELECT coalesce(facts ->> 'payment', facts ->> 'evidence', facts ->> 'training', facts ->> 'order') AS id, name
        FROM avatar.events
    ), plans AS (
        SELECT id, customer, purpose FROM avatar.payments
        WHERE status = 'COMPLETED' AND purpose ->> 'plan' IS NOT NULL
    ), causes AS (
        SELECT s.customer, cause FROM avatar.subscriptions s, jsonb_array_elements_text(s.causes) cause
        WHERE NOT starts_with(cause, 'grant:')
    )
"""
"""Goes before each law: the moment of the check and how long an order can live; whatever was ordered, with its hold and
what it earned; the events that must have been, and those that were; the plans that were paid, and what was given."""

LAWS: dict[str, str] = {
    "I1: entries sum to zero": """
        SELECT coalesce(t.key, written.transfer), 'entries differ from the transfer' FROM avatar.transfers t
        FULL JOIN (
            SELECT e.transfer, count(*) AS sides, sum(e.amount) AS total,
                bool_and(e.amount = CASE e.account WHEN t.source THEN -t.amount ELSE t.amount END
                    AND e.account IN (t.source, t.target)) AS true_to_it
            FROM avatar.entries e LEFT JOIN avatar.transfers t ON t.key = e.transfer GROUP BY e.transfer
        ) written ON written.transfer = t.key
        WHERE t.key IS NULL OR written.sides IS DISTINCT FROM 2 OR written.total <> 0 OR NOT written.true_to_it
    """,
    "I2: balance is the last entry's": """
        SELECT coalesce(a.name, e.account), format('%%s, entries say %%s', a.balance, e.total)
        FROM avatar.accounts a FULL JOIN (
            SELECT account, sum(amount) AS total FROM avatar.entries WHERE version IS NOT NULL GROUP BY account
        ) e ON e.account = a.name
        LEFT JOIN avatar.entries last ON last.account = a.name AND last.version = a.version
        WHERE a.balance IS DISTINCT FROM e.total OR a.balance IS DISTINCT FROM last.balance
            OR a.digest IS DISTINCT FROM last.digest
    """,
    "I3: no balance below zero": """
        SELECT name, balance::text FROM avatar.accounts
        WHERE CASE pocket WHEN 'debt' THEN balance > 0 ELSE balance < 0 END
    """,
    "I4: versions have no gap": """
        SELECT a.name, format('%%s entries up to %%s, version %%s', e.entries, e.latest, a.version)
        FROM avatar.accounts a JOIN (
            SELECT account, count(*) AS entries, max(version) AS latest FROM avatar.entries
            WHERE version IS NOT NULL GROUP BY account
        ) e ON e.account = a.name
        WHERE e.entries <> a.version OR e.latest <> a.version
    """,
    "4: a hold and its transfers agree": """
        SELECT coalesce(h."order", t."order"), 'the hold says otherwise than its transfers'
        FROM avatar.holds h FULL JOIN (
            SELECT (cause).id AS "order",
                coalesce(sum(amount) FILTER (WHERE kind = 'HOLD'), 0) AS held,
                coalesce(sum(amount) FILTER (WHERE kind = 'CAPTURE'), 0) AS captured,
                coalesce(sum(amount) FILTER (WHERE kind = 'RELEASE'), 0) AS released,
                coalesce(sum(amount) FILTER (WHERE kind = 'REFUND'), 0) AS refunded
            FROM avatar.transfers WHERE kind IN ('HOLD', 'CAPTURE', 'RELEASE', 'REFUND') GROUP BY 1
        ) t ON t."order" = h."order"
        WHERE ((h.amount).hundredths, (h.captured).hundredths, (h.released).hundredths, (h.refunded).hundredths)
            IS DISTINCT FROM (t.held, t.captured, t.released, t.refunded)
    """,
    "4: captures and release sum to the hold": """
        SELECT "order", 'more was given than was held' FROM avatar.holds
        WHERE (captured).hundredths + (released).hundredths > (amount).hundredths
    """,
    "4: no hold is open past its deadline": """
        SELECT "order", deadline::text FROM avatar.holds
        WHERE (captured).hundredths + (released).hundredths < (amount).hundredths
            AND deadline <= (SELECT at FROM moment)
    """,
    "5: a refund points to its capture": """
        SELECT refund.key, format('reverses %%s', refund.reverses)
        FROM avatar.transfers refund LEFT JOIN avatar.transfers capture ON capture.key = refund.reverses
        WHERE refund.kind = 'REFUND' AND capture.kind IS DISTINCT FROM 'CAPTURE'
    """,
    "5: refunds never exceed the capture": """
        SELECT capture.key, format('%%s of %%s given back', sum(refund.amount), capture.amount)
        FROM avatar.transfers refund JOIN avatar.transfers capture ON capture.key = refund.reverses
        WHERE refund.kind = 'REFUND' GROUP BY capture.key HAVING sum(refund.amount) > capture.amount
        UNION ALL
        SELECT "order", 'more was given back than was captured' FROM avatar.holds
        WHERE (refunded).hundredths > (captured).hundredths
    """,
    "7: stars in hand": """
        SELECT 'all customers', format('%%s in hand, %%s given out', in_hand, -business) FROM
            (SELECT coalesce(sum(balance), 0) AS in_hand FROM avatar.accounts) a,
            (SELECT coalesce(sum(e.amount), 0) AS business FROM avatar.entries e
                JOIN avatar.transfers t ON t.key = e.transfer WHERE e.version IS NULL AND t.unit = 'STAR') b
        WHERE in_hand + business <> 0
    """,
    "I5: each charge is credited once": """
        SELECT p.id, format('charge %%s', p.charge) FROM avatar.payments p
        LEFT JOIN avatar.transfers t ON t.key = format('payment:%%s:%%s:credit', p.gateway, p.charge)
        WHERE p.status = 'COMPLETED' AND (p.stars).hundredths > 0 AND (
            t.key IS NULL OR t.amount <> (p.stars).hundredths
            OR t.target <> format('%%s/customer/%%s/available', p.network, p.customer))
    """,
    "I6: an order has a hold": """
        SELECT id, status FROM ordered WHERE held IS NULL
    """,
    "I6: an ended order holds nothing": """
        SELECT id, format('%%s still held', held - captured - released) FROM ordered
        WHERE ended AND captured + released < held
    """,
    "I6: what was delivered is charged": """
        SELECT id, format('%%s captured, %%s earned', captured, earned) FROM ordered
        WHERE ended AND captured <> earned
    """,
    "I7: a task has its event": """
        SELECT format('%%s:%%s', t.event, t.reaction), 'no such event'
        FROM avatar.tasks t LEFT JOIN avatar.events e ON e.number = t.event WHERE e.number IS NULL
    """,
    "I7: tasks are carried out": """
        SELECT format('%%s:%%s', e.id, t.reaction), format('since %%s', e.at)
        FROM avatar.tasks t JOIN avatar.events e ON e.number = t.event
        WHERE t.status = 'DUE' AND greatest(e.at, t.due_at) + interval '48 hours' <= (SELECT at FROM moment)
    """,
    "I8: terms do not overlap": """
        SELECT DISTINCT s.customer, format('from %%s', t.starts) FROM avatar.subscriptions s, LATERAL (
            SELECT place, (term ->> 'starts')::timestamptz AS starts,
                lag((term ->> 'ends')::timestamptz) OVER (ORDER BY place) AS ended
            FROM jsonb_array_elements(s.terms) WITH ORDINALITY terms (term, place)
        ) t
        WHERE t.place > 1 AND (t.ended IS NULL OR t.ended > t.starts)
    """,
    "I8: each period has a cause of its own": """
        SELECT customer, causes::text FROM avatar.subscriptions
        WHERE jsonb_array_length(causes) <> (SELECT count(DISTINCT cause) FROM jsonb_array_elements(causes) cause)
    """,
} | COUNTERPARTS

REACTIONS = """
    SELECT reactions, count(*), min(id), name, min(facts::text), min(at) FROM (
        SELECT e.id, e.name, e.facts, e.at, ARRAY(
            SELECT t.reaction FROM avatar.tasks t WHERE t.event = e.number ORDER BY t.reaction) AS reactions
        FROM avatar.events e
    ) happened GROUP BY name, reactions
"""
"""The sets of tasks that follow each kind of event, with an example each: there should be one set per kind (I7)."""

CHAIN = """
    SELECT e.account, e.transfer, e.amount, e.balance, e.version, e.digest,
        t.kind, t.source, t.target, t.unit, t.amount, (t.cause).type, (t.cause).id, t.at, t.reverses
    FROM avatar.entries e JOIN avatar.transfers t ON t.key = e.transfer
    WHERE e.version IS NOT NULL AND (e.account, e.version) > (%s, %s)
    ORDER BY e.account, e.version LIMIT %s
"""
"""The next entries of customers' accounts after one of them, with their transfers."""
