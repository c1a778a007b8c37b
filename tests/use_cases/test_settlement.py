"""Settlement: evidence is kept before it is judged, and credited once."""

import asyncio
from dataclasses import replace

import pytest

from avatar_core.errors import EvidenceNotFound
from avatar_core.events import PaymentCompleted, PaymentQuarantined, SubscriptionRenewed, SubscriptionStarted
from avatar_core.ids import BotId, CustomerId, EvidenceId, GatewayCode, PaymentId, PlanCode, TelegramId
from avatar_core.money import NO_STARS, Currency, Price, Stars
from avatar_core.payments import Evidence, EvidenceStatus, PaymentStatus
from avatar_core.testing.examples import BOT, DAY, MINUTE, NETWORK, NOW, STARS_GATEWAY, a_customer, a_notice, a_payment
from avatar_core.testing.faults import Fate, Killed, die, lose
from avatar_core.testing.world import World
from tests.use_cases.world import MemoryWorld


async def settled_state(world: World, customer: CustomerId) -> tuple[Stars, list[str]]:
    return (await world.read(customer)).wallet.available, await world.broken_laws()


# --- evidence and settlement


async def test_a_notice_is_kept_once_and_the_first_one_counts(world: MemoryWorld) -> None:
    payment = await world.opened((await world.customer()).id)
    first = await world.noticed(payment)
    again = await world.keep_evidence(replace(a_notice(payment), raw="another text"))
    assert (first.version, again) == (1, first)


async def test_many_notices_at_once_are_one_evidence(world: MemoryWorld) -> None:
    payment = await world.opened((await world.customer()).id)
    kept = await asyncio.gather(*(world.noticed(payment) for _ in range(64)))
    assert set(kept) == {kept[0]}


async def test_a_paid_plan_is_credited_and_runs(world: MemoryWorld) -> None:
    customer = await world.customer()
    payment = await world.opened(customer.id, "NEUROPHOTO")
    world.clock.advance(10 * MINUTE)
    notice = await world.settle_payment((await world.noticed(payment)).id)
    dossier = await world.read(customer.id)
    at = world.clock.now()
    assert notice.status is EvidenceStatus.SETTLED
    assert dossier.wallet.available == Stars.of(476)
    assert [(term.plan, term.starts, term.ends) for term in dossier.subscription.terms] == [
        ("NEUROPHOTO", at, at + 30 * DAY)
    ]
    assert (await world.payment(payment.id)).status is PaymentStatus.COMPLETED
    assert world.happened()[-2:] == [
        SubscriptionStarted(customer=customer.id, plan=PlanCode("NEUROPHOTO"), ends=at + 30 * DAY),
        PaymentCompleted(
            customer=customer.id,
            payment=payment.id,
            gateway=STARS_GATEWAY,
            price=payment.price,
            stars=Stars.of(476),
            balance=Stars.of(476),
            plan=PlanCode("NEUROPHOTO"),
            ends=at + 30 * DAY,
            resume=None,
        ),
    ]
    assert await world.store.books.totals(NETWORK) == {
        "portrait_bot/income/NEUROPHOTO/XTR": -476,
        "portrait_bot/cash/telegram-stars/XTR": 476,
        "portrait_bot/sales/telegram-stars": -47_600,
    }
    assert await world.broken_laws() == []


async def test_a_lower_plan_tells_when_it_begins_and_one_that_is_prolonged_does_not(world: MemoryWorld) -> None:
    customer, begun = await world.customer(), world.clock.now()
    for number, plan in enumerate(("NEUROVIDEO", "NEUROPHOTO", "NEUROVIDEO")):
        await world.bought(customer.id, plan, f"charge-{number}")
    told = [event for event in world.named("payment.completed") if isinstance(event, PaymentCompleted)]
    assert [(event.plan, event.starts, event.ends) for event in told] == [
        ("NEUROVIDEO", None, begun + 30 * DAY),
        ("NEUROPHOTO", begun + 30 * DAY, begun + 60 * DAY),
        ("NEUROVIDEO", None, begun + 60 * DAY),
    ]


