"""Customers: coming, coming back, choosing a language, being read."""

from dataclasses import dataclass, replace

from avatar_core.bots import Bots
from avatar_core.customers import Customer, Language
from avatar_core.dossier import Dossier, OfCustomer, OfPerson
from avatar_core.errors import CustomerNotFound
from avatar_core.events import CustomerRegistered
from avatar_core.ids import BotId, CustomerId, TelegramId
from avatar_core.ports import BeginUnitOfWork, Clock, Names
from avatar_core.use_cases.again import again


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody writes to a bot."""

    bot: BotId
    telegram_id: TelegramId
    name: str = ""
    language_code: str | None = None
    """Telegram's; counts only the first time."""
    inviter: CustomerId | None = None


@dataclass(frozen=True, slots=True)
class Welcome:
    """Register whoever writes for the first time, and know again whoever has been here."""

    begin: BeginUnitOfWork
    clock: Clock
    names: Names
    bots: Bots

    @again
    async def __call__(self, visit: Visit) -> Dossier:
        """Return the customer's dossier as of this visit; ``returned`` when nothing could be told before it."""
        network, returned = self.bots.of(visit.bot).network, False
        async with self.begin() as work:
            try:
                dossier = await work.dossier(OfPerson(network, visit.telegram_id))
            except CustomerNotFound:
                newcomer = self._register(visit)
                work.save(newcomer)
                work.emit(CustomerRegistered(customer=newcomer.id, person=newcomer.name))
                await work.commit()
            else:
                seen = dossier.customer.came(visit.bot, visit.name)
                if seen == dossier.customer:
                    return dossier
                returned = not dossier.customer.reachable
                work.save(seen)
                await work.commit()
        async with self.begin() as work:
            return replace(await work.dossier(OfPerson(network, visit.telegram_id)), returned=returned)

    def _register(self, visit: Visit) -> Customer:
        return Customer(
            id=CustomerId(self.names.fresh()),
            network=self.bots.of(visit.bot).network,
            telegram_id=visit.telegram_id,
            bot=visit.bot,
            language=Language.spoken(visit.language_code),
            registered_at=self.clock.now(),
            name=visit.name,
            inviter=visit.inviter,
        )


@dataclass(frozen=True, slots=True)
class ReadCustomer:
    """Read everything about a customer: balance, plan, avatars, the draft."""

    begin: BeginUnitOfWork

    async def __call__(self, customer: CustomerId) -> Dossier:
        """Return the dossier.  Raises CustomerNotFound and StoreUnavailable; never a made-up zero."""
        async with self.begin() as work:
            return await work.dossier(OfCustomer(customer))


@dataclass(frozen=True, slots=True)
class ChooseLanguage:
    """Speak another language to a customer from now on."""

    begin: BeginUnitOfWork

    @again
    async def __call__(self, customer: CustomerId, language: Language) -> Customer:
        """Return the customer as of now."""
        async with self.begin() as work:
            known = (await work.dossier(OfCustomer(customer))).customer
            if known.language is language:
                return known
            work.save(known.speaks(language))
            await work.commit()
        return known.speaks(language)


@dataclass(frozen=True, slots=True)
class NoteUnreachable:
    """Stop writing to somebody who blocked the bot, until they return."""

    begin: BeginUnitOfWork

    @again
    async def __call__(self, customer: CustomerId) -> None:
        """Note it; again is harmless."""
        async with self.begin() as work:
            known = (await work.dossier(OfCustomer(customer))).customer
            if known.reachable:
                work.save(known.lost())
                await work.commit()
