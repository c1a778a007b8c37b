"""Somebody with the database's password changes the books: each broken law is noticed under its own name."""

from datetime import timedelta

import pytest

from adapters.memory import FrozenClock
from adapters.postgres import books
from adapters.postgres.pool import Database
from avatar_core.money import Stars
from avatar_core.runs import HOLD_LIMIT
from avatar_core.testing.examples import DAY, NOW, a_customer, an_avatar, an_order
from avatar_core.testing.store import Store
from avatar_core.testing.whole import keep_honest_books, requested
from tests.contracts.postgres_store import postgres_store

GUARDED = ("transfers", "entries", "accounts", "holds", "evidence", "payments", "subscriptions", "trainings", "events")
TAMPERING = (
    *(f"ALTER TABLE avatar.{table} DISABLE TRIGGER USER" for table in GUARDED),
    "ALTER TABLE avatar.accounts DROP CONSTRAINT accounts_balance_allowed",
    "ALTER TABLE avatar.holds DROP CONSTRAINT holds_not_exceeded",
    "ALTER TABLE avatar.holds DROP CONSTRAINT holds_refund_not_exceeded",
    "ALTER TABLE avatar.transfers DROP CONSTRAINT transfers_reverses_fkey",
)

CRIMES = {
    "a side of another amount": (
        "UPDATE avatar.entries SET amount = amount + 1 WHERE version IS NULL AND transfer LIKE '%%:credit'",
        {"I1: entries sum to zero", "7: stars in hand"},
    ),
    "a side taken out": (
        "DELETE FROM avatar.entries WHERE version IS NULL AND transfer LIKE '%%:credit'",
        {"I1: entries sum to zero", "7: stars in hand"},
    ),
    "both sides of another amount": (
        "UPDATE avatar.entries SET amount = amount * 2 WHERE transfer LIKE '%%:refund:1'",
        {
            "I1: entries sum to zero",
            "I2: balance is the sum",
            "I2: balance is the last entry's",
            "7: stars in hand",
            "the hash chain is whole",
        },
    ),
    "a transfer taken out": (
        "DELETE FROM avatar.transfers WHERE key LIKE '%%:refund:1'",
        {"I1: entries sum to zero", "4: a hold and its transfers agree", "7: stars in hand"},
    ),
    "a refund of nothing": (
        "UPDATE avatar.transfers SET reverses = 'nothing' WHERE kind = 'REFUND'",
        {"5: a refund points to its capture"},
    ),
    "an amount changed afterwards": (
        "UPDATE avatar.entries SET amount = 60000 WHERE account LIKE '%%/available' AND version = 1",
        {
            "I1: entries sum to zero",
            "I2: balance is the sum",
            "I2: balance is the last entry's",
            "the hash chain is whole",
        },
    ),
    "a balance changed in an entry": (
        "UPDATE avatar.entries SET balance = 60000 WHERE account LIKE '%%/available' AND version = 1",
        {"I2: balance is the sum", "the hash chain is whole"},
    ),
    "a hash changed": (
        "UPDATE avatar.entries SET digest = repeat('0', 64) WHERE account LIKE '%%/available' AND version = 1",
        {"the hash chain is whole"},
    ),
    "a time changed": (
        "UPDATE avatar.transfers SET at = at + interval '1 second' WHERE key LIKE '%%:credit'",
        {"the hash chain is whole"},
    ),
    "a balance changed in the account": (
        "UPDATE avatar.accounts SET balance = 60000 WHERE name LIKE '%%/available'",
        {"I2: balance is the last entry's", "7: stars in hand"},
    ),
    "a balance below zero": (
        "UPDATE avatar.accounts SET balance = -1 WHERE name LIKE '%%/available'",
        {"I2: balance is the last entry's", "I3: no balance below zero", "7: stars in hand"},
    ),
    "an account taken out": (
        "DELETE FROM avatar.accounts WHERE name LIKE '%%/available'",
        {"I2: balance is the last entry's", "7: stars in hand"},
    ),
    "a hold taken out": ("DELETE FROM avatar.holds", {"4: a hold and its transfers agree", "I6: an order has a hold"}),
    "a hold that gave more than it had": (
        "UPDATE avatar.holds SET released = ROW(1)",
        {"4: a hold and its transfers agree", "4: captures and release sum to the hold"},
    ),
    "a hold for longer than an order can live": (
        "UPDATE avatar.holds SET deadline = deadline + interval '1 second'",
        {"I6: no order outlives its time"},
    ),
    "a hold that was never captured": (
        "UPDATE avatar.holds SET captured = ROW(0), released = amount",
        {
            "4: a hold and its transfers agree",
            "5: refunds never exceed the capture",
            "I6: what was delivered is charged",
        },
    ),
    "a payment of another amount": (
        "UPDATE avatar.payments SET stars = ROW(60000)",
        {"I5: each charge is credited once", "I5: a credit has its payment"},
    ),
    "a payment at another price": (
        "UPDATE avatar.payments SET price = ROW(1, 'XTR')",
        {"I5: money has its payment", "I5: a payment has its evidence", "I5: settled evidence has its payment"},
    ),
    "a payment that was never paid": (
        "UPDATE avatar.payments SET status = 'PENDING', charge = NULL",
        {
            "I5: a credit has its payment",
            "I5: money has its payment",
            "I5: settled evidence has its payment",
            "I7: an end is told once and is true",
            "I8: each period is paid once",
            "I8: terms are as long as what was paid",
        },
    ),
    "a credit for another payment": (
        "UPDATE avatar.transfers SET cause = ROW('payment', 'another') WHERE kind = 'CREDIT'",
        {"I5: a credit has its payment"},
    ),
    "money for another payment": (
        "UPDATE avatar.transfers SET cause = ROW('payment', 'another') WHERE kind = 'MONEY_IN'",
        {"I5: money has its payment"},
    ),
    "money taken out": (
        (
            "WITH gone AS (DELETE FROM avatar.entries WHERE transfer LIKE '%%:money')"
            " DELETE FROM avatar.transfers WHERE kind = 'MONEY_IN'"
        ),
        {"I5: a payment has its money"},
    ),
    "evidence taken out": ("DELETE FROM avatar.evidence", {"I5: a payment has its evidence"}),
    "evidence judged otherwise": (
        "UPDATE avatar.evidence SET status = 'RECEIVED'",
        {"I5: a payment has its evidence"},
    ),
    "evidence of a charge that never was": (
        (
            "INSERT INTO avatar.evidence SELECT 'another', gateway, 'charge-2', price, raw, received_at, bot,"
            " payment_id, payment_number, payer, status, reason, version FROM avatar.evidence"
        ),
        {"I5: settled evidence has its payment"},
    ),
    "an order that nobody made": (
        "UPDATE avatar.trainings SET run.requested_at = NULL",
        {"I6: a hold has its order", "I7: an end is told once and is true"},
    ),
    "an order that never ended": (
        "UPDATE avatar.trainings SET run.status = 'PROCESSING'",
        {"I7: an end is told once and is true"},
    ),
    "an order that ended otherwise": (
        "UPDATE avatar.trainings SET run.status = 'FAILED'",
        {
            "I6: what was delivered is charged",
            "I7: a state has its event",
            "I7: an end is told once and is true",
        },
    ),
    "an event taken out": (
        (
            "WITH gone AS (DELETE FROM avatar.tasks USING avatar.events WHERE number = event"
            " AND name = 'training.succeeded') DELETE FROM avatar.events WHERE name = 'training.succeeded'"
        ),
        {"I7: a state has its event"},
    ),
    "an event taken out from under its tasks": (
        "DELETE FROM avatar.events WHERE name = 'training.requested'",
        {"I7: a task has its event", "I7: a state has its event"},
    ),
    "an end that never was": (
        (
            "INSERT INTO avatar.events (id, name, facts, at) SELECT 'another', 'training.failed',"
            ' facts || \'{"released": {"hundredths": 1}, "reason": "deadline", "detail": ""}\', at'
            " FROM avatar.events WHERE name = 'training.succeeded'"
        ),
        {"I7: an end is told once and is true", "I7: an event has its tasks"},
    ),
    "a task taken out": (
        "DELETE FROM avatar.tasks WHERE reaction = 'publish'",
        {"I7: an event has its tasks"},
    ),
    "a cause used twice": (
        "UPDATE avatar.subscriptions SET causes = causes || causes",
        {"I8: each period has a cause of its own", "I8: terms are as long as what was paid"},
    ),
    "terms that overlap": (
        "UPDATE avatar.subscriptions SET terms = terms || terms",
        {"I8: terms do not overlap", "I8: terms are as long as what was paid"},
    ),
    "a period that nobody paid": (
        "UPDATE avatar.subscriptions SET causes = '[\"another\"]'",
        {"I8: each period is paid once", "I8: terms are as long as what was paid"},
    ),
    "a period taken away": ("DELETE FROM avatar.subscriptions", {"I8: each period is paid once"}),
    "a term that was made longer": (
        "UPDATE avatar.subscriptions SET terms = jsonb_set(terms, '{0,ends}', '\"2027-01-01T00:00:00Z\"')",
        {"I8: terms are as long as what was paid"},
    ),
}


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOW)


