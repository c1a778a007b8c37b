"""A customer's wallet: the moves of the ledger that touch a customer's stars (domain page 3.1).

A wallet is a value.  Each move returns the wallet after it, which carries the postings made since it was read; saving
the wallet in a unit of work writes them all, or none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from avatar_core.errors import CaptureExceedsHold, HoldNotFound, InsufficientStars, RefundExceedsCapture
from avatar_core.ids import CustomerId, GatewayCode, NetworkId
from avatar_core.ledger import (
    STAR,
    Account,
    AccountName,
    Cause,
    Entry,
    Pocket,
    Posting,
    Transfer,
    TransferKind,
    bonus,
    customer_account,
    revenue,
    sales,
)
from avatar_core.money import NO_STARS, Stars


@dataclass(frozen=True, slots=True)
class Hold:
    """Stars set aside for one order until they are captured or released; amounts in ⭐."""

    order: str
    customer: CustomerId
    service: str
    amount: Stars
    deadline: datetime
    captured: Stars = NO_STARS
    released: Stars = NO_STARS
    refunded: Stars = NO_STARS
    version: int = 0

    @property
    def open(self) -> Stars:
        """What is neither captured nor released yet."""
        return self.amount - self.captured - self.released

    @property
    def cause(self) -> Cause:
        """What its transfers are made for."""
        return Cause(self.service, self.order)


@dataclass(frozen=True, slots=True)
class _Move:
    kind: TransferKind
    key: str
    source: Pocket | AccountName
    target: Pocket | AccountName
    stars: Stars
    reverses: str | None = None


@dataclass(frozen=True, slots=True)
class Wallet:
    """The three accounts and the holds of one customer."""

    network: NetworkId
    customer: CustomerId
    accounts: Mapping[Pocket, Account]
    holds: Mapping[str, Hold] = field(default_factory=dict)
    """By order id; the open ones and the one that was asked for."""
    postings: tuple[Posting, ...] = ()
    """Made since the wallet was read; not yet written."""

    @classmethod
    def empty(cls, network: NetworkId, customer: CustomerId) -> "Wallet":
        """Return the wallet of somebody who never had a star."""
        accounts = {each: Account(customer_account(network, customer, each)) for each in Pocket}
        return cls(network, customer, accounts)

    @property
    def available(self) -> Stars:
        """What can be spent."""
        return Stars(self.accounts[Pocket.AVAILABLE].balance)

    @property
    def held(self) -> Stars:
        """What is set aside for orders."""
        return Stars(self.accounts[Pocket.HELD].balance)

    @property
    def debt(self) -> Stars:
        """What the customer owes, as a positive amount."""
        return -Stars(self.accounts[Pocket.DEBT].balance)

    def require(self, price: Stars) -> None:
        """Raise InsufficientStars unless the price can be spent."""
        if self.available < price:
            raise InsufficientStars(needed=price, available=self.available, missing=price - self.available)

    def credit(self, stars: Stars, gateway: GatewayCode, charge: str, *, cause: Cause, at: datetime) -> "Wallet":
        """Add stars that were paid for; a debt is paid from them first."""
        key, source = f"payment:{gateway}:{charge}", sales(self.network, gateway)
        bought = _Move(TransferKind.CREDIT, f"{key}:credit", source, Pocket.AVAILABLE, stars)
        after = self._post(bought, cause, at)
        repaid = min(after.debt, stars)
        if not repaid:
            return after
        return after._post(
            _Move(TransferKind.DEBT_PAID, f"{key}:debt-paid", Pocket.AVAILABLE, Pocket.DEBT, repaid), cause, at
        )

    def give(self, stars: Stars, reason: str, key: str, *, cause: Cause, at: datetime) -> "Wallet":
        """Add stars that were given (promo, referral, grant); ``key`` is the gift's idempotency key."""
        given = _Move(TransferKind.BONUS, key, bonus(self.network, reason), Pocket.AVAILABLE, stars)
        return self._post(given, cause, at)

    def hold(self, order: str, service: str, stars: Stars, *, deadline: datetime, at: datetime) -> "Wallet":
        """Set stars aside for an order.  Raises InsufficientStars."""
        self.require(stars)
        hold = Hold(order, self.customer, service, stars, deadline)
        set_aside = _Move(TransferKind.HOLD, f"{order}:hold", Pocket.AVAILABLE, Pocket.HELD, stars)
        return self._post(set_aside, hold.cause, at)._with(hold)

    def capture(self, order: str, stars: Stars | None = None, *, part: int | None = None, at: datetime) -> "Wallet":
        """Earn what was delivered: all that is held for the order, or one numbered part of it.

        Raises HoldNotFound and CaptureExceedsHold.
        """
        hold = self._hold(order)
        taken = hold.open if stars is None else stars
        if taken > hold.open or not taken:
            raise CaptureExceedsHold(asked=taken, open=hold.open)
        key = f"{order}:capture" if part is None else f"{order}:capture:{part}"
        earned = _Move(TransferKind.CAPTURE, key, Pocket.HELD, revenue(self.network, hold.service), taken)
        return self._post(earned, hold.cause, at)._with(replace(hold, captured=hold.captured + taken))

    def release(self, order: str, *, at: datetime) -> "Wallet":
        """Give back whatever is still held for the order; nothing held is nothing to do.  Raises HoldNotFound."""
        hold = self._hold(order)
        if not hold.open:
            return self
        key, reversed_key = f"{order}:release", f"{order}:hold"
        freed = _Move(TransferKind.RELEASE, key, Pocket.HELD, Pocket.AVAILABLE, hold.open, reversed_key)
        return self._post(freed, hold.cause, at)._with(replace(hold, released=hold.released + hold.open))

    def refund(self, order: str, number: int, stars: Stars, *, capture: str, at: datetime) -> "Wallet":
        """Give back part of what a captured order cost; ``capture`` is the key of the capture it reverses.

        Raises HoldNotFound and RefundExceedsCapture.
        """
        hold = self._hold(order)
        left = hold.captured - hold.refunded
        if stars > left:
            raise RefundExceedsCapture(asked=stars, captured=left)
        key, source = f"{order}:refund:{number}", revenue(self.network, hold.service)
        returned = _Move(TransferKind.REFUND, key, source, Pocket.AVAILABLE, stars, capture)
        return self._post(returned, hold.cause, at)._with(replace(hold, refunded=hold.refunded + stars))

    def claw_back(self, stars: Stars, gateway: GatewayCode, charge: str, *, cause: Cause, at: datetime) -> "Wallet":
        """Take back stars whose money was taken back from outside: down to zero, the rest becomes debt."""
        key, target = f"clawback:{gateway}:{charge}", sales(self.network, gateway)
        after, owed = self, stars - min(self.available, stars)
        if owed:  # lent first, so that the clawback is one transfer under one key, whatever the balance was
            after = after._post(_Move(TransferKind.DEBT, f"{key}:debt", Pocket.DEBT, Pocket.AVAILABLE, owed), cause, at)
        return after._post(_Move(TransferKind.CLAWBACK, key, Pocket.AVAILABLE, target, stars), cause, at)

    def _hold(self, order: str) -> Hold:
        if order not in self.holds:
            raise HoldNotFound(order=order)
        return self.holds[order]

    def _with(self, hold: Hold) -> "Wallet":
        return replace(self, holds={**self.holds, hold.order: hold})

    def _post(self, move: _Move, cause: Cause, at: datetime) -> "Wallet":
        source, target = self._name(move.source), self._name(move.target)
        amount = move.stars.hundredths
        transfer = Transfer(move.key, move.kind, source, target, STAR, amount, cause, at, move.reverses)
        accounts = dict(self.accounts)
        entries = _book(accounts, move.source, transfer, -amount), _book(accounts, move.target, transfer, amount)
        return replace(self, accounts=accounts, postings=(*self.postings, Posting(transfer, entries)))

    def _name(self, side: Pocket | AccountName) -> AccountName:
        return self.accounts[side].name if isinstance(side, Pocket) else side


def _book(accounts: dict[Pocket, Account], side: Pocket | AccountName, transfer: Transfer, amount: int) -> Entry:
    """Make one side's entry; a customer's account moves on."""
    if not isinstance(side, Pocket):
        return Entry(side, transfer.key, amount)
    accounts[side], entry = accounts[side].book(transfer, amount)
    return entry
