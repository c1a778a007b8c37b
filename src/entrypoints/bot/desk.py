"""What the bot works with: use cases and ports in one place, resolved by the container."""

from collections.abc import Iterator
from dataclasses import dataclass

from avatar_core.bots import BotProfile, Bots
from avatar_core.catalogue import Catalogue
from avatar_core.dossier import Dossier, OfPortraits
from avatar_core.errors import GatewayNotAllowed, PortraitOrderNotFound
from avatar_core.ids import CustomerId, GatewayCode, PortraitOrderId, TelegramId
from avatar_core.money import Currency
from avatar_core.portraits import PortraitOrder
from avatar_core.ports import BeginUnitOfWork, Books, Clock, PaymentGateway, PhotoStore
from avatar_core.use_cases.billing import ApprovePayment, AwaitCharge, OpenPayment
from avatar_core.use_cases.customers import ChooseLanguage, NoteUnreachable, ReadCustomer, Welcome
from avatar_core.use_cases.drafts import AddPhoto, DiscardDraft, QuoteTraining, RemovePhoto, StartDraft
from avatar_core.use_cases.portraits import QuotePortraits, RequestPortraits
from avatar_core.use_cases.settlement import KeepEvidence, SettlePayment
from avatar_core.use_cases.trainings import CancelTraining, RequestTraining


@dataclass(frozen=True, slots=True)
class Rail:
    """One way to pay: the gateway, its currency, and the letter that stands for it in a button."""

    gateway: PaymentGateway
    currency: Currency
    letter: str


@dataclass(frozen=True, slots=True)
class Rails:
    """Every way to pay that is set up, Telegram Stars first."""

    rails: tuple[Rail, ...]

    def allowed(self, profile: BotProfile, person: TelegramId) -> Iterator[Rail]:
        """Give those that the bot's owner allows this person."""
        return (rail for rail in self.rails if profile.allows(rail.gateway.code, person))

    def of(self, letter: str, profile: BotProfile, person: TelegramId) -> Rail:
        """Return the rail of a button.  Raises GatewayNotAllowed for one that is not, or no longer, for this person."""
        for rail in self.allowed(profile, person):
            if rail.letter == letter:
                return rail
        raise GatewayNotAllowed(gateway=letter)

    def taking(self, code: GatewayCode) -> PaymentGateway:
        """Return a gateway by its code.  Raises GatewayNotAllowed."""
        for rail in self.rails:
            if rail.gateway.code == code:
                return rail.gateway
        raise GatewayNotAllowed(gateway=code)


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """Read a portrait order, to repeat it or to change it."""

    begin: BeginUnitOfWork

    async def __call__(self, customer: CustomerId, order: PortraitOrderId) -> tuple[Dossier, PortraitOrder]:
        """Return the dossier and the order.  Raises PortraitOrderNotFound, also for another customer's."""
        async with self.begin() as work:
            dossier = await work.dossier(OfPortraits(order))
        if dossier.customer.id != customer:
            raise PortraitOrderNotFound
        return dossier, dossier.order(order)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a conversation may ask for."""

    catalogue: Catalogue
    bots: Bots
    clock: Clock
    books: Books
    store: PhotoStore
    rails: Rails
    welcome: Welcome
    read_customer: ReadCustomer
    choose_language: ChooseLanguage
    note_unreachable: NoteUnreachable
    open_payment: OpenPayment
    approve_payment: ApprovePayment
    await_charge: AwaitCharge
    keep_evidence: KeepEvidence
    settle_payment: SettlePayment
    start_draft: StartDraft
    add_photo: AddPhoto
    remove_photo: RemovePhoto
    discard_draft: DiscardDraft
    quote_training: QuoteTraining
    request_training: RequestTraining
    cancel_training: CancelTraining
    quote_portraits: QuotePortraits
    request_portraits: RequestPortraits
    read_order: ReadOrder
