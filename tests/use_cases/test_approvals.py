"""Pre-checkout queries around a crash: nobody waits for a dead query, and nobody pays one invoice twice."""

import asyncio

import pytest

from avatar_core.errors import PaymentLeased
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
