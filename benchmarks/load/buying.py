"""A process of customers who pay and order: ``python -m benchmarks.load.buying <dsn> <bots> <customers>``."""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from adapters.postgres.pool import Database, PoolSettings
from adapters.postgres.unit_of_work import PostgresBeginUnitOfWork
from avatar_core.avatars import Avatar, Gender
from avatar_core.bots import TELEGRAM_STARS, BotProfile, Bots
from avatar_core.catalogue import Catalogue
from avatar_core.catalogue_file import load_catalogue
from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from avatar_core.ids import AvatarId, BotId, CustomerId, NetworkId, PackCode
from avatar_core.money import Currency, Stars
from avatar_core.payments import Evidence, EvidenceStatus, evidence_id
from avatar_core.runs import ModelVersion
from avatar_core.use_cases.billing import ApprovePayment, OpenPayment, Purchase
from avatar_core.use_cases.portraits import Idea, QuotePortraits, RequestPortraits
from avatar_core.use_cases.settlement import KeepEvidence, SettlePayment
from avatar_core.use_cases.subscriptions import Gift, GrantPlan, GrantStars
from benchmarks.filling import CLOCK, NAMES
from benchmarks.load.member import Member, heard

CALLERS, ORDERERS, CONNECTIONS = 32, 200, 8
CATALOGUE = load_catalogue(DEFAULT_CATALOGUE)
PLAN = "NEUROPHOTO"
BOUGHT, ORDERED = "hundredths of a star bought", "hundredths of a star ordered for"
"""What is counted beside the acts, in hundredths."""


@dataclass(frozen=True, slots=True)
class Buyers:
    """What customers do, by the core's own use cases."""

    begin: PostgresBeginUnitOfWork
    customers: int
    bots: Bots
    numbers: Iterator[int]
    portrayed: list[tuple[CustomerId, AvatarId, BotId]]
    spent: Counter[str]

    async def settle(self) -> None:
        """Open an invoice, answer Telegram's question about it, keep the notice and judge it."""
        clock, names, catalogue = CLOCK, NAMES, CATALOGUE
        number = random.randint(1, self.customers)
        customer, bot = _customer(number), BotId(f"bench_bot_{number % len(self.bots.profiles)}")
        opened = OpenPayment(self.begin, clock, names, catalogue, self.bots)
        payment = await opened(customer, Purchase(_pack(catalogue), TELEGRAM_STARS, Currency.XTR, bot))
        charge = f"load-{next(self.numbers)}-{payment.number}"
        await ApprovePayment(self.begin, clock)(payment.id, customer, payment.price, charge)
        notice = Evidence(
            evidence_id(TELEGRAM_STARS, charge),
            TELEGRAM_STARS,
            charge,
            payment.price,
            "{}",
            clock.now(),
            bot=bot,
            payment_id=payment.id,
        )
        kept = await KeepEvidence(self.begin)(notice)
        assert (await SettlePayment(self.begin, clock, catalogue)(kept.id)).status is EvidenceStatus.SETTLED
        self.spent[BOUGHT] += payment.stars.hundredths

    async def order(self) -> None:
        """Ask for a price and order one portrait; the workers do the rest."""
        clock, names, catalogue = CLOCK, NAMES, CATALOGUE
        customer, avatar, bot = random.choice(self.portrayed)
        idea = Idea(avatar, "a portrait", "1:1", 1)
        _, draft = await QuotePortraits(self.begin, clock, names, catalogue)(customer, bot, idea)
        await RequestPortraits(self.begin, clock, catalogue)(customer, draft.id)
        self.spent[ORDERED] += draft.quote.amount.hundredths

    async def prepare(self, orderers: int) -> None:
        """Give some customers a plan, stars enough for a long run, and a trained avatar."""
        clock, names, catalogue = CLOCK, NAMES, CATALOGUE
        for number in range(1, orderers + 1):
            customer, bot = _customer(number), BotId(f"bench_bot_{number % len(self.bots.profiles)}")
            await GrantPlan(self.begin, clock, catalogue)(customer, PLAN, Gift(f"load-plan-{number}", "load"))
            await GrantStars(self.begin, clock)(customer, Stars.of(10_000_000), Gift(f"load-stars-{number}", "load"))
            made = ModelVersion("nobody/avatars", "0" * 64, None)
            avatar = Avatar(AvatarId(names.fresh()), customer, "Me", Gender.OTHER, names.trigger(), clock.now(), made)
            async with self.begin() as work:
                work.save(avatar)
                await work.commit()
            self.portrayed.append((customer, avatar.id, bot))


def _pack(catalogue: Catalogue) -> PackCode:
    """Return the first pack that is sold for Telegram's Stars."""
    return next(pack.code for pack in catalogue.packs.values() if pack.price.currency is Currency.XTR)


def _customer(number: int) -> CustomerId:
    return CustomerId(f"019a0000-0000-7000-8000-{number:012x}")


async def main(dsn: str, bots: int, customers: int) -> None:
    """Prepare, then pay and order at the pace that is told."""
    heard()
    names = [BotId(f"bench_bot_{number}") for number in range(bots)]
    profiles = Bots({name: BotProfile(name, NetworkId(name), gateways=(TELEGRAM_STARS,)) for name in names})
    async with Database(dsn, settings=PoolSettings(smallest=CONNECTIONS, largest=CONNECTIONS)) as database:
        begin = PostgresBeginUnitOfWork(database, NAMES, CLOCK)
        buyers = Buyers(begin, customers, profiles, count(1), [], Counter())
        await buyers.prepare(min(ORDERERS, customers))
        acts = {"settle": (buyers.settle, CALLERS), "order": (buyers.order, CALLERS // 4)}
        await Member(acts, buyers.spent).serve()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