async def test_a_top_up_gives_stars_and_no_plan(world: MemoryWorld) -> None:
    customer = await world.customer()
    await world.bought(customer.id, "xtr-500", "charge-1")
    dossier = await world.read(customer.id)
    assert (dossier.wallet.available, dossier.subscription.terms) == (Stars.of(500), ())
    (completed,) = world.named("payment.completed")
    assert isinstance(completed, PaymentCompleted)
    assert (completed.plan, completed.ends) == (None, None)
    assert [event.name for event in world.happened()] == ["customer.registered", "payment.opened", "payment.completed"]


async def test_a_plan_that_runs_is_renewed_and_one_that_is_over_is_started(world: MemoryWorld) -> None:
    customer = await world.customer()
    for number, pause in enumerate((0 * DAY, 10 * DAY, 52 * DAY)):
        world.clock.advance(pause)
        await world.bought(customer.id, "NEUROPHOTO", f"charge-{number}")
    kinds = [type(event) for event in world.happened() if event.name.startswith("subscription")]
    assert kinds == [SubscriptionStarted, SubscriptionRenewed, SubscriptionStarted]


async def test_a_plan_without_stars_credits_none(world: MemoryWorld) -> None:
    plan = replace(world.catalogue.plan("NEUROPHOTO"), grants=NO_STARS)
    world.catalogue = replace(world.catalogue, plans={**world.catalogue.plans, "NEUROPHOTO": plan})
    world.__post_init__()
    customer = await world.customer()
    await world.bought(customer.id, "NEUROPHOTO", "charge-1")
    assert await settled_state(world, customer.id) == (NO_STARS, [])
    assert len((await world.read(customer.id)).subscription.terms) == 1


async def test_a_plan_that_is_sold_for_ever_has_no_end(world: MemoryWorld) -> None:
    plan = replace(world.catalogue.plan("NEUROVIDEO"), days=None)
    world.catalogue = replace(world.catalogue, plans={**world.catalogue.plans, "NEUROVIDEO": plan})
    world.__post_init__()
    customer = await world.customer()
    await world.bought(customer.id, "NEUROVIDEO", "charge-1")
    assert (await world.read(customer.id)).subscription.status_at(NOW + 3000 * DAY) == "UNLIMITED"


async def test_judging_a_notice_again_changes_nothing(world: MemoryWorld, fate: Fate) -> None:
    customer = await world.customer()
    payment = await world.opened(customer.id)
    notice = await world.noticed(payment)
    first = await world.settle_payment(notice.id)
    commits, events = fate.commits, world.happened()
    again = await world.settle_payment(notice.id)
    assert (again.id, again.status) == (first.id, first.status)
    assert (fate.commits, world.happened()) == (commits, events)


async def test_many_deliveries_of_one_charge_at_once_credit_once(world: MemoryWorld) -> None:
    customer = await world.customer()
    payment = await world.opened(customer.id)

    async def deliver() -> Evidence:
        return await world.settle_payment((await world.noticed(payment)).id)

    answers = await asyncio.gather(*(deliver() for _ in range(64)))
    assert {answer.status for answer in answers} == {EvidenceStatus.SETTLED}
    assert await settled_state(world, customer.id) == (Stars.of(500), [])
    assert len(world.named("payment.completed")) == 1


async def test_the_same_charge_told_by_another_notice_is_settled_and_credits_nothing(world: MemoryWorld) -> None:
    customer = await world.customer()
    payment = await world.opened(customer.id)
    await world.settle_payment((await world.noticed(payment)).id)
    other = await world.keep_evidence(replace(a_notice(payment), id=EvidenceId("told twice")))
    assert (await world.settle_payment(other.id)).status is EvidenceStatus.SETTLED
    assert await settled_state(world, customer.id) == (Stars.of(500), [])


@pytest.mark.parametrize("commit", [0, 1])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_settlement_that_died_is_taken_up_again_and_credits_once(
    world: MemoryWorld, fate: Fate, when: str, commit: int
) -> None:
    customer = await world.customer()
    payment = await world.opened(customer.id)
    getattr(fate, when).extend([None] * commit + [die])

    async def deliver() -> None:
        await world.settle_payment((await world.noticed(payment)).id)

    with pytest.raises(Killed):
        await deliver()
    assert (await world.read(customer.id)).wallet.available in {NO_STARS, Stars.of(500)}
    await deliver()
    assert await settled_state(world, customer.id) == (Stars.of(500), [])
    assert len(world.named("payment.completed")) == 1


