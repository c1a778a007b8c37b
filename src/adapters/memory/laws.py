"""The laws of the ledger, checked over all books: domain page 3.1, laws 1 to 7, and invariants I1 to I4 of page 5."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from adapters.memory.database import MemoryDatabase
from avatar_core.ledger import GENESIS, STAR, Account, Pocket, TransferKind, chained
from avatar_core.money import NO_STARS
from avatar_core.ports import Violation
from avatar_core.wallet import Hold

HOLD_KINDS = {
    TransferKind.HOLD: "amount",
    TransferKind.CAPTURE: "captured",
    TransferKind.RELEASE: "released",
    TransferKind.REFUND: "refunded",
}
"""What each kind of transfer adds to in the hold of its order."""


def broken_laws(database: MemoryDatabase, at: datetime) -> Iterator[Violation]:
    """Go through every broken law of the ledger as of a moment."""
    yield from _transfers(database)
    yield from _accounts(database)
    yield from _stars_in_hand(database)
    yield from _holds(database, at)


def _transfers(database: MemoryDatabase) -> Iterator[Violation]:
    for posting in database.transfers:
        transfer = posting.transfer
        sides = {(transfer.source, -transfer.amount), (transfer.target, transfer.amount)}
        if {(entry.account, entry.amount) for entry in posting.entries} != sides:
            yield Violation("I1: entries sum to zero", transfer.key, "entries differ from the transfer")
        if transfer.reverses is not None and transfer.reverses not in database.transfers:
            yield Violation("5: a refund points to its capture", transfer.key, f"no {transfer.reverses}")


def _accounts(database: MemoryDatabase) -> Iterator[Violation]:
    for account in database.accounts:
        owes = account.name.endswith(f"/{Pocket.DEBT}")
        if (account.balance > 0) if owes else (account.balance < 0):
            yield Violation("I3: no balance below zero", account.name, str(account.balance))
        yield from _chain(database, account)


def _chain(database: MemoryDatabase, account: Account) -> Iterator[Violation]:
    """Fold an account from its first entry: versions, running balances, hashes, and what the account says itself."""
    folded = Account(account.name)
    for version in range(1, account.version + 1):
        entry = database.entries.get((account.name, version))
        if entry is None:
            yield Violation("I4: versions have no gap", account.name, f"no entry {version}")
            return
        transfer = database.transfers[entry.transfer].transfer
        folded = Account(account.name, folded.balance + entry.amount, version, entry.digest or GENESIS)
        if entry.balance != folded.balance:
            yield Violation("I2: balance is the sum", account.name, f"entry {version}")
        before = database.entries.get((account.name, version - 1))
        if entry.digest != chained((before and before.digest) or GENESIS, entry, transfer):
            yield Violation("the hash chain is whole", account.name, f"entry {version}")
    if folded != account:
        yield Violation("I2: balance is the last entry's", account.name, f"{account.balance}, not {folded.balance}")


def _stars_in_hand(database: MemoryDatabase) -> Iterator[Violation]:
    """Law 7: what customers have, less what they owe, is what was sold and given less what was earned."""
    in_hand = sum(account.balance for account in database.accounts)
    business = sum(
        entry.amount
        for posting in database.transfers
        if posting.transfer.unit == STAR
        for entry in posting.entries
        if entry.version is None
    )
    if in_hand + business:
        yield Violation("7: stars in hand", "all customers", f"{in_hand} in hand, {-business} given out")


def _holds(database: MemoryDatabase, at: datetime) -> Iterator[Violation]:
    moved: Counter[tuple[str, str]] = Counter()
    for transfer in (posting.transfer for posting in database.transfers):
        if transfer.kind in HOLD_KINDS:
            moved[transfer.cause.id, HOLD_KINDS[transfer.kind]] += transfer.amount
    for order in {order for order, _ in moved} - set(database.holds.taken()):
        yield Violation("4: a hold and its transfers agree", order, "no hold")
    for hold in database.holds:
        yield from _hold(hold, moved, at)


def _hold(hold: Hold, moved: Counter[tuple[str, str]], at: datetime) -> Iterator[Violation]:
    for field in HOLD_KINDS.values():
        if getattr(hold, field).hundredths != moved[hold.order, field]:
            yield Violation("4: a hold and its transfers agree", hold.order, field)
    if hold.refunded > hold.captured:
        yield Violation("5: refunds never exceed the capture", hold.order, str(hold.refunded))
    if hold.open < NO_STARS:
        yield Violation("4: captures and release sum to the hold", hold.order, str(hold.open))
    if hold.open > NO_STARS and at >= hold.deadline:
        yield Violation("4: no hold is open past its deadline", hold.order, hold.deadline.isoformat())
