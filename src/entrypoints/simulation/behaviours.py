"""What customers do.  Another behaviour is one class and one line in BEHAVIOURS."""

import asyncio
from hashlib import sha256
from typing import ClassVar

from avatar_core.avatars import Avatar, Gender
from avatar_core.customers import Language
from avatar_core.dossier import Dossier
from avatar_core.errors import InsufficientStars
from avatar_core.ids import PackCode, PlanCode, TrainerCode
from avatar_core.money import Price
from avatar_core.payments import Payment, PlanPurchase
from avatar_core.pricing import QUOTE_LIFE
from avatar_core.trainings import Training
from avatar_core.use_cases.billing import CancelPayment, OpenPayment, Purchase
from avatar_core.use_cases.customers import ChooseLanguage, ReadCustomer
from avatar_core.use_cases.drafts import AddPhoto, DiscardDraft, QuoteTraining, RemovePhoto, Sitter, StartDraft
from avatar_core.use_cases.portraits import Idea, QuotePortraits, RequestPortraits
from avatar_core.use_cases.trainings import CancelTraining, RequestTraining
from entrypoints.simulation.audit import Broken
from entrypoints.simulation.notices import ROUBLES
from entrypoints.simulation.oracle import IMAGE, Invoice, Sitting
from entrypoints.simulation.person import BOT, Person
from entrypoints.simulation.rails import Rail
from entrypoints.simulation.scenario import Fault

MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86_400.0
PHOTOS = 10
SIZES = (1000, 1500, 2000)
STAR_PACKS, ROUBLE_PACKS = ("xtr-100", "xtr-500", "xtr-1000"), ("rub-500.00", "rub-1000.00")


class Behaviour:
    """One thing that a customer may do; ``weight`` is how often, beside the others."""

    weight: ClassVar[int]

    async def __call__(self, person: Person, seen: Dossier) -> None:
        """Do it; refusals and silence end it."""
        raise NotImplementedError


async def pays(person: Person, item: PlanCode | PackCode, rail: Rail) -> None:
    """Open an invoice, and pay it as people do: soon, late, twice, wrongly, or not at all."""
    purchase = Purchase(item, rail.code, rail.currency, BOT)
    payment = await person.asks(lambda process: process.of(OpenPayment)(person.known, purchase))
    plan = payment.purpose.plan if isinstance(payment.purpose, PlanPurchase) else None
    invoice = Invoice(payment.id, person.known, payment.price.minor, payment.price.currency, plan)
    person.street.oracle.invoices[payment.id] = invoice
    person.invoices.append(payment)
    drawn = person.chance.random()
    if drawn < 0.1:  # one of ten thinks better of it
        return
    await person.waits(2 * HOUR_S if drawn < 0.2 else 2 * MINUTE_S)  # one of ten is too late
    await rail.pay(payment, person.payer)
    if person.street.luck.strikes(Fault.ODD_MONEY, person.chance):
        oddly(person, payment, rail)


def oddly(person: Person, payment: Payment, rail: Rail) -> None:
    """Pay in a way that fits no invoice."""
    match person.chance.randrange(4):
        case 0:
            rail.charge(payment, person.payer)
        case 1:
            rail.charge(payment, person.payer, price=Price(payment.price.minor + 1, payment.price.currency))
        case 2:
            rail.charge(payment, person.payer, lost_name=True)
        case _:
            rail.charge(payment, person.chance.choice(person.strangers).payer)


class BuyPlan(Behaviour):
    """Buy a plan, or renew it early or late: it is the same."""

    weight = 5

    async def __call__(self, person: Person, seen: Dossier) -> None:
        """Choose and pay."""
        plan = PlanCode(person.chance.choice(("NEUROPHOTO", "NEUROPHOTO", "NEUROVIDEO")))
        await pays(person, plan, person.chance.choice(person.street.rails))


class TopUp(Behaviour):
    """Buy stars."""

    weight = 3

    async def __call__(self, person: Person, seen: Dossier) -> None:
        """Choose and pay."""
        rail = person.chance.choice(person.street.rails)
        packs = ROUBLE_PACKS if rail.code == ROUBLES else STAR_PACKS
        await pays(person, PackCode(person.chance.choice(packs)), rail)


