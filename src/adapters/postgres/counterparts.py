"""What has to have its counterpart, as SQL: invariants I5 to I8 of proofs page 5.2 read backwards.

What was put into one table by hand is missed in another.  The queries follow ``laws.MOMENT``, as the laws do.
"""

COUNTERPARTS: dict[str, str] = {
    "I5: a credit has its payment": """
        SELECT t.key, format('no such payment %%s', (t.cause).id) FROM avatar.transfers t
        LEFT JOIN avatar.payments p ON p.id = (t.cause).id AND p.status = 'COMPLETED'
            AND t.key = format('payment:%%s:%%s:credit', p.gateway, p.charge)
            AND t.source = format('%%s/sales/%%s', p.network, p.gateway)
            AND t.target = format('%%s/customer/%%s/available', p.network, p.customer)
            AND t.unit = 'STAR' AND t.amount = (p.stars).hundredths
        WHERE t.kind = 'CREDIT' AND p.id IS NULL
    """,
    "I5: money has its payment": """
        SELECT t.key, format('no such payment %%s', (t.cause).id) FROM avatar.transfers t
        LEFT JOIN avatar.payments p ON p.id = (t.cause).id AND p.status = 'COMPLETED'
            AND t.key = format('payment:%%s:%%s:money', p.gateway, p.charge)
            AND t.source = format('%%s/income/%%s/%%s', p.network,
                coalesce(p.purpose ->> 'plan', p.purpose ->> 'pack'), (p.price).currency)
            AND t.target = format('%%s/cash/%%s/%%s', p.network, p.gateway, (p.price).currency)
            AND t.unit = (p.price).currency AND t.amount = (p.price).minor
        WHERE t.kind = 'MONEY_IN' AND p.id IS NULL
    """,
    "I5: a payment has its money": """
        SELECT p.id, format('charge %%s', p.charge) FROM avatar.payments p
        LEFT JOIN avatar.transfers t ON t.key = format('payment:%%s:%%s:money', p.gateway, p.charge)
        WHERE p.status = 'COMPLETED' AND t.key IS NULL
    """,
    "I5: a payment has its evidence": """
        SELECT p.id, format('charge %%s', p.charge) FROM avatar.payments p
        WHERE p.status = 'COMPLETED' AND NOT EXISTS (
            SELECT FROM avatar.evidence e WHERE e.gateway = p.gateway AND e.charge = p.charge
                AND e.price = p.price AND e.status = 'SETTLED')
    """,
    "I5: settled evidence has its payment": """
        SELECT e.id, format('charge %%s', e.charge) FROM avatar.evidence e
        WHERE e.status = 'SETTLED' AND NOT EXISTS (
            SELECT FROM avatar.payments p WHERE p.gateway = e.gateway AND p.charge = e.charge
                AND p.price = e.price AND p.status = 'COMPLETED'
                AND coalesce(e.payment_id, p.id) = p.id AND coalesce(e.payment_number, p.number) = p.number)
    """,
    "I6: a hold has its order": """
        SELECT h."order", format('held for %%s', h.customer) FROM avatar.holds h
        LEFT JOIN ordered o ON o.id = h."order" AND o.customer = h.customer WHERE o.id IS NULL
    """,
    "I6: no order outlives its time": """
        SELECT id, (requested_at + life)::text FROM ordered, moment
        WHERE held_until > requested_at + life OR (NOT ended AND moment.at >= requested_at + life)
    """,
    "I7: a state has its event": """
        SELECT s.id, s.name FROM states s LEFT JOIN told e USING (id, name) WHERE e.id IS NULL
    """,
    "I7: an end is told once and is true": """
        SELECT e.id, e.name FROM told e LEFT JOIN states s USING (id, name)
        WHERE e.name IN ('payment.completed', 'training.succeeded', 'training.failed', 'training.canceled',
            'portraits.delivered', 'portraits.failed')
        GROUP BY e.id, e.name HAVING count(*) <> count(s.id) OR count(*) > 1
    """,
    "7: a snapshot is the sum of its days": """
        SELECT coalesce(s.account, m.account), format('%%s, transfers say %%s', s.total, m.amount)
        FROM (SELECT max(day) AS day FROM avatar.seals) last
        JOIN avatar.snapshots s ON s.day = last.day
        FULL JOIN (
            SELECT moved.* FROM (SELECT max(day) AS day FROM avatar.seals) last,
                avatar.moved('-infinity', (last.day + 1)::timestamp AT TIME ZONE 'UTC') moved
        ) m ON m.account = s.account
        WHERE s.total IS DISTINCT FROM m.amount
    """,
    "I8: each period is paid once": """
        SELECT coalesce(c.customer, p.customer), coalesce(c.cause, p.id)
        FROM causes c FULL JOIN plans p ON p.id = c.cause AND p.customer = c.customer
        WHERE c.cause IS NULL OR p.id IS NULL
    """,
    "I8: terms are as long as what was paid": """
        SELECT s.customer, format('%%s, paid %%s', t.length, p.length) FROM avatar.subscriptions s, LATERAL (
            SELECT coalesce(sum((term ->> 'ends')::timestamptz - (term ->> 'starts')::timestamptz), '0') AS length
            FROM jsonb_array_elements(s.terms) term
        ) t, LATERAL (
            SELECT coalesce(sum((paid.purpose ->> 'days')::integer), 0) * interval '1 day' AS length
            FROM jsonb_array_elements_text(s.causes) cause
            JOIN plans paid ON paid.id = cause AND paid.customer = s.customer
        ) p
        WHERE t.length <> p.length AND s.endless IS NULL AND NOT EXISTS (
            SELECT FROM jsonb_array_elements_text(s.causes) cause WHERE starts_with(cause, 'grant:'))
    """,
}