@pytest.fixture
async def store(database: Database, clock: FrozenClock) -> Store:
    """A paid plan, a training that succeeded, and 20 ⭐ given back; whoever tampers may do everything."""
    store = postgres_store(database, clock)
    await keep_honest_books(store)
    for permission in TAMPERING:
        await database.rows(permission)
    return store


async def broken(store: Store) -> set[str]:
    return {violation.law for violation in await store.books.violations()}


async def test_nothing_is_broken_at_first(store: Store) -> None:
    assert await broken(store) == set()


@pytest.mark.parametrize("crime", CRIMES)
async def test_tampering_is_noticed(store: Store, database: Database, crime: str) -> None:
    commit, laws = CRIMES[crime]
    await database.rows(commit)
    assert await broken(store) == laws


async def test_an_entry_taken_out_leaves_a_gap(store: Store, database: Database) -> None:
    await database.rows("DELETE FROM avatar.entries WHERE account LIKE '%%/available' AND version = 2")
    assert await broken(store) >= {"I1: entries sum to zero", "I4: versions have no gap", "the hash chain is whole"}


async def test_tasks_and_holds_that_time_has_passed_by_are_noticed(store: Store, clock: FrozenClock) -> None:
    wallet = (await store.read(a_customer())).wallet
    whole = requested(an_order(a_customer(), an_avatar(a_customer())), wallet, Stars.of(5))
    await store.save(*whole.records, events=whole.events)
    clock.advance(HOLD_LIMIT - timedelta(seconds=1))
    assert await broken(store) == set()
    clock.advance(timedelta(seconds=1))
    late = {"4: no hold is open past its deadline", "I6: no order outlives its time"}
    assert await broken(store) == late
    clock.set(NOW + 2 * DAY)
    assert await broken(store) == late | {"I7: tasks are carried out"}


async def test_chains_are_verified_piece_by_piece(
    store: Store, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The books are longer than what is held in memory at once."""
    monkeypatch.setattr(books, "BATCH", 2)
    assert await broken(store) == set()
    await database.rows("UPDATE avatar.entries SET digest = 'x' WHERE account LIKE '%%/available' AND version = 3")
    assert await broken(store) >= {"the hash chain is whole"}
