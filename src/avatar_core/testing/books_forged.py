"""What every set of books must notice of the ledger: sums, balances, hashes, holds and refunds that do not fit.

A store may refuse to write what is forged; what it does write, its books must notice.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from avatar_core.ledger import Entry, Pocket, Posting, Transfer
from avatar_core.money import Stars
from avatar_core.testing.books_paid import PaidLawsContract, broken
from avatar_core.testing.examples import NOW, SECOND, held
from avatar_core.testing.store import Store
from avatar_core.testing.whole import granted
from avatar_core.wallet import Wallet

ORDER = "order-1"


Forge = Callable[[Wallet], Wallet]
"""Moves a wallet as the core never would."""


def _forged(posted: Callable[[Posting], Posting]) -> Forge:
    """Give five stars, and change the posting."""

    def forge(wallet: Wallet) -> Wallet:
        given = granted(wallet, 5)
        return replace(given, postings=(posted(given.postings[0]),))

    return forge


def _entry(number: int, change: Callable[[Entry], Entry]) -> Forge:
    """Change what the business gave (0), or what the customer got (1)."""

    def changed(posting: Posting) -> Posting:
        given, got = posting.entries
        return replace(posting, entries=(given, change(got)) if number else (change(given), got))

    return _forged(changed)


def _transfer(change: Callable[[Transfer], Transfer]) -> Forge:
    return _forged(lambda posting: replace(posting, transfer=change(posting.transfer)))


def _balance(wallet: Wallet) -> Wallet:
    """Give five stars, and let the customer have a hundred more than that: in the entry and in the account."""
    given = granted(wallet, 5)
    account = given.accounts[Pocket.AVAILABLE]
    account, posting = replace(account, balance=account.balance + 10_000), given.postings[0]
    got = replace(posting.entries[1], balance=account.balance)
    accounts = {**given.accounts, Pocket.AVAILABLE: account}
    return replace(given, accounts=accounts, postings=(replace(posting, entries=(posting.entries[0], got)),))


def _hold(**facts: Stars) -> Forge:
    """Set 15 stars aside, and note something else."""

    def forge(wallet: Wallet) -> Wallet:
        after = held(wallet, ORDER, 15)
        return replace(after, holds={ORDER: replace(after.holds[ORDER], **facts)})  # type: ignore[arg-type]  # amounts

    return forge


FORGERIES: Mapping[str, tuple[Forge, set[str]]] = {
    "less is given than is got": (_entry(0, lambda it: replace(it, amount=-400)), {"I1: entries sum to zero"}),
    "more is got than is given": (_entry(1, lambda it: replace(it, amount=600)), {"I1: entries sum to zero"}),
    "another amount is said": (_transfer(lambda it: replace(it, amount=400)), {"I1: entries sum to zero"}),
    "a balance is no sum": (_balance, {"I2: balance is the sum", "7: stars in hand"}),
    "an entry has another balance than its account": (
        _entry(1, lambda it: replace(it, balance=(it.balance or 0) + 1)),
        {"I2: balance is the last entry's"},
    ),
    "a version is left out": (_entry(1, lambda it: replace(it, version=9)), {"I4: versions have no gap"}),
    "a hash is made up": (_entry(1, lambda it: replace(it, digest="0" * 64)), {"the hash chain is whole"}),
    "a time is another": (_transfer(lambda it: replace(it, at=NOW + SECOND)), {"the hash chain is whole"}),
    "what is taken back never was": (
        _transfer(lambda it: replace(it, reverses="nothing")),
        {"5: a refund points to its capture"},
    ),
    "more is held than was set aside": (_hold(amount=Stars.of(25)), {"4: a hold and its transfers agree"}),
    "captured without a transfer": (_hold(captured=Stars.of(5)), {"4: a hold and its transfers agree"}),
    "released without a transfer": (_hold(released=Stars.of(5)), {"4: a hold and its transfers agree"}),
    "set aside without a hold": (
        lambda wallet: replace(held(wallet, ORDER, 15), holds={}),
        {"4: a hold and its transfers agree"},
    ),
}
"""By what is wrong: how, and the laws that it breaks."""


async def written(store: Store, wallet: Wallet) -> bool:
    """Return whether the store wrote it; it may refuse in its own words."""
    try:
        await store.save(wallet)
    except Exception:  # noqa: BLE001  what is forged is no case of the port: whatever it raises, it did not write
        return False
    return True


class ForgedLawsContract(PaidLawsContract):
    """Fill ``store`` with an empty store of your kind (see avatar_core.testing.store)."""

    @pytest.mark.parametrize("forgery", FORGERIES)
    async def test_money_that_is_forged_is_refused_or_noticed(self, store: Store, wallet: Wallet, forgery: str) -> None:
        forge, laws = FORGERIES[forgery]
        must = laws if await written(store, forge(wallet)) else set()
        found = broken(await store.books.violations())
        assert found >= must
        assert bool(found) is bool(must)
