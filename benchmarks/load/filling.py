"""Fills the books inside the server: customers, and stars given to them in rounds, with hashes that chain."""

from dataclasses import dataclass

from adapters.postgres.pool import Database
from benchmarks.filling import PaymentModels

ENTRIES_OF_A_GIFT = 2
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
    SELECT format('grant:load-%%s-%%s', %s::integer, a.customer), 'BONUS',
        split_part(a.name, '/', 1) || '/bonus/grant', a.name, 'STAR', 100,
        ROW('grant', format('load-%%s-%%s', %s::integer, a.customer))::avatar.cause,
        timestamptz '2026-01-01 00:00:00.000001Z' + %s::integer * interval '1 day'
    FROM avatar.accounts a WHERE a.pocket = 'available' AND a.version = %s::integer - 1
"""
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


@dataclass(frozen=True, slots=True)
class Filled:
    """What lies in the database before anything begins."""

    customers: int
    entries: int


async def fill(database: Database, customers: int, entries: int, bots: int) -> Filled:
    """Make customers of so many bots, and give each the same number of stars until there are so many entries.

    ``database`` has one connection.
    """
    models = await PaymentModels.written(database)
    await models.fill_customers(database, range(1, customers + 1), bots)
    await database.rows(_UNCHECKED)
    await database.rows(_ACCOUNTS)
    gifts = max(1, entries // (ENTRIES_OF_A_GIFT * customers))
    for gift in range(1, gifts + 1):
        await database.rows(_TRANSFERS, gift, gift, gift, gift)
        await database.rows(_BOOKED, gift, gift)
    await database.rows(_CHECKED)
    await database.rows("VACUUM ANALYZE")
    (written,) = await database.one("SELECT count(*) FROM avatar.entries")
    return Filled(customers, written)
