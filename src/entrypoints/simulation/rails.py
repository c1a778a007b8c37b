"""The ways to pay: what the customer is charged, and how the notice of it finds its way to us.

Telegram asks us before it charges, and knows the payer; Robokassa charges whoever opens the page.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass

from adapters.memory import MemoryGateway
from avatar_core.errors import AvatarError
from avatar_core.ids import CustomerId, GatewayCode, TelegramId
from avatar_core.money import Currency, Price
from avatar_core.payments import Payment
from avatar_core.ports import Clock
from avatar_core.use_cases.billing import ApprovePayment, AwaitCharge
from entrypoints.simulation.audit import Broken
from entrypoints.simulation.laws.approvals import Approvals
from entrypoints.simulation.life import Killed
from entrypoints.simulation.notices import ROUBLES, STARS
from entrypoints.simulation.oracle import Charge, Oracle
from entrypoints.simulation.process import Process
from entrypoints.simulation.scenario import Fault
from entrypoints.simulation.vendors import HOUR_S, Vendor, Weather

FIRST_PAUSE_S, LONGEST_PAUSE_S = 30.0, HOUR_S
DELAYED_S = 3 * HOUR_S

Front = Callable[[], Process | None]
"""Returns a process that answers now, if any does."""


@dataclass(frozen=True, slots=True)
class Till:
    """What a rail needs of the rest."""

    oracle: Oracle
    clock: Clock
    front: Front
    spawn: Callable[[Coroutine[None, None, None]], None]
    note: Callable[[str, str, object], None]
    broke: Callable[[Broken], None]
    approvals: Approvals

    def look_at(self, answer: Iterator[Broken]) -> None:
        """Tell what is wrong with an answer."""
        for broken in answer:
            self.broke(broken)


@dataclass(frozen=True, slots=True)
class Payer:
    """Somebody who pays."""

    customer: CustomerId
    telegram_id: TelegramId


class Rail(Vendor):
    """One gateway and its notices, which come until they are taken."""

    code: GatewayCode
    currency: Currency

    def __init__(self, weather: Weather, till: Till) -> None:
        super().__init__(weather)
        self.till = till
        self.gateway = MemoryGateway(code=self.code)

    async def pay(self, payment: Payment, payer: Payer) -> bool:
        """Let somebody pay an invoice; return whether money was taken."""
        if not await self.asked(payment, payer):
            return False
        self.charge(payment, payer)
        return True

    async def asked(self, payment: Payment, payer: Payer) -> bool:
        """Return whether the payment may be made."""
        return True

    def known_payer(self, payer: Payer) -> TelegramId | None:
        """Return what the notice says about the payer."""
        return None

    def charge(self, payment: Payment, payer: Payer, *, price: Price | None = None, lost_name: bool = False) -> None:
        """Take the money, and send the notice; ``lost_name`` is one that names no invoice of ours."""
        oracle, paid = self.till.oracle, price or payment.price
        charge = f"{self.code}-{len(oracle.charges) + 1}"
        known = self.known_payer(payer)
        fits = paid == payment.price and not lost_name and (known is None or payer.customer == payment.customer)
        oracle.charges[charge] = Charge(charge, self.code, paid.minor, paid.currency, payment.id, fits)
        self.till.note(self.code, "charges", charge)
        odd: dict[str, object] = {"minor": paid.minor, "payer": known}
        if lost_name:
            odd |= {"id": "nothing of ours", "number": 0}
        self.till.spawn(self._tell(payment, charge, odd))

    async def _tell(self, payment: Payment, charge: str, odd: dict[str, object]) -> None:
        """Bring the notice until it is taken, and sometimes once more."""
        chance, luck = self.chance, self.luck
        await asyncio.sleep(chance.uniform(0, DELAYED_S) if luck.strikes(Fault.DELAY, chance) else chance.uniform(0, 5))
        if luck.strikes(Fault.REPEAT, chance):
            self.till.spawn(self._again(payment, charge, odd))
        pause_s = FIRST_PAUSE_S
        while not await self._brought(payment, charge, odd):
            await asyncio.sleep(pause_s * chance.uniform(0.5, 1))
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _again(self, payment: Payment, charge: str, odd: dict[str, object]) -> None:
        for _ in range(self.chance.randint(1, 3)):
            if self.chance.random() < 0.5:  # half of them come at the very same moment
                await asyncio.sleep(self.chance.expovariate(1 / HOUR_S))
            await self._brought(payment, charge, odd)

    async def _brought(self, payment: Payment, charge: str, odd: dict[str, object]) -> bool:
        """Bring a notice to whoever answers; return whether it was taken."""
        process = self.till.front()
        if process is None or self.luck.strikes(Fault.LOSS, self.chance):
            return False
        notice = self.gateway.pay(payment, charge, self.till.clock.now(), **odd)
        try:
            await process.door.take(self.gateway, notice)
        except (AvatarError, Killed):
            return False
        return True


class StarsRail(Rail):
    """Telegram Stars."""

    code, currency = STARS, Currency.XTR

    async def asked(self, payment: Payment, payer: Payer) -> bool:
        """Ask us first, and take no for an answer, silence too."""
        process = self.till.front()
        if process is None:
            return False
        query = f"query-{len(self.till.oracle.charges)}-{self.weather.time():.6f}"
        try:
            await process.of(ApprovePayment)(payment.id, payer.customer, payment.price, query)
        except Killed:
            return False
        except AvatarError as refusal:
            self.till.look_at(self.till.approvals.no(payment, payer.customer, query, refusal))
            return False
        self.till.look_at(self.till.approvals.yes(payment, payer.customer, query))
        if self.luck.strikes(Fault.LOSS, self.chance):
            return False  # our answer came too late
        self.till.spawn(self._heard(process, payment, query))
        return True

    async def _heard(self, process: Process, payment: Payment, query: str) -> None:
        """Let us know that our yes was taken; what comes of it does not depend on that."""
        with suppress(AvatarError, Killed):
            await process.of(AwaitCharge)(payment.id, query)

    def known_payer(self, payer: Payer) -> TelegramId | None:
        """Return the payer: Telegram knows everybody."""
        return payer.telegram_id


class RoublesRail(Rail):
    """Robokassa."""

    code, currency = ROUBLES, Currency.RUB
