"""Whoever asks: what the books rest on is kept for ever, and what was agreed or has ended stays as it is."""

from dataclasses import replace

import psycopg
import pytest

from adapters.postgres.pool import Database
from avatar_core.money import Stars
from avatar_core.runs import FailureReason
from avatar_core.testing.examples import NOW, SECOND, a_customer, a_notice, a_painting, a_payment, an_avatar, an_order
from avatar_core.testing.store import Store
from avatar_core.testing.whole import keep_honest_books
from tests.contracts.postgres_store import postgres_store

NEVER_CHANGED = "AV003"
KEPT = ["transfers", "entries", "accounts", "holds", "evidence", "payments", "subscriptions", "trainings", "events"]


@pytest.fixture
async def store(database: Database) -> Store:
    """Honest books, a portrait order that failed, an open invoice, and a notice that nobody has judged."""
    store = postgres_store(database)
    await keep_honest_books(store)
    customer = a_customer()
    order = a_painting(an_order(customer, an_avatar(customer)))
    failed = replace(order, run=order.run.fail(FailureReason.MODERATION, at=NOW))
    await store.save(failed, a_payment(customer, 2), a_notice(a_payment(customer, 2), "charge-2"))
    return store


async def refused(database: Database, sql: str) -> str | None:
    with pytest.raises(psycopg.Error) as refusal:
        await database.rows(sql)
    return refusal.value.sqlstate


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("way", ["DELETE FROM avatar.{}", "TRUNCATE avatar.{} CASCADE"])
@pytest.mark.parametrize("table", [*KEPT, "portrait_orders"])
async def test_nothing_that_the_books_rest_on_is_ever_deleted(database: Database, table: str, way: str) -> None:
    assert await refused(database, way.format(table)) == NEVER_CHANGED


FORGERIES = {
    "the charge of a notice": "UPDATE avatar.evidence SET charge = 'another'",
    "the price of a notice": "UPDATE avatar.evidence SET price = ROW(1, 'XTR')",
    "the text of a notice": "UPDATE avatar.evidence SET raw = '{}'",
    "the payer of a notice": "UPDATE avatar.evidence SET payer = 1",
    "a notice that was settled": "UPDATE avatar.evidence SET status = 'QUARANTINED' WHERE status = 'SETTLED'",
    "the stars of an invoice": "UPDATE avatar.payments SET stars = ROW(1) WHERE status = 'PENDING'",
    "the price of an invoice": "UPDATE avatar.payments SET price = ROW(1, 'XTR') WHERE status = 'PENDING'",
    "whose invoice it is": "UPDATE avatar.payments SET customer = 'another'",
    "what is bought": "UPDATE avatar.payments SET purpose = '{}'",
    "that it was paid": "UPDATE avatar.payments SET status = 'PENDING' WHERE status = 'COMPLETED'",
    "what it was paid by": "UPDATE avatar.payments SET charge = 'another' WHERE status = 'COMPLETED'",
    "how much is held": "UPDATE avatar.holds SET amount = ROW(99999)",
    "for how long it is held": "UPDATE avatar.holds SET deadline = deadline + interval '1 second'",
    "what was captured": "UPDATE avatar.holds SET captured = ROW(0), refunded = ROW(0)",
    "what was given back": "UPDATE avatar.holds SET refunded = ROW(0)",
    "the price of a training": "UPDATE avatar.trainings SET plan = jsonb_set(plan, '{quote,amount,hundredths}', '1')",
    "whose training it is": "UPDATE avatar.trainings SET customer = 'another'",
    "when it was ordered": "UPDATE avatar.trainings SET run.requested_at = NULL",
    "how a training ended": "UPDATE avatar.trainings SET run.status = 'FAILED'",
    "the price of portraits": "UPDATE avatar.portrait_orders SET quote = jsonb_set(quote, '{amount,hundredths}', '1')",
    "how many were wished for": "UPDATE avatar.portrait_orders SET wish = jsonb_set(wish, '{count}', '4')",
    "how portraits ended": "UPDATE avatar.portrait_orders SET run.status = 'SUCCEEDED'",
    "whose task it is": "UPDATE avatar.tasks SET event = event + 1",
    "what has happened": "UPDATE avatar.events SET facts = '{}'",
    "what was delivered": "UPDATE avatar.portrait_orders SET images = '[]'",
}


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("what", FORGERIES)
async def test_what_was_agreed_or_has_ended_stays_as_it_is(database: Database, what: str) -> None:
    assert await refused(database, FORGERIES[what]) == NEVER_CHANGED


async def test_what_may_still_change_is_not_in_the_way(database: Database, store: Store) -> None:
    open_notice = a_notice(a_payment(a_customer(), 2), "charge-2")
    await store.save(replace(open_notice, version=1).quarantined("wrong-amount"))
    waiting = replace(a_payment(a_customer(), 2), version=1)
    leased = waiting.approve(waiting.customer, waiting.price, "query", at=NOW)
    await store.save(leased)
    await store.save(replace(leased, version=2).expire(at=NOW + 2 * (waiting.expires_at - NOW)))
    await store.save(replace(leased, version=3).settle("charge-2", waiting.price, at=NOW + SECOND))
    await database.rows("UPDATE avatar.trainings SET photos = '[]', message = 5")
    assert (await store.read(a_customer())).wallet.available == Stars.of(300)