async def test_a_notice_whose_process_died_is_found_on_the_worklist(world: MemoryWorld, fate: Fate) -> None:
    notice = await world.noticed(await world.opened((await world.customer()).id))
    later = world.clock.now() + 2 * MINUTE
    assert await world.store.worklists.evidence_to_judge(later, 10) == [notice.id]
    await world.settle_payment(notice.id)
    assert await world.store.worklists.evidence_to_judge(later, 10) == []


# --- quarantine


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"price": Price(499, Currency.XTR)}, "wrong-amount"),
        ({"price": Price(500, Currency.RUB)}, "wrong-amount"),
        ({"payer": TelegramId(666)}, "wrong-payer"),
        ({"gateway": GatewayCode("robokassa")}, "gateway-not-allowed"),
        ({"payment_id": PaymentId("unknown")}, "payment-not-found"),
        ({"payment_id": None, "payment_number": 999}, "payment-not-found"),
        ({"payment_id": None}, "payment-not-found"),
    ],
)
async def test_money_that_cannot_be_matched_is_quarantined_announced_and_credits_nothing(
    world: MemoryWorld, odd: dict[str, object], reason: str
) -> None:
    customer = await world.customer()
    payment = await world.opened(customer.id)
    kept = await world.keep_evidence(replace(a_notice(payment), **odd))  # type: ignore[arg-type]
    judged = await world.settle_payment(kept.id)
    assert (judged.status, judged.reason) == (EvidenceStatus.QUARANTINED, reason)
    assert world.named("payment.quarantined") == [
        PaymentQuarantined(bot=BOT, evidence=kept.id, price=kept.price, reason=reason)
    ]
    assert (await world.payment(payment.id)).status is PaymentStatus.PENDING
    assert await settled_state(world, customer.id) == (NO_STARS, [])
    again = await world.settle_payment(kept.id)
    assert (again.status, len(world.named("payment.quarantined"))) == (EvidenceStatus.QUARANTINED, 1)


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        ({"price": Price(499, Currency.XTR)}, BOT),
        ({"payer": TelegramId(666)}, BOT),
        ({"payment_number": 999}, None),
        ({"payment_id": PaymentId("unknown")}, None),
    ],
)
async def test_of_a_notice_that_names_no_bot_the_owners_of_the_invoice_hear(
    world: MemoryWorld, odd: dict[str, object], told: BotId | None
) -> None:
    """All bots' owners heard of money that belonged to one of them."""
    payment = await world.opened((await world.customer()).id)
    kept = await world.keep_evidence(replace(a_notice(payment), bot=None, **odd))  # type: ignore[arg-type]
    await world.settle_payment(kept.id)
    assert [news.bot for news in world.named("payment.quarantined")] == [told]  # type: ignore[union-attr]


async def test_a_second_charge_for_a_paid_invoice_is_quarantined(world: MemoryWorld) -> None:
    customer = await world.customer()
    payment = await world.opened(customer.id)
    await world.settle_payment((await world.noticed(payment)).id)
    judged = await world.settle_payment((await world.noticed(payment, "charge-2")).id)
    assert (judged.status, judged.reason) == (EvidenceStatus.QUARANTINED, "payment-already-settled")
    assert await settled_state(world, customer.id) == (Stars.of(500), [])


async def test_a_notice_by_number_and_the_right_payer_is_matched(world: MemoryWorld) -> None:
    customer = await world.customer()
    payment = await world.opened(customer.id)
    notice = replace(a_notice(payment), payment_id=None, payment_number=payment.number, payer=customer.telegram_id)
    assert (await world.settle_payment((await world.keep_evidence(notice)).id)).status is EvidenceStatus.SETTLED


async def test_a_notice_that_nobody_kept_cannot_be_judged(world: MemoryWorld) -> None:
    with pytest.raises(EvidenceNotFound):
        await world.settle_payment(EvidenceId("unknown"))


async def test_a_quarantine_that_lost_a_race_is_announced_once(world: MemoryWorld, fate: Fate) -> None:
    stranger = a_payment(a_customer())
    kept = await world.keep_evidence(a_notice(stranger))
    fate.before[:] = [lose]
    await asyncio.gather(*(world.settle_payment(kept.id) for _ in range(8)))
    assert len(world.named("payment.quarantined")) == 1
