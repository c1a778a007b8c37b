"""The whole business in one place: any store, vendors that obey, every use case, and the ways that lead there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from avatar_core.avatars import Avatar, Gender
from avatar_core.bots import TELEGRAM_STARS, BotProfile, Bots
from avatar_core.catalogue import Catalogue
from avatar_core.catalogue_file import load_catalogue
from avatar_core.customers import Customer
from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from avatar_core.dossier import OfPayment, OfPortraits, OfTraining
from avatar_core.errors import ConcurrentChange, OutsideError
from avatar_core.ids import (
    BotId,
    CustomerId,
    GatewayCode,
    PackCode,
    PaymentId,
    PlanCode,
    TelegramId,
    TrainerCode,
    TrainingId,
)
from avatar_core.ids import PortraitOrderId as OrderId
from avatar_core.money import Currency, Stars
from avatar_core.payments import Evidence, Payment
from avatar_core.portraits import PortraitOrder
from avatar_core.ports import BeginUnitOfWork, Messenger, Names, PhotoInspector
from avatar_core.tasks import of_each
from avatar_core.testing.examples import BOT, NETWORK, ROUBLE_GATEWAY, STARS_GATEWAY, a_notice
from avatar_core.testing.stand_ins import (
    MovableClock,
    ObedientPainter,
    ObedientTrainer,
    OpenPhotoStore,
    RecordingPublisher,
)
from avatar_core.testing.store import Store
from avatar_core.trainings import Training
from avatar_core.use_cases import (
    billing,
    customers,
    delivery,
    drafts,
    operations,
    portraits,
    settlement,
    subscriptions,
    trainings,
    upkeep,
)
from avatar_core.use_cases.portraits import Idea

OWNER = TelegramId(42)
CATALOGUE = load_catalogue(DEFAULT_CATALOGUE)
BOTS = Bots({BOT: BotProfile(BOT, NETWORK, (OWNER,), gateways=(TELEGRAM_STARS, ROUBLE_GATEWAY))})
SITTER = drafts.Sitter("Fan", Gender.FEMALE)
TRAINER = TrainerCode("flux-dev-lora")
RETRY = timedelta(seconds=30)


@dataclass
class World:
    """Use cases over a store.  ``begin`` can be replaced by one that fails."""

    store: Store
    clock: MovableClock
    begin: BeginUnitOfWork
    names: Names
    trainer: ObedientTrainer
    painter: ObedientPainter
    messenger: Messenger
    photos: OpenPhotoStore
    inspector: PhotoInspector
    publisher: RecordingPublisher
    catalogue: Catalogue = CATALOGUE
    bots: Bots = BOTS
    numbers: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    def __post_init__(self) -> None:
        """Name the use cases."""
        self.welcome = customers.Welcome(self.begin, self.clock, self.names, self.bots)
        self.read = customers.ReadCustomer(self.begin)
        self.choose_language = customers.ChooseLanguage(self.begin)
        self.note_unreachable = customers.NoteUnreachable(self.begin)
        self.open_payment = billing.OpenPayment(self.begin, self.clock, self.names, self.catalogue, self.bots)
        self.approve_payment = billing.ApprovePayment(self.begin, self.clock)
        self.await_charge = billing.AwaitCharge(self.begin, self.clock)
        self.keep_evidence = settlement.KeepEvidence(self.begin)
        self.settle_payment = settlement.SettlePayment(self.begin, self.clock, self.catalogue)
        self.expire_payment = billing.ExpirePayment(self.begin, self.clock)
        self.cancel_payment = billing.CancelPayment(self.begin)
        self.announce = subscriptions.AnnounceSubscription(self.begin, self.clock)
        self.grant_stars = subscriptions.GrantStars(self.begin, self.clock)
        self.grant_plan = subscriptions.GrantPlan(self.begin, self.clock, self.catalogue)
        self.start_draft = drafts.StartDraft(self.begin, self.clock, self.names, self.catalogue)
        self.add_photo = drafts.AddPhoto(self.begin, self.inspector, self.photos)
        self.remove_photo = drafts.RemovePhoto(self.begin, self.photos)
        self.discard_draft = drafts.DiscardDraft(self.begin, self.clock)
        self.quote_training = drafts.QuoteTraining(self.begin, self.clock, self.names, self.catalogue)
        self._name_orders()

    def _name_orders(self) -> None:
        begin, clock, warden = self.begin, self.clock, self.store.warden
        self.request_training = trainings.RequestTraining(begin, clock, self.catalogue)
        self.submit_training = trainings.SubmitTraining(begin, clock, self.trainer, self.photos, self.catalogue, warden)
        self.record_training = trainings.RecordTrainingReport(begin, clock, warden)
        self.poll_training = trainings.PollTraining(begin, clock, self.trainer, warden)
        self.cancel_training = trainings.CancelTraining(begin, clock, self.trainer)
        self.drop_files = trainings.DropFiles(begin, self.photos)
        self.stop_training = trainings.StopTraining(begin, clock, self.trainer)
        self.delete_photos = trainings.DeletePhotos(begin, self.photos)
        self.discard_empty_draft = drafts.DiscardEmptyDraft(begin, clock)
        self.discard_quote = portraits.DiscardQuote(begin, clock)
        self.seal_days = upkeep.SealDays(self.store.books)
        self.sweep_photos = upkeep.SweepPhotos(begin, self.photos)
        self.forget_arrivals = upkeep.ForgetArrivals(self.store.inbox)
        self.quote_portraits = portraits.QuotePortraits(begin, clock, self.names, self.catalogue)
        self.request_portraits = portraits.RequestPortraits(begin, clock, self.catalogue)
        self.submit_portraits = portraits.SubmitPortraits(begin, clock, self.painter, warden)
        self.record_portraits = portraits.RecordPortraitReport(begin, clock, warden)
        self.poll_portraits = portraits.PollPortraits(begin, clock, self.painter, warden)
        self.deliver = delivery.DeliverPortraits(begin, clock, self.painter, self.photos, self.messenger, warden)
        self.tell_customer = operations.TellCustomer(begin, self.messenger)
        self.tell_owner = operations.TellOwner(begin, self.messenger, self.bots)
        self.carry_out = operations.CarryOut(
            self.tell_customer,
            self.tell_owner,
            self.submit_training,
            self.submit_portraits,
            self.deliver,
            self.drop_files,
            self.stop_training,
            self.publisher,
        )

    # --- what is

    async def training(self, training: TrainingId) -> Training:
        async with self.store.begin() as work:
            return (await work.dossier(OfTraining(training))).training(training)

    async def order(self, order: OrderId) -> PortraitOrder:
        async with self.store.begin() as work:
            return (await work.dossier(OfPortraits(order))).order(order)

    async def payment(self, payment: PaymentId) -> Payment:
        async with self.store.begin() as work:
            return (await work.dossier(OfPayment(payment))).payment()

    async def money(self, customer: CustomerId) -> tuple[Stars, Stars]:
        """What a customer has available, and what is held."""
        wallet = (await self.read(customer)).wallet
        return wallet.available, wallet.held

    # --- ways that lead somewhere

    async def customer(self, number: int = 1, bot: BotId = BOT) -> Customer:
        visit = customers.Visit(bot, TelegramId(7_000_000_000 + number), f"Customer {number}", "ru")
        return (await self.welcome(visit)).customer

    async def with_stars(self, stars: Stars | int, number: int = 1) -> CustomerId:
        """A customer with the NEUROPHOTO plan and so many stars."""
        customer = (await self.customer(number)).id
        await self.grant_plan(customer, "NEUROPHOTO", subscriptions.Gift(f"plan-{customer}", "a friend"))
        amount = Stars.of(stars) if isinstance(stars, int) else stars
        if amount:
            gift = subscriptions.Gift(f"stars-{self.numbers()}", "a friend")
            await self.grant_stars(customer, amount, gift)
        return customer

    async def opened(self, customer: CustomerId, item: str = "xtr-500", **changed: str) -> Payment:
        gateway = GatewayCode(changed.get("gateway", STARS_GATEWAY))
        currency = Currency(changed.get("currency", "XTR"))
        kind = PackCode if item in self.catalogue.packs else PlanCode
        return await self.open_payment(customer, billing.Purchase(kind(item), gateway, currency, BOT))

    async def noticed(self, payment: Payment, charge: str = "charge-1") -> Evidence:
        return await self.keep_evidence(a_notice(payment, charge))

    async def bought(self, customer: CustomerId, item: str, charge: str) -> Evidence:
        """A customer pays for an item as it should be."""
        return await self.settle_payment((await self.noticed(await self.opened(customer, item), charge)).id)

    async def drafted(self, customer: CustomerId, photos: int = 10) -> Training:
        await self.start_draft(customer, BOT, SITTER)
        for _ in range(photos):
            await self.add_photo(customer, f"photo {self.numbers()}".encode())
        return (await self.read(customer)).draft

    async def quoted(self, customer: CustomerId, steps: int = 1000) -> Training:
        await self.drafted(customer)
        return (await self.quote_training(customer, TRAINER, steps)).draft

    async def requested(self, customer: CustomerId) -> TrainingId:
        draft = await self.quoted(customer)
        return (await self.request_training(customer, draft.id, draft.chosen.quote.id)).id

    async def processing(self, customer: CustomerId) -> TrainingId:
        training = await self.requested(customer)
        await self.submit_training(training)
        return training

    async def trained(self, customer: CustomerId) -> Avatar:
        training = await self.processing(customer)
        await self.record_training(training, self.trainer.finish(training))
        return (await self.read(customer)).avatar((await self.training(training)).avatar)

    async def portraits_quoted(self, customer: CustomerId, avatar: Avatar, images: int = 2) -> PortraitOrder:
        idea = Idea(avatar.id, "photo of {trigger}, a {person}", "2:3", images)
        return (await self.quote_portraits(customer, BOT, idea))[1]

    async def portraits_requested(self, customer: CustomerId, avatar: Avatar, images: int = 2) -> OrderId:
        quote = await self.portraits_quoted(customer, avatar, images)
        return (await self.request_portraits(customer, quote.id)).id

    async def painting(self, customer: CustomerId, avatar: Avatar, images: int = 2) -> OrderId:
        order = await self.portraits_requested(customer, avatar, images)
        await self.submit_portraits(order)
        return order

    async def painted(self, customer: CustomerId, avatar: Avatar, images: int = 2) -> OrderId:
        order = await self.painting(customer, avatar, images)
        await self.record_portraits(order, self.painter.finish(order))
        return order

    # --- the worker

    async def work(self, rounds: int = 50) -> int:
        """Carry out what is due until nothing is; what fails outside is tried again later.  Returns how many worked."""
        worked = 0
        for _ in range(rounds):
            tasks = await self.store.outbox.claim("worker", self.clock.now(), of_each(100), 60)
            if not tasks:
                break
            for task in tasks:
                try:
                    await self.carry_out(task)
                except (OutsideError, ConcurrentChange) as trouble:
                    await self.store.outbox.again(task, "worker", self.clock.now() + RETRY, str(trouble))
                else:
                    await self.store.outbox.done(task, "worker")
                    worked += 1
        return worked

    async def broken_laws(self) -> list[str]:
        return [f"{each.law}: {each.subject}: {each.detail}" for each in await self.store.books.violations()]
