"""Pre-checkout queries: one at a time, nobody waits for a dead one, and nobody pays one invoice twice."""

import asyncio

import pytest

from avatar_core.errors import PaymentAlreadySettled, PaymentLeased, PaymentNotFound, WrongPayer
from avatar_core.ids import PaymentId
from avatar_core.payments import LEASE, QUERY_LIFE, Payment
from avatar_core.testing.examples import SECOND
from avatar_core.testing.faults import Fate, Killed, die
from tests.use_cases.world import MemoryWorld


@pytest.fixture
async def invoice(world: MemoryWorld) -> Payment:
    return await world.opened((await world.customer()).id)


async def ask(world: MemoryWorld, invoice: Payment, query: str) -> None:
    """Let the invoice's own customer ask whether it may be paid."""
    await world.approve_payment(invoice.id, invoice.customer, invoice.price, query)


async def test_an_invoice_is_approved_for_one_query_at_a_time(world: MemoryWorld, fate: Fate, invoice: Payment) -> None:
    await ask(world, invoice, "query-1")
    commits = fate.commits
    await ask(world, invoice, "query-1")
    assert fate.commits == commits
    with pytest.raises(PaymentLeased):
        await ask(world, invoice, "query-2")


async def test_of_many_queries_at_once_one_is_approved(world: MemoryWorld, invoice: Payment) -> None:
    queries = (ask(world, invoice, f"query-{each}") for each in range(64))
    answers = await asyncio.gather(*queries, return_exceptions=True)
    assert answers.count(None) == 1
    assert [type(answer) for answer in answers if answer is not None] == [PaymentLeased] * 63


async def test_an_invoice_cannot_be_approved_for_somebody_else_nor_when_nobody_knows_it(
    world: MemoryWorld, invoice: Payment
) -> None:
    other = await world.customer(2)
    with pytest.raises(WrongPayer):
        await world.approve_payment(invoice.id, other.id, invoice.price, "query-1")
    with pytest.raises(PaymentNotFound):
        await world.approve_payment(PaymentId("unknown"), other.id, invoice.price, "query-1")


async def test_a_paid_invoice_is_not_approved_again(world: MemoryWorld, invoice: Payment) -> None:
    await world.settle_payment((await world.noticed(invoice)).id)
    with pytest.raises(PaymentAlreadySettled):
        await ask(world, invoice, "query-1")


# --- around a crash


@pytest.mark.parametrize("when", ["before", "after"])
async def test_after_a_crash_the_payer_asks_again_as_soon_as_the_first_query_is_dead(
    world: MemoryWorld, fate: Fate, invoice: Payment, when: str
) -> None:
    getattr(fate, when).append(die)
    with pytest.raises(Killed):
        await ask(world, invoice, "query-1")
    await ask(world, invoice, "query-1")
    world.clock.advance(QUERY_LIFE)
    await ask(world, invoice, "query-2")
    assert (await world.payment(invoice.id)).lease is not None


async def test_while_a_query_can_still_be_answered_no_other_is(world: MemoryWorld, invoice: Payment) -> None:
    await ask(world, invoice, "query-1")
    world.clock.advance(QUERY_LIFE - SECOND)
    with pytest.raises(PaymentLeased):
        await ask(world, invoice, "query-2")


async def test_once_a_query_is_answered_its_money_has_two_minutes_to_come(
    world: MemoryWorld, fate: Fate, invoice: Payment
) -> None:
    await ask(world, invoice, "query-1")
    await world.await_charge(invoice.id, "query-1")
    commits = fate.commits
    await world.await_charge(invoice.id, "query-1")
    await world.await_charge(invoice.id, "query-2")
    assert fate.commits == commits
    world.clock.advance(LEASE - SECOND)
    with pytest.raises(PaymentLeased):
        await ask(world, invoice, "query-2")
    world.clock.advance(SECOND)
    await ask(world, invoice, "query-2")


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_crash_after_the_answer_changes_nothing_about_the_money(
    world: MemoryWorld, fate: Fate, invoice: Payment, when: str
) -> None:
    await ask(world, invoice, "query-1")
    getattr(fate, when).append(die)
    with pytest.raises(Killed):
        await world.await_charge(invoice.id, "query-1")
    await world.settle_payment((await world.noticed(invoice)).id)
    assert (await world.money(invoice.customer))[0] == invoice.stars
    assert await world.broken_laws() == []


async def test_the_money_may_be_faster_than_the_note_that_it_comes(world: MemoryWorld, invoice: Payment) -> None:
    await ask(world, invoice, "query-1")
    notice = await world.noticed(invoice)
    await asyncio.gather(world.settle_payment(notice.id), world.await_charge(invoice.id, "query-1"))
    await world.await_charge(invoice.id, "query-1")
    settled = await world.payment(invoice.id)
    assert (settled.status, settled.lease) == ("COMPLETED", None)
