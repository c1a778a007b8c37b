"""The double-entry ledger: accounts, transfers, entries and the hash chain.

A transfer moves a positive amount from one account to another and is identified for ever by its idempotency key.
It makes two entries that sum to zero.  Entries of a customer's account carry the account's balance and version after
them and a hash over the entry before; the business's own accounts keep no running balance (they would be one hot row
for everybody) and are summed over their entries.  Rule: domain page 3.1.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NewType

from avatar_core.errors import BalanceWouldBreak, InvalidAmount
from avatar_core.ids import CustomerId, GatewayCode, NetworkId
from avatar_core.money import Price

AccountName = NewType("AccountName", str)
"""``<network>/customer/<id>/available``, ``<network>/sales/stars``, ``<network>/cash/robokassa/RUB`` …"""

STAR = "STAR"
"""The unit of star accounts; money accounts carry their currency's code."""
GENESIS = ""
"""What the first entry of an account is chained to."""


class TransferKind(StrEnum):
    """Why an amount moved."""

    CREDIT = "CREDIT"
    BONUS = "BONUS"
    HOLD = "HOLD"
    CAPTURE = "CAPTURE"
    RELEASE = "RELEASE"
    REFUND = "REFUND"
    CLAWBACK = "CLAWBACK"
    DEBT = "DEBT"
    DEBT_PAID = "DEBT_PAID"
    MONEY_IN = "MONEY_IN"


class Pocket(StrEnum):
    """A customer's three accounts.  Debt stands at zero or below: it is what the customer owes."""

    AVAILABLE = "available"
    HELD = "held"
    DEBT = "debt"


def customer_account(network: NetworkId, customer: CustomerId, pocket: Pocket) -> AccountName:
    """Name one of a customer's accounts."""
    return AccountName(f"{network}/customer/{customer}/{pocket}")


def sales(network: NetworkId, gateway: GatewayCode) -> AccountName:
    """Name the account that stars are sold from."""
    return AccountName(f"{network}/sales/{gateway}")


def bonus(network: NetworkId, reason: str) -> AccountName:
    """Name the account that stars are given from."""
    return AccountName(f"{network}/bonus/{reason}")


def revenue(network: NetworkId, service: str) -> AccountName:
    """Name the account where a service's stars are earned."""
    return AccountName(f"{network}/revenue/{service}")


@dataclass(frozen=True, slots=True)
class Cause:
    """What a transfer was made for: the type and id of a payment, an order, a grant."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """One movement of ``amount`` (hundredths of ⭐, or minor units of money) between two accounts."""

    key: str
    kind: TransferKind
    source: AccountName
    target: AccountName
    unit: str
    amount: int
    cause: Cause
    at: datetime
    reverses: str | None = None
    """The key of the transfer that this one gives back."""

    def __post_init__(self) -> None:
        """Refuse amounts that are not positive and transfers in place."""
        if type(self.amount) is not int or self.amount <= 0:
            raise InvalidAmount(what="a transfer", value=repr(self.amount))
        if self.source == self.target:
            raise InvalidAmount(what="a transfer", value=f"from {self.source} to itself")


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of a transfer; ``balance``, ``version`` and ``digest`` only for customers' accounts."""

    account: AccountName
    transfer: str
    amount: int
    balance: int | None = None
    version: int | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """A transfer with its two entries, as it is written."""

    transfer: Transfer
    entries: tuple[Entry, Entry]


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's account as it stands: balance in hundredths of ⭐, number of entries, hash of the last one."""

    name: AccountName
    balance: int = 0
    version: int = 0
    digest: str = GENESIS

    def book(self, transfer: Transfer, amount: int) -> tuple["Account", Entry]:
        """Add one signed amount.  Raises BalanceWouldBreak for a balance this kind of account forbids."""
        balance, version = self.balance + amount, self.version + 1
        owes = self.name.endswith(f"/{Pocket.DEBT}")
        if (balance > 0) if owes else (balance < 0):
            raise BalanceWouldBreak(account=self.name, balance=balance)
        entry = Entry(self.name, transfer.key, amount, balance, version)
        entry = replace(entry, digest=chained(self.digest, entry, transfer))
        return Account(self.name, balance, version, entry.digest or GENESIS), entry


def chained(before: str, entry: Entry, transfer: Transfer) -> str:
    """Return the hash of an entry: SHA-256 over the previous entry's hash and this entry's facts, in hex."""
    at = transfer.at.isoformat(timespec="microseconds")
    facts = (before, entry.account, entry.version, transfer.key, transfer.kind, entry.amount, entry.balance, at)
    return sha256("|".join(map(str, facts)).encode()).hexdigest()


SEAL_AFTER = timedelta(hours=6)
"""A day is sealed so long after its end; what was decided on it and is written later still, the store refuses."""


@dataclass(frozen=True, slots=True)
class Seal:
    """One hash over all transfers of a day, in UTC, and how many they were: nothing is added to the day any more."""

    day: date
    digest: str
    transfers: int


class Sealing:
    """Makes a day's seal of its transfers, which are given in the order of their keys."""

    def __init__(self, day: date) -> None:
        self._day = day
        self._hash = sha256()
        self._transfers = 0

    def add(self, transfer: Transfer) -> None:
        """Put one transfer under the seal."""
        at = transfer.at.isoformat(timespec="microseconds")
        facts = (transfer.key, transfer.kind, transfer.source, transfer.target, transfer.unit, transfer.amount, at)
        self._hash.update(("|".join(map(str, facts)) + "\n").encode())
        self._transfers += 1

    def seal(self) -> Seal:
        """Return the seal over what was added."""
        return Seal(self._day, self._hash.hexdigest(), self._transfers)


def sealed(day: date, transfers: Iterable[Transfer]) -> Seal:
    """Seal a day's transfers, in whatever order they are given."""
    sealing = Sealing(day)
    for transfer in sorted(transfers, key=lambda each: each.key):
        sealing.add(transfer)
    return sealing.seal()


def last_day_to_seal(at: datetime) -> date:
    """Return the newest day that is over for SEAL_AFTER at a moment."""
    return (at.astimezone(UTC) - SEAL_AFTER).date() - timedelta(days=1)


def outside(transfer: Transfer) -> Posting:
    """Post a transfer between two of the business's own accounts."""
    entries = (
        Entry(transfer.source, transfer.key, -transfer.amount),
        Entry(transfer.target, transfer.key, transfer.amount),
    )
    return Posting(transfer, entries)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Outside money that came in through a gateway for an item of the catalogue."""

    network: NetworkId
    gateway: GatewayCode
    charge: str
    price: Price
    item: str


def money_received(receipt: Receipt, cause: Cause, at: datetime) -> Posting:
    """Book outside money: income of the item → cash at the gateway, in the currency's minor units."""
    currency, network = receipt.price.currency, receipt.network
    return outside(
        Transfer(
            key=f"payment:{receipt.gateway}:{receipt.charge}:money",
            kind=TransferKind.MONEY_IN,
            source=AccountName(f"{network}/income/{receipt.item}/{currency}"),
            target=AccountName(f"{network}/cash/{receipt.gateway}/{currency}"),
            unit=currency.value,
            amount=receipt.price.minor,
            cause=cause,
            at=at,
        )
    )
