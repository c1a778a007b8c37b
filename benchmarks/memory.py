"""S9: use cases a second on the adapters in memory, on one core."""

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self

from adapters.memory.gateway import CODE
from adapters.memory.world import BOT, MemoryWorld
from avatar_core.ids import TelegramId
from avatar_core.payments import Evidence, EvidenceStatus, Payment, evidence_id
from avatar_core.use_cases.billing import ApprovePayment, OpenPayment, Purchase
from avatar_core.use_cases.customers import ReadCustomer, Visit, Welcome
from avatar_core.use_cases.settlement import KeepEvidence, SettlePayment
from benchmarks.figures import Amount, AtLeast, Curve, Figure, Findings
from benchmarks.rounds import Rounds
from entrypoints.sweeps import rare_sweeps

USE_CASES = 7
"""Of one customer: comes, comes again, opens, approves, keeps, settles, reads."""
LEAST = Amount(20_000, "/s")
DAYS = "customer-days/s"
LEAST_DAYS = Amount(1_000, DAYS)
SIMULATION = "simulation"


@dataclass(frozen=True, slots=True)
class MemorySize:
    """How much is measured."""

    customers: Sequence[int]
    """In one database."""
    callers: int
    simulated: tuple[int, int]
    """Customers and days of the simulation."""


async def measure_memory(_server: object, size: MemorySize, rounds: Rounds) -> Findings:
    """Let customers come, buy a pack of stars, and look at their balance; what counts is the processor's time."""
    with rare_sweeps():
        medians = await rounds.medians({count: partial(_rate, count, size.callers) for count in size.customers})
        lived = await rounds.medians({SIMULATION: partial(_simulated, *size.simulated)})
    rate = Amount(medians[max(size.customers)], "/s")
    what = f"use cases in memory, {max(size.customers):,} customers"
    line = [(float(count), medians[count]) for count in size.customers]
    curve = Curve("S9", "use cases in memory over customers in the database", "customers", "/s", {"use cases": line})
    goal = "the design's goal"
    figures = [
        Figure("S9", what, rate, goal, LEAST, AtLeast(1)),
        Figure("S9", "simulation, harshest faults", Amount(lived[SIMULATION], DAYS), goal, LEAST_DAYS, AtLeast(1)),
    ]
    return Findings(figures, [curve])


async def _simulated(customers: int, days: int) -> float:
    """Return customer-days a second of the processor's time, beyond what the command's start takes."""
    start_s = await _simulation_s(1, 1)
    return customers * days / max(await _simulation_s(customers, days) - start_s, 0.001)


async def _simulation_s(customers: int, days: int) -> float:
    command = [str(Path(sys.executable).with_name("avatar")), "simulate", "--seed", "1"]
    size = ["--customers", str(customers), "--days", str(days), "--faults", "harsh"]
    with tempfile.TemporaryDirectory(prefix="avatar-simulation-") as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        await asyncio.to_thread(subprocess.run, [*command, *size], check=True, cwd=folder, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


async def _rate(customers: int, callers: int) -> float:
    business = _Business.on(MemoryWorld())
    began = time.process_time()

    async def serve(numbers: range) -> None:
        for number in numbers:
            await business.serve(number)

    await asyncio.gather(*(serve(range(caller, customers, callers)) for caller in range(callers)))
    return customers * USE_CASES / (time.process_time() - began)


@dataclass(frozen=True, slots=True)
class _Business:
    world: MemoryWorld
    welcome: Welcome
    open_payment: OpenPayment
    approve_payment: ApprovePayment
    keep_evidence: KeepEvidence
    settle_payment: SettlePayment
    read_customer: ReadCustomer

    @classmethod
    def on(cls, world: MemoryWorld) -> Self:
        """Resolve the use cases once, as a container does."""
        return cls(
            world,
            world.of(Welcome),
            world.of(OpenPayment),
            world.of(ApprovePayment),
            world.of(KeepEvidence),
            world.of(SettlePayment),
            world.of(ReadCustomer),
        )

    async def serve(self, number: int) -> None:
        """Do everything for one customer."""
        world, pack = self.world, next(iter(self.world.catalogue.packs.values()))
        visit = Visit(BOT, TelegramId(number + 1), "A customer", "ru")
        await self.welcome(visit)
        customer = (await self.welcome(visit)).customer
        payment = await self.open_payment(customer.id, Purchase(pack.code, CODE, pack.price.currency, BOT))
        await self.approve_payment(payment.id, customer.id, payment.price, str(number))
        kept = await self.keep_evidence(_notice(payment, world.clock.now()))
        assert (await self.settle_payment(kept.id)).status is EvidenceStatus.SETTLED
        assert (await self.read_customer(customer.id)).wallet.available == pack.stars


def _notice(payment: Payment, at: datetime) -> Evidence:
    charge = f"charge-{payment.number}"
    return Evidence(evidence_id(CODE, charge), CODE, charge, payment.price, "paid", at, payment_id=payment.id)
