"""Invoices: stored before they are shown, and over when their time is."""

import asyncio
from dataclasses import replace

import pytest

from avatar_core.bots import Bots
from avatar_core.errors import GatewayNotAllowed, IllegalMove, NotForSale, UnknownPlan, UnknownPrice
from avatar_core.events import PaymentCompleted, PaymentExpired, PaymentOpened
from avatar_core.ids import PackCode, PlanCode
from avatar_core.money import NO_STARS, Currency, Price, Stars
from avatar_core.payments import PaymentStatus, PlanPurchase, TopUp
from avatar_core.testing.examples import BOT, MINUTE, NETWORK, NOW, ROUBLE_GATEWAY, STARS_GATEWAY
from avatar_core.testing.faults import Fate
from avatar_core.testing.world import BOTS
from avatar_core.use_cases.billing import Purchase
from tests.use_cases.world import MemoryWorld

HALF_AN_HOUR = 30 * MINUTE


# --- the invoice


async def test_an_invoice_for_a_plan_is_a_snapshot_of_the_catalogue(world: MemoryWorld) -> None:
    customer = await world.customer()
    payment = await world.opened(customer.id, "NEUROPHOTO")
    assert payment.purpose == PlanPurchase(PlanCode("NEUROPHOTO"), 1, 0, 30)
    assert (payment.price, payment.stars) == (Price(476, Currency.XTR), Stars.of(476))
    assert (payment.customer, payment.network, payment.bot) == (customer.id, NETWORK, BOT)
    assert (payment.created_at, payment.expires_at) == (NOW, NOW + HALF_AN_HOUR)
    assert await world.payment(payment.id) == payment
    assert world.named("payment.opened") == [
        PaymentOpened(customer=customer.id, payment=payment.id, price=payment.price)
    ]


async def test_an_invoice_for_a_pack_is_a_top_up(world: MemoryWorld) -> None:
    customer = await world.customer()
    payment = await world.opened(customer.id, "rub-500.00", gateway=ROUBLE_GATEWAY, currency="RUB")
    assert (payment.purpose, payment.price) == (TopUp(PackCode("rub-500.00")), Price(50_000, Currency.RUB))
    assert (payment.stars, payment.gateway) == (Stars.of(217), ROUBLE_GATEWAY)


async def test_what_the_customer_was_about_to_do_is_kept_with_the_invoice(world: MemoryWorld) -> None:
    customer = await world.customer()
    wish = Purchase(PlanCode("NEUROPHOTO"), STARS_GATEWAY, Currency.XTR, BOT, resume="train:1")
    payment = await world.open_payment(customer.id, wish)
    await world.settle_payment((await world.noticed(payment)).id)
    (completed,) = world.named("payment.completed")
    assert isinstance(completed, PaymentCompleted)
    assert completed.resume == "train:1"


async def test_invoices_are_numbered_without_repeats(world: MemoryWorld) -> None:
    customer = await world.customer()
    payments = await asyncio.gather(*(world.opened(customer.id) for _ in range(32)))
    assert len({payment.number for payment in payments}) == len({payment.id for payment in payments}) == 32


@pytest.mark.parametrize(
    ("item", "gateway", "currency", "error"),
    [
        ("NEUROPHOTO", "stripe", "USD", GatewayNotAllowed),
        ("NEUROPHOTO", STARS_GATEWAY, "USD", UnknownPrice),
        ("NEUROBLOGGER", STARS_GATEWAY, "XTR", NotForSale),
        ("NEUROTESTER", STARS_GATEWAY, "XTR", NotForSale),
        ("NEUROMANCER", STARS_GATEWAY, "XTR", UnknownPlan),
        ("xtr-500", ROUBLE_GATEWAY, "RUB", UnknownPrice),
    ],
)
async def test_what_is_not_sold_so_has_no_invoice(
    world: MemoryWorld, item: str, gateway: str, currency: str, error: type[Exception]
) -> None:
    customer = await world.customer()
    with pytest.raises(error):
        await world.opened(customer.id, item, gateway=gateway, currency=currency)
    assert world.named("payment.opened") == []


async def test_a_gateway_for_owners_makes_no_invoice_for_others(world: MemoryWorld) -> None:
    fan, owner = await world.customer(1), await world.customer(2)
    shop = replace(BOTS.of(BOT), owners=(owner.telegram_id,), for_owners=(ROUBLE_GATEWAY,))
    open_payment = replace(world.open_payment, bots=Bots({BOT: shop}))
    wish = Purchase(PlanCode("NEUROPHOTO"), ROUBLE_GATEWAY, Currency.RUB, BOT)
    with pytest.raises(GatewayNotAllowed):
        await open_payment(fan.id, wish)
    assert world.named("payment.opened") == []
    assert (await open_payment(owner.id, wish)).gateway == ROUBLE_GATEWAY


# --- the end of an invoice


async def test_an_invoice_expires_when_its_time_is_over_and_not_before(world: MemoryWorld) -> None:
    customer = await world.customer()
    payment = await world.opened(customer.id)
    assert (await world.expire_payment(payment.id)).status is PaymentStatus.PENDING
    assert world.named("payment.expired") == []
    world.clock.advance(HALF_AN_HOUR)
    assert (await world.expire_payment(payment.id)).status is PaymentStatus.EXPIRED
    assert (await world.payment(payment.id)).status is PaymentStatus.EXPIRED
    assert (await world.expire_payment(payment.id)).status is PaymentStatus.EXPIRED
    assert world.named("payment.expired") == [PaymentExpired(customer=customer.id, payment=payment.id)]


@pytest.mark.parametrize("end", ["expire", "cancel"])
async def test_money_that_arrives_after_the_end_of_the_invoice_still_counts(world: MemoryWorld, end: str) -> None:
    customer = await world.customer()
    payment = await world.opened(customer.id)
    world.clock.advance(HALF_AN_HOUR)
    await (world.expire_payment if end == "expire" else world.cancel_payment)(payment.id)
    await world.settle_payment((await world.noticed(payment)).id)
    assert (await world.payment(payment.id)).status is PaymentStatus.COMPLETED
    assert (await world.money(customer.id), await world.broken_laws()) == ((Stars.of(500), NO_STARS), [])


async def test_a_cancelled_invoice_is_cancelled_once_and_a_paid_one_never(world: MemoryWorld, fate: Fate) -> None:
    customer = await world.customer()
    payment = await world.opened(customer.id)
    assert (await world.cancel_payment(payment.id)).status is PaymentStatus.CANCELLED
    assert (await world.payment(payment.id)).status is PaymentStatus.CANCELLED
    commits = fate.commits
    assert (await world.cancel_payment(payment.id)).status is PaymentStatus.CANCELLED
    assert fate.commits == commits
    paid = await world.opened(customer.id)
    await world.settle_payment((await world.noticed(paid)).id)
    with pytest.raises(IllegalMove):
        await world.cancel_payment(paid.id)


async def test_an_invoice_that_expires_and_is_paid_at_once_is_paid(world: MemoryWorld) -> None:
    customer = await world.customer()
    payment = await world.opened(customer.id)
    notice = await world.noticed(payment)
    world.clock.advance(HALF_AN_HOUR)
    await asyncio.gather(
        world.settle_payment(notice.id), world.expire_payment(payment.id), world.settle_payment(notice.id)
    )
    assert (await world.payment(payment.id)).status is PaymentStatus.COMPLETED
    assert (await world.money(customer.id), await world.broken_laws()) == ((Stars.of(500), NO_STARS), [])
