"""Portraits: quoting, ordering, painting, delivering (domain page 3.5)."""

from dataclasses import dataclass, replace

from avatar_core.avatars import Avatar
from avatar_core.catalogue import Catalogue
from avatar_core.dossier import Dossier, OfCustomer, OfPortraits
from avatar_core.errors import PortraitOrderNotFound, QuoteExpired
from avatar_core.events import PortraitsRequested
from avatar_core.ids import AvatarId, BotId, CustomerId, PortraitOrderId, QuoteId
from avatar_core.plans import Feature
from avatar_core.portraits import SERVICE, PortraitOrder, Wish
from avatar_core.ports import (
    BeginUnitOfWork,
    Clock,
    Names,
    Painter,
    PaintingOrder,
    Warden,
)
from avatar_core.pricing import PERSON, TRIGGER, quoted
from avatar_core.runs import HOLD_LIMIT, Report, RunStatus, Ticket
from avatar_core.use_cases.again import again
from avatar_core.use_cases.handover import Handover
from avatar_core.use_cases.outcomes import PortraitKind
from avatar_core.use_cases.rights import require


@dataclass(frozen=True, slots=True)
class Idea:
    """What a customer wants painted; ``prompt`` is their words or a style's template."""

    avatar: AvatarId
    prompt: str
    aspect: str
    count: int


def filled(prompt: str, avatar: Avatar) -> str:
    """Put the avatar into a prompt: where it is asked for, or in front of the customer's own words."""
    if TRIGGER not in prompt:
        return f"photo of {avatar.trigger}, a {avatar.gender.word}: {prompt}"
    return prompt.replace(TRIGGER, avatar.trigger).replace(PERSON, avatar.gender.word)


@dataclass(frozen=True, slots=True)
class QuotePortraits:
    """Say what an order costs; what is shown is what will be charged."""

    begin: BeginUnitOfWork
    clock: Clock
    names: Names
    catalogue: Catalogue

    @again
    async def __call__(self, customer: CustomerId, bot: BotId, idea: Idea) -> tuple[Dossier, PortraitOrder]:
        """Return the dossier and the quoted order.

        Raises AvatarNotFound (also for another customer's), AvatarNotReady, EmptyPrompt, ImagesNotOffered and
        UnknownFormat.
        """
        at = self.clock.now()
        price = self.catalogue.portraits.quote_for(idea.count, idea.aspect)
        async with self.begin() as work:
            dossier = await work.dossier(OfCustomer(customer))
            dossier.avatar(idea.avatar).model()
            order = PortraitOrder(
                id=PortraitOrderId(self.names.fresh()),
                customer=customer,
                network=dossier.customer.network,
                bot=bot,
                wish=Wish(idea.avatar, idea.prompt, idea.aspect, idea.count, self.names.seed()),
                quote=quoted(QuoteId(self.names.fresh()), price, at),
                created_at=at,
            )
            work.save(order)
            await work.commit()
        return dossier, replace(order, version=1)


@dataclass(frozen=True, slots=True)
class RequestPortraits:
    """Order what was quoted: the stars are held, and the worker hands it over."""

    begin: BeginUnitOfWork
    clock: Clock
    catalogue: Catalogue

    @again
    async def __call__(self, customer: CustomerId, order: PortraitOrderId) -> PortraitOrder:
        """Return the order; ordering the same quote again returns it as it is.

        Raises FeatureLocked, QuoteExpired, InsufficientStars, AvatarNotReady and PortraitOrderNotFound; a refusal
        changes nothing.
        """
        at = self.clock.now()
        async with self.begin() as work:
            dossier = await work.dossier(OfPortraits(order))
            if dossier.customer.id != customer:
                raise PortraitOrderNotFound
            draft = dossier.order(order)
            if draft.run.discarded:
                raise QuoteExpired
            if draft.run.status is not RunStatus.DRAFT:
                return draft
            require(dossier, self.catalogue, Feature.PORTRAITS, at)
            dossier.avatar(draft.wish.avatar).model()
            requested, price = draft.request(at=at), draft.quote.amount
            work.save(requested, dossier.wallet.hold(order, SERVICE, price, deadline=at + HOLD_LIMIT, at=at))
            work.emit(PortraitsRequested(customer=customer, order=order, count=draft.wish.count, price=price))
            await work.commit()
        return requested


@dataclass(frozen=True, slots=True)
class DiscardQuote:
    """Give up a quote that was shown and never taken."""

    begin: BeginUnitOfWork
    clock: Clock

    @again
    async def __call__(self, order: PortraitOrderId) -> None:
        """Discard it; one that still holds, or was ordered, stays as it is."""
        at = self.clock.now()
        async with self.begin() as work:
            quoted = (await work.dossier(OfPortraits(order))).order(order)
            if quoted.run.status is RunStatus.DRAFT and at >= quoted.quote.expires_at:
                work.save(replace(quoted, run=quoted.run.cancel(at=at)))
                await work.commit()


@dataclass(frozen=True, slots=True)
class SubmitPortraits:
    """Hand an order over to the painter, exactly once, whatever dies in between."""

    begin: BeginUnitOfWork
    clock: Clock
    painter: Painter
    warden: Warden

    async def __call__(self, order: PortraitOrderId) -> None:
        """Hand over; what is with the painter or has ended stays as it is.

        Raises ProviderUnavailable and ProviderUnauthorized when it has to be tried again later.
        """
        handover = Handover(self.begin, self.clock, self.warden, PortraitKind())
        await handover.carry(order, self._give)

    async def _give(self, dossier: Dossier, order: PortraitOrder) -> Ticket:
        found = await self.painter.find(order.id)
        if found is not None:
            return found
        avatar, wish = dossier.avatar(order.wish.avatar), order.wish
        prompt = filled(wish.prompt, avatar)
        return await self.painter.submit(
            PaintingOrder(order.id, avatar.model(), prompt, wish.aspect, wish.count, wish.seed)
        )


@dataclass(frozen=True, slots=True)
class RecordPortraitReport:
    """Take the painter's word about a run, from the webhook or the poller."""

    begin: BeginUnitOfWork
    clock: Clock
    warden: Warden

    async def __call__(self, order: PortraitOrderId, report: Report) -> None:
        """Record it; what is late, repeated or about another run changes nothing.  Raises PortraitOrderNotFound."""
        await Handover(self.begin, self.clock, self.warden, PortraitKind()).record(order, report)


@dataclass(frozen=True, slots=True)
class PollPortraits:
    """Ask the painter, because webhooks get lost; end what is overdue or gone."""

    begin: BeginUnitOfWork
    clock: Clock
    painter: Painter
    warden: Warden

    async def __call__(self, order: PortraitOrderId) -> None:
        """Ask and record.  Raises ProviderUnavailable and ProviderUnauthorized unless the deadline has passed."""
        await Handover(self.begin, self.clock, self.warden, PortraitKind()).poll(order, self.painter.report)
