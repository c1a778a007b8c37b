"""Valid values of the core for tests: the smallest sensible ones; ``dataclasses.replace`` makes the odd ones.

Everything is numbered, so that a test can have several of a kind; the same number is the same thing.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from avatar_core.avatars import Avatar, Gender
from avatar_core.bots import TELEGRAM_STARS
from avatar_core.customers import Customer, Language
from avatar_core.ids import (
    AvatarId,
    BotId,
    CustomerId,
    GatewayCode,
    MessageId,
    NetworkId,
    PackCode,
    PaymentId,
    PhotoRef,
    PlanCode,
    PortraitOrderId,
    ProviderRunId,
    QuoteId,
    TelegramId,
    TrainerCode,
    TrainingId,
)
from avatar_core.ledger import Cause
from avatar_core.money import Currency, Price, Stars
from avatar_core.payments import PAYMENT_LIFE, Evidence, Payment, TopUp, evidence_id
from avatar_core.photos import InspectedPhoto, Photo
from avatar_core.portraits import PortraitOrder, Wish
from avatar_core.pricing import Quote, TrainerOffer, quoted
from avatar_core.runs import HOLD_LIMIT, ModelVersion, Ticket
from avatar_core.subscriptions import Term
from avatar_core.trainings import Training, TrainingPlan
from avatar_core.wallet import Wallet

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BOT = BotId("portrait_bot")
NETWORK = NetworkId("portrait_bot")
STARS_GATEWAY = TELEGRAM_STARS
ROUBLE_GATEWAY = GatewayCode("robokassa")
MODEL = ModelVersion("someone/avatar-1", "f" * 64, "https://provider.example/weights.tar")


def uid(kind: int, number: int) -> str:
    """Name a thing: a valid UUID's text, the same for the same kind and number."""
    return str(UUID(int=kind << 64 | number, version=4))


def a_customer(number: int = 1) -> Customer:
    """Return a Russian-speaking customer of the one bot, registered a day ago."""
    return Customer(
        id=CustomerId(uid(1, number)),
        network=NETWORK,
        telegram_id=TelegramId(7_000_000_000 + number),
        bot=BOT,
        language=Language.RU,
        registered_at=NOW - DAY,
        name=f"Customer {number}",
    )


def a_payment(customer: Customer, number: int = 1) -> Payment:
    """A pending invoice for a pack of 500 ⭐, payable in Telegram Stars."""
    return Payment(
        id=PaymentId(uid(2, number)),
        number=number,
        customer=customer.id,
        network=customer.network,
        bot=customer.bot,
        purpose=TopUp(PackCode("XTR-500")),
        price=Price(500, Currency.XTR),
        stars=Stars.of(500),
        gateway=STARS_GATEWAY,
        created_at=NOW,
        expires_at=NOW + PAYMENT_LIFE,
    )


def a_notice(payment: Payment, charge: str = "charge-1") -> Evidence:
    """What the gateway says when this payment was paid as it should be."""
    return Evidence(
        id=evidence_id(payment.gateway, charge),
        gateway=payment.gateway,
        charge=charge,
        price=payment.price,
        raw=f'{{"charge": "{charge}", "note": "привет"}}',
        received_at=NOW + MINUTE,
        bot=payment.bot,
        payment_id=payment.id,
        payer=None,
    )


def an_avatar(customer: Customer, number: int = 1) -> Avatar:
    """Return an avatar that is not trained yet."""
    return Avatar(
        id=AvatarId(uid(3, number)),
        customer=customer.id,
        name=f"Avatar {number}",
        gender=Gender.FEMALE,
        trigger="TOK_QWERTY",
        created_at=NOW,
    )


def a_photo(number: int = 1) -> Photo:
    """An accepted photo; different numbers are different pictures."""
    digest = sha256(str(number).encode()).hexdigest()
    seen = InspectedPhoto(digest, int(digest[:16], 16), 1024, 1536, 345_678, ".jpg")
    return Photo(PhotoRef(f"photos/{number}.jpg"), seen)