class Train(Behaviour):
    """Prepare an avatar and order its training; stop it now and then."""

    weight = 6

    async def __call__(self, person: Person, seen: Dossier) -> None:
        """Go all the way, as far as it leads."""
        sitter = Sitter(f"Avatar {len(seen.avatars) + 1}", person.chance.choice(tuple(Gender)))
        draft = await person.taps(lambda process: process.of(StartDraft)(person.known, BOT, sitter))
        await self._look_after(person, await self._send_photos(person, PHOTOS - len(draft.photos)))
        await self._order(person)

    async def _send_photos(self, person: Person, missing: int) -> list[bytes]:
        """Send an album, whose photos come all at once, or photos one by one; return those that were accepted."""
        accepted: list[bytes] = []
        contents = [f"{person.number}: {person.chance.random()}".encode() for _ in range(missing)]
        if person.chance.random() < 0.5:  # half and half
            await asyncio.gather(*(self._send(person, each, accepted) for each in contents), return_exceptions=True)
        else:
            for each in contents:
                await self._send(person, each, accepted)
        return accepted

    async def _send(self, person: Person, content: bytes, accepted: list[bytes]) -> None:
        await person.asks(lambda process: process.of(AddPhoto)(person.known, content))
        accepted.append(content)

    async def _look_after(self, person: Person, accepted: list[bytes]) -> None:
        """Look whether every photo that was accepted is there."""
        seen = await person.asks(lambda process: process.of(ReadCustomer)(person.known))
        kept = {photo.seen.sha256 for photo in seen.draft.photos}
        lost = [content for content in accepted if sha256(content).hexdigest() not in kept]
        if lost:
            person.street.broke(Broken("a photo that was accepted is there", person.name, f"{len(lost)} lost"))

    async def _order(self, person: Person) -> None:
        trainer = TrainerCode(person.chance.choice(("flux-dev-lora", "fast-flux")))
        steps = 1000 if trainer == "fast-flux" else person.chance.choice(SIZES)
        quoted = await person.asks(lambda process: process.of(QuoteTraining)(person.known, trainer, steps))
        draft = quoted.draft
        oracle = person.street.oracle
        oracle.expect(draft.id, person.known, oracle.training_price(trainer, steps))
        oracle.sittings[draft.id] = Sitting(draft.avatar, trainer, steps)
        slowly = person.chance.random() < 0.1  # one of ten thinks it over for too long
        await person.waits(QUOTE_LIFE.total_seconds() if slowly else 20)
        try:
            await self._request(person, draft)
        except InsufficientStars:
            rail = person.street.rails[0]
            await pays(person, PackCode("xtr-500"), rail)
            await person.waits(MINUTE_S)
            await self._request(person, draft)
        if person.chance.random() < 0.15:  # some think better of it while it runs
            await person.waits(20 * MINUTE_S)
            person.street.oracle.called_off.add(draft.id)
            await person.taps(lambda process: process.of(CancelTraining)(person.known, draft.id))

    async def _request(self, person: Person, draft: Training) -> None:
        quote = draft.chosen.quote.id
        await person.taps(lambda process: process.of(RequestTraining)(person.known, draft.id, quote))


class OrderPortraits(Behaviour):
    """Order portraits of an avatar that is ready."""

    weight = 10

    async def __call__(self, person: Person, seen: Dossier) -> None:
        """Choose, look at the price, order; several at once now and then."""
        ready = [avatar for avatar in seen.avatars.values() if avatar.trained]
        if not ready:
            return
        for _ in range(person.chance.choice((1, 1, 1, 3))):
            await self._order(person, person.chance.choice(ready))

    async def _order(self, person: Person, avatar: Avatar) -> None:
        idea = Idea(avatar.id, "photo of {trigger}, a {person}", "2:3", person.chance.randint(1, 4))
        _, order = await person.asks(lambda process: process.of(QuotePortraits)(person.known, BOT, idea))
        person.street.oracle.expect(order.id, person.known, IMAGE * idea.count)
        person.street.oracle.ideas[order.id] = idea
        await person.waits(10)
        await person.taps(lambda process: process.of(RequestPortraits)(person.known, order.id))


class CancelInvoice(Behaviour):
    """Close an invoice, and pay it nevertheless now and then."""

    weight = 1

    async def __call__(self, person: Person, seen: Dossier) -> None:
        """Close one of the shown ones."""
        if not person.invoices:
            return
        payment = person.chance.choice(person.invoices)
        await person.asks(lambda process: process.of(CancelPayment)(payment.id))
        rail = next(each for each in person.street.rails if each.code == payment.gateway)
        if person.chance.random() < 0.3:  # some have the page open still
            await rail.pay(payment, person.payer)


class PayForAnother(Behaviour):
    """Pay somebody else's invoice."""

    weight = 1

    async def __call__(self, person: Person, seen: Dossier) -> None:
        """Try it with one of theirs."""
        other = person.chance.choice(person.strangers)
        if other is not person and other.invoices:
            payment = other.invoices[-1]
            rail = next(each for each in person.street.rails if each.code == payment.gateway)
            await rail.pay(payment, person.payer)


class Block(Behaviour):
    """Block the bot; the next visit is the return."""

    weight = 1

    async def __call__(self, person: Person, seen: Dossier) -> None:
        """Block."""
        person.street.oracle.left(person.known, person.street.clock.now())
        person.street.post.memory.blocked_by.add(person.telegram_id)


class Tidy(Behaviour):
    """Take a photo out of the draft, or give the draft up."""

    weight = 1

    async def __call__(self, person: Person, seen: Dossier) -> None:
        """Do one or the other."""
        drafts = [each for each in seen.trainings.values() if each.run.status == "DRAFT" and each.photos]
        if drafts and person.chance.random() < 0.5:  # half and half
            ref = drafts[0].photos[0].ref
            await person.taps(lambda process: process.of(RemovePhoto)(person.known, ref))
        else:
            draft = seen.draft.id
            await person.taps(lambda process: process.of(DiscardDraft)(person.known, draft))


class LookAround(Behaviour):
    """Look at the balance, change the language."""

    weight = 2

    async def __call__(self, person: Person, seen: Dossier) -> None:
        """Look."""
        await person.asks(lambda process: process.of(ReadCustomer)(person.known))
        language = person.chance.choice(tuple(Language))
        await person.asks(lambda process: process.of(ChooseLanguage)(person.known, language))


BEHAVIOURS: tuple[Behaviour, ...] = (
    BuyPlan(),
    TopUp(),
    Train(),
    OrderPortraits(),
    CancelInvoice(),
    PayForAnother(),
    Block(),
    Tidy(),
    LookAround(),
)
WEIGHTS = tuple(each.weight for each in BEHAVIOURS)
