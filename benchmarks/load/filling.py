"""Fills the books inside the server: customers, and stars given to them in rounds, with hashes that chain."""

import time
from dataclasses import dataclass
from datetime import timedelta

from adapters.postgres.books import PostgresBooks
from adapters.postgres.pool import Database
from benchmarks.filling import CLOCK, PaymentModels

ENTRIES_OF_A_GIFT = 2
A_DAY, SPREAD = timedelta(days=1), timedelta(days=100)
_UNCHECKED = "SET session_replication_role = replica"
"""What is written satisfies every constraint, and the laws are checked at the end: asking triggers about each of ten
million rows would take hours."""
_CHECKED = "RESET session_replication_role"
_ACCOUNTS = """
    INSERT INTO avatar.accounts (name, customer, pocket, balance, version, digest)
    SELECT format('%%s/customer/%%s/available', network, id), id, 'available', 0, 0, '' FROM avatar.customers
    ON CONFLICT DO NOTHING
"""
_TRANSFERS = """
    INSERT INTO avatar.transfers (key, kind, source, target, unit, amount, cause, at)
    SELECT format('grant:load-%%s-%%s', gift, a.customer), 'BONUS', split_part(a.name, '/', 1) || '/bonus/grant',
        a.name, 'STAR', 100, ROW('grant', format('load-%%s-%%s', gift, a.customer))::avatar.cause,
        %s::timestamptz + (gift - 1 + (hashtext(a.customer) & 1023) / 1024.0) * (%s::interval / %s::integer) AS at
    FROM avatar.accounts a, (VALUES (%s::integer)) given (gift)
    WHERE a.pocket = 'available' AND a.version = gift - 1 ORDER BY at
"""
"""Spread over days that are over, and written in the order of time, as a business would have."""
# The hash is the core's: avatar_core.ledger.chained.
_BOOKED = """
    WITH booked AS (
        UPDATE avatar.accounts a SET balance = a.balance + 100, version = a.version + 1,
            digest = encode(sha256(convert_to(concat_ws('|', a.digest, a.name, a.version + 1, t.key, 'BONUS', 100,
                a.balance + 100, to_char(t.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00'), 'UTF8')),
                'hex')
        FROM avatar.transfers t
        WHERE a.pocket = 'available' AND a.version = %s::integer - 1
            AND t.key = format('grant:load-%%s-%%s', %s::integer, a.customer)
        RETURNING a.name, t.key, t.source, a.balance, a.version, a.digest
    )
    INSERT INTO avatar.entries (account, transfer, amount, balance, version, digest)
    SELECT side.account, side.transfer, side.amount, side.balance, side.version, side.digest FROM booked b,
        LATERAL (VALUES (b.source, b.key, -100::bigint, NULL::bigint, NULL::bigint, NULL::text),
            (b.name, b.key, 100, b.balance, b.version, b.digest))
            side (account, transfer, amount, balance, version, digest)
"""


_WRITTEN = """
    SELECT (SELECT count(*) FROM avatar.entries), (SELECT sum(balance)::bigint FROM avatar.accounts)
"""


@dataclass(frozen=True, slots=True)
class Filled:
    """What lies in the database before anything begins."""

    customers: int
    entries: int
    stars: int
    """In hand, in hundredths."""
    written_in_s: float
    days_sealed: int
    sealed_in_s: float


async def fill(database: Database, customers: int, entries: int, bots: int) -> Filled:
    """Make customers of so many bots, and give each the same number of stars until there are so many entries.

    ``database`` has one connection.
    """
    began = time.perf_counter()
    models = await PaymentModels.written(database)
    await models.fill_customers(database, range(1, customers + 1), bots)
    await database.long_rows(_UNCHECKED)
    await database.long_rows(_ACCOUNTS)
    gifts = max(1, entries // (ENTRIES_OF_A_GIFT * customers))
    begins = CLOCK.now() - SPREAD - A_DAY
    for gift in range(1, gifts + 1):
        await database.long_rows(_TRANSFERS, begins, SPREAD, gifts, gift)
        await database.long_rows(_BOOKED, gift, gift)
    await database.long_rows(_CHECKED)
    await database.long_rows("VACUUM ANALYZE")
    ((written, stars),) = await database.long_rows(_WRITTEN)
    written_in_s = time.perf_counter() - began
    sealed = await PostgresBooks(database, CLOCK).seal((CLOCK.now() - A_DAY).date())
    return Filled(customers, written, stars, written_in_s, len(sealed), time.perf_counter() - began - written_in_s)