def a_quote(stars: Stars, number: int = 1) -> Quote:
    """Return a quote made at NOW."""
    return quoted(QuoteId(uid(4, number)), stars, NOW)


def a_draft(customer: Customer, avatar: Avatar, number: int = 1) -> Training:
    """An avatar in preparation, without photos yet."""
    return Training(
        id=TrainingId(uid(5, number)),
        customer=customer.id,
        network=customer.network,
        bot=customer.bot,
        avatar=avatar.id,
        created_at=NOW,
    )


def a_requested(draft: Training, at: datetime = NOW) -> Training:
    """The draft with ten photos, quoted at 220 ⭐ and ordered."""
    photos = tuple(a_photo(number) for number in range(1, 11))
    plan = TrainingPlan(TrainerCode("flux-dev-lora"), 1000, Quote(QuoteId(uid(4, 1)), Stars.of(220), at + HOUR))
    return replace(draft, photos=photos).quoted(plan).request(at=at)


def a_running(draft: Training, at: datetime = NOW) -> Training:
    """The draft, ordered, handed over and accepted by the provider; its progress is shown in a message."""
    requested = a_requested(draft, at)
    run = requested.run.submit(at=at).accept(Ticket(ProviderRunId(f"run-of-{draft.id}")), at=at)
    return replace(requested, run=run, message=MessageId(77))


def an_order(customer: Customer, avatar: Avatar, number: int = 1) -> PortraitOrder:
    """A quote for two portraits at 15 ⭐, not ordered yet."""
    return PortraitOrder(
        id=PortraitOrderId(uid(6, number)),
        customer=customer.id,
        network=customer.network,
        bot=customer.bot,
        wish=Wish(avatar.id, "photo of {trigger}, a {person}", "2:3", 2, 42),
        quote=a_quote(Stars.of(15), number),
        created_at=NOW,
    )


def a_painting(order: PortraitOrder, at: datetime = NOW) -> PortraitOrder:
    """The order, ordered, handed over and accepted by the provider."""
    requested = order.request(at=at)
    ticket = Ticket(ProviderRunId(f"run-of-{order.id}"))
    return replace(requested, run=requested.run.submit(at=at).accept(ticket, at=at))


def a_term(starts: datetime = NOW, days: int = 30) -> Term:
    """Return a paid term of the plan NEUROPHOTO."""
    return Term(PlanCode("NEUROPHOTO"), 1, 0, starts, starts + days * DAY)


def an_endless_term(starts: datetime = NOW) -> Term:
    """Return a term of the plan NEUROTESTER, which has no end."""
    return Term(PlanCode("NEUROTESTER"), 1, 3, starts, None)


def credited(wallet: Wallet, stars: int, charge: str = "charge-1", at: datetime = NOW) -> Wallet:
    """The wallet after so many paid stars."""
    return wallet.credit(Stars.of(stars), STARS_GATEWAY, charge, cause=Cause("payment", charge), at=at)


def held(wallet: Wallet, order: str, stars: int, service: str = "training", at: datetime = NOW) -> Wallet:
    """The wallet after so many stars were set aside."""
    return wallet.hold(order, service, Stars.of(stars), deadline=at + HOLD_LIMIT, at=at)


def an_offer() -> TrainerOffer:
    """A trainer as the catalogue describes it."""
    return TrainerOffer(
        code=TrainerCode("flux-dev-lora"),
        titles={"en": "Flux LoRA", "ru": "Flux LoRA"},
        provider="replicate",
        model="ostris/flux-dev-lora-trainer",
        version="e" * 64,
        steps=(1000, 2000),
        price_per_step=Stars(22),
        flat_price=None,
        parameters={"batch_size": 1},
        names={"images": "input_images", "trigger": "trigger_word", "steps": "steps"},
        minutes=25,
    )
