"""Books in memory that somebody has tampered with: each broken law is noticed under its own name."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from adapters.memory import FrozenClock, MemoryDatabase
from avatar_core.customers import Customer
from avatar_core.ledger import AccountName, Pocket, customer_account
from avatar_core.money import Stars
from avatar_core.runs import HOLD_LIMIT
from avatar_core.testing.examples import NETWORK, NOW, a_customer, a_draft, an_avatar, an_order
from avatar_core.testing.store import Store
from avatar_core.testing.whole import keep_honest_books, requested
from tests.contracts.memory_store import memory_store

TRAINING = a_draft(a_customer(), an_avatar(a_customer())).id
AVAILABLE = customer_account(NETWORK, a_customer().id, Pocket.AVAILABLE)
CREDIT, HOLD, REFUND = "payment:telegram-stars:charge-1:credit", f"{TRAINING}:hold", f"{TRAINING}:refund:1"


@dataclass
class Ledger:
    """Books with one customer: a credit of 500 ⭐, a hold of 220 ⭐ for a training, its capture, a refund of 20 ⭐."""

    database: MemoryDatabase
    clock: FrozenClock
    store: Store
    customer: Customer

    def change_entry(self, account: AccountName, version: int, **facts: object) -> None:
        entry = replace(self.database.entries[account, version], **facts)  # type: ignore[arg-type]  # an Entry's
        self.database.entries.set((account, version), entry)

    def change_account(self, account: AccountName, **facts: object) -> None:
        changed = replace(self.database.accounts[account], **facts)  # type: ignore[arg-type]  # an Account's
        self.database.accounts.set(account, changed)

    def change_hold(self, **facts: Stars) -> None:
        changed = replace(self.database.holds[TRAINING], **facts)  # type: ignore[arg-type]  # a Hold's
        self.database.holds.set(TRAINING, changed)

    def change_transfer(self, key: str, **facts: object) -> None:
        posting = self.database.transfers[key]
        transfer = replace(posting.transfer, **facts)  # type: ignore[arg-type]  # a Transfer's
        self.database.transfers.set(key, replace(posting, transfer=transfer))

    def drop_one_side(self, key: str) -> None:
        posting = self.database.transfers[key]
        crooked = replace(posting.entries[1], amount=posting.entries[1].amount + 1)
        self.database.transfers.set(key, replace(posting, entries=(posting.entries[0], crooked)))


@pytest.fixture
async def ledger() -> Ledger:
    database, clock = MemoryDatabase(), FrozenClock(NOW)
    store = memory_store(database, clock)
    customer = a_customer()
    await keep_honest_books(store)
    return Ledger(database, clock, store, customer)


CRIMES: dict[str, tuple[Callable[[Ledger], None], set[str]]] = {
    "a transfer with crooked sides": (
        lambda ledger: ledger.drop_one_side(CREDIT),
        {"I1: entries sum to zero"},
    ),
    "a star out of nowhere": (
        lambda ledger: ledger.drop_one_side(f"{TRAINING}:capture"),
        {"I1: entries sum to zero", "7: stars in hand"},
    ),
    "a refund that gives nothing back": (
        lambda ledger: ledger.change_transfer(REFUND, reverses="nothing"),
        {"5: a refund points to its capture"},
    ),
    "an amount changed afterwards": (
        lambda ledger: ledger.change_entry(AVAILABLE, 1, amount=60_000),
        {"I2: balance is the sum", "I2: balance is the last entry's", "the hash chain is whole"},
    ),
    "a balance changed in an entry": (
        lambda ledger: ledger.change_entry(AVAILABLE, 1, balance=60_000),
        {"I2: balance is the sum", "the hash chain is whole"},
    ),
    "a hash changed": (
        lambda ledger: ledger.change_entry(AVAILABLE, 1, digest="0" * 64),
        {"the hash chain is whole"},
    ),
    "a time changed": (
        lambda ledger: ledger.change_transfer(CREDIT, at=NOW + timedelta(seconds=1)),
        {"the hash chain is whole"},
    ),
    "a balance changed in the account": (
        lambda ledger: ledger.change_account(AVAILABLE, balance=60_000),
        {"I2: balance is the last entry's", "7: stars in hand"},
    ),
    "a balance below zero": (
        lambda ledger: ledger.change_account(AVAILABLE, balance=-1),
        {"I2: balance is the last entry's", "I3: no balance below zero", "7: stars in hand"},
    ),
    "an entry taken out": (
        lambda ledger: ledger.database.entries.drop((AVAILABLE, 2)),
        {"I4: versions have no gap"},
    ),
    "a hold taken out": (
        lambda ledger: ledger.database.holds.drop(TRAINING),
        {"4: a hold and its transfers agree", "I6: an order has a hold"},
    ),
    "a hold that never was captured": (
        lambda ledger: ledger.change_hold(captured=Stars(0), released=Stars.of(220)),
        {
            "4: a hold and its transfers agree",
            "5: refunds never exceed the capture",
            "I6: what was delivered is charged",
        },
    ),
    "a hold that gave more than it had": (
        lambda ledger: ledger.change_hold(released=Stars.of(1)),
        {"4: a hold and its transfers agree", "4: captures and release sum to the hold"},
    ),
}


async def broken(ledger: Ledger) -> set[str]:
    return {violation.law for violation in await ledger.store.books.violations()}


async def test_nothing_is_broken_at_first(ledger: Ledger) -> None:
    assert await broken(ledger) == set()


@pytest.mark.parametrize("crime", CRIMES)
async def test_tampering_is_noticed(ledger: Ledger, crime: str) -> None:
    commit, laws = CRIMES[crime]
    commit(ledger)
    assert await broken(ledger) == laws


async def test_a_transfer_in_a_sealed_day_that_was_changed_is_noticed(ledger: Ledger) -> None:
    await ledger.store.books.seal(NOW.date())
    assert await broken(ledger) == set()
    key = next(iter(ledger.database.transfers)).transfer.key
    ledger.change_transfer(key, at=NOW + timedelta(days=1))
    assert await broken(ledger) >= {"a sealed day stays as it was"}


async def test_an_event_without_its_tasks_is_noticed(ledger: Ledger) -> None:
    for row in ledger.database.tasks:
        ledger.database.tasks.drop(row.task.id)
    assert await broken(ledger) == {"I7: an event has its tasks"}


async def test_a_task_that_nobody_carried_out_is_noticed_after_two_days(ledger: Ledger) -> None:
    ledger.clock.advance(timedelta(days=2, seconds=-1))
    assert await broken(ledger) == set()
    ledger.clock.advance(timedelta(seconds=1))
    assert await broken(ledger) == {"I7: tasks are carried out"}
    while tasks := await ledger.store.tasks():
        for task in tasks:
            await ledger.store.outbox.done(task, "a watching test")
    assert await broken(ledger) == set()


async def test_a_hold_is_noticed_at_its_deadline_and_not_before(ledger: Ledger) -> None:
    wallet = (await ledger.store.read(ledger.customer)).wallet
    whole = requested(an_order(ledger.customer, an_avatar(ledger.customer)), wallet, Stars.of(5))
    await ledger.store.save(*whole.records, events=whole.events)
    ledger.clock.advance(HOLD_LIMIT - timedelta(seconds=1))
    assert await broken(ledger) == set()
    ledger.clock.advance(timedelta(seconds=1))
    assert await broken(ledger) == {"4: no hold is open past its deadline", "I6: no order outlives its time"}
