"""The wallet in a unit of work: postings and holds as they were made, each key once, no law broken."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from avatar_core.customers import Customer
from avatar_core.dossier import OfPortraits, OfTraining
from avatar_core.errors import ConcurrentChange, LedgerError
from avatar_core.ledger import Cause, Entry, Pocket, Posting, Receipt, money_received
from avatar_core.money import Currency, Price, Stars
from avatar_core.testing.examples import (
    NETWORK,
    NOW,
    ROUBLE_GATEWAY,
    SECOND,
    STARS_GATEWAY,
    a_draft,
    a_running,
    an_avatar,
    an_order,
    credited,
    held,
)
from avatar_core.testing.store import Store, StoreContract
from avatar_core.wallet import Hold, Wallet

CAUSE = Cause("payment", "charge-1")
MOVED = (lambda wallet: credited(wallet, 5, "charge-2"), lambda wallet: wallet.capture("order-1", at=NOW))
"""Of a wallet with a hold: one account moves, and the other stays at the version that was read."""


def as_stored(wallet: Wallet) -> Wallet:
    """The wallet as it must be read after it was saved: the touched holds one version on, nothing left to write."""
    touched = {posting.transfer.cause.id for posting in wallet.postings}
    holds = {
        order: replace(hold, version=hold.version + 1) if order in touched else hold
        for order, hold in wallet.holds.items()
    }
    return replace(wallet, holds={order: hold for order, hold in holds.items() if hold.open}, postings=())


def with_hold(wallet: Wallet, hold: Hold) -> Wallet:
    """Return the wallet with one hold replaced."""
    return replace(wallet, holds={**wallet.holds, hold.order: hold})


class MoneyContract(StoreContract):
    """Stars, held and spent."""

    @pytest.fixture
    async def wallet(self, store: Store, customer: Customer) -> Wallet:
        """A wallet with 500 ⭐."""
        await store.save(credited((await store.read(customer)).wallet, 500))
        return (await store.read(customer)).wallet

    @pytest.mark.parametrize("moved", MOVED, ids=["available", "held"])
    async def test_a_wallet_of_which_one_account_has_moved_is_refused(
        self, store: Store, customer: Customer, wallet: Wallet, moved: Callable[[Wallet], Wallet]
    ) -> None:
        before = await self._saved(store, customer, held(wallet, "order-1", 100))
        now = await self._saved(store, customer, moved(before))
        with pytest.raises(ConcurrentChange):
            await store.save(held(before, "order-2", 220))
        assert (await store.read(customer)).wallet == now

    async def _saved(self, store: Store, customer: Customer, after: Wallet) -> Wallet:
        await store.save(after)
        stored = (await store.read(customer)).wallet
        assert stored == as_stored(after)
        return stored

    async def test_a_wallet_is_read_as_it_was_saved(self, store: Store, customer: Customer) -> None:
        wallet = (await store.read(customer)).wallet
        wallet = await self._saved(store, customer, credited(wallet, 500))
        wallet = await self._saved(store, customer, held(wallet, "order-1", 220))
        wallet = await self._saved(store, customer, held(held(wallet, "order-2", 30), "order-3", 15))
        wallet = await self._saved(store, customer, wallet.capture("order-2", Stars(750), part=1, at=NOW))
        wallet = await self._saved(store, customer, wallet.release("order-2", at=NOW).capture("order-1", at=NOW))
        assert (wallet.available, wallet.held) == (Stars(25_750), Stars.of(15))
        assert set(wallet.holds) == {"order-3"}

    async def test_a_customer_in_debt_pays_it_from_the_next_credit(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        taken = wallet.claw_back(Stars.of(800), STARS_GATEWAY, "charge-1", cause=CAUSE, at=NOW)
        owing = await self._saved(store, customer, taken)
        assert (owing.available, owing.debt) == (Stars(0), Stars.of(300))
        paid = await self._saved(store, customer, credited(owing, 400, "charge-2"))
        assert (paid.available, paid.debt) == (Stars.of(100), Stars(0))

    async def test_several_moves_of_one_hold_are_one_change_of_it(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        after = held(wallet, "order-1", 15).capture("order-1", Stars(750), part=1, at=NOW)
        stored = await self._saved(store, customer, after)
        assert stored.holds["order-1"].version == 1

    async def test_saving_a_wallet_that_nobody_touched_changes_nothing(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        await store.save(held(wallet, "order-1", 15))
        before = (await store.read(customer)).wallet
        await store.save(before)
        assert (await store.read(customer)).wallet == before

    async def test_the_hold_of_the_order_asked_for_is_in_the_wallet_even_when_it_is_closed(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        avatar = an_avatar(customer)
        training, order = a_running(a_draft(customer, avatar)), an_order(customer, avatar).request(at=NOW)
        wallet = held(held(wallet, training.id, 220), order.id, 15, "portraits")
        await store.save(avatar, training, order, wallet.capture(training.id, at=NOW).release(order.id, at=NOW))
        assert (await store.read(customer)).wallet.holds == {}
        async with store.begin() as work:
            of_training = (await work.dossier(OfTraining(training.id))).wallet.holds
            of_order = (await work.dossier(OfPortraits(order.id))).wallet.holds
        assert of_training == {training.id: replace(wallet.holds[training.id], captured=Stars.of(220), version=1)}
        assert of_order == {order.id: replace(wallet.holds[order.id], released=Stars.of(15), version=1)}

    async def test_refunds_are_remembered_with_their_hold(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        avatar = an_avatar(customer)
        training = a_running(a_draft(customer, avatar))
        spent = held(wallet, training.id, 220).capture(training.id, at=NOW)
        await store.save(avatar, training, spent)
        async with store.begin() as work:
            wallet = (await work.dossier(OfTraining(training.id))).wallet
        await store.save(wallet.refund(training.id, 1, Stars.of(20), capture=f"{training.id}:capture", at=NOW))
        async with store.begin() as work:
            wallet = (await work.dossier(OfTraining(training.id))).wallet
        assert wallet.holds[training.id].refunded == Stars.of(20)
        assert wallet.available == Stars.of(300)

    # --- keys

    async def test_only_the_keys_asked_for_that_exist_are_in_the_dossier(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        await store.save(held(wallet, "order-1", 15))
        known, unknown = "order-1:hold", "order-2:hold"
        assert (await store.read(customer, known, unknown)).transfers == {known}
        assert (await store.read(customer)).transfers == frozenset()

    async def test_a_key_moves_money_once(self, store: Store, customer: Customer, wallet: Wallet) -> None:
        with pytest.raises(ConcurrentChange):
            await store.save(credited(wallet, 500))
        assert (await store.read(customer)).wallet == wallet

    async def test_a_key_is_unique_across_customers(self, store: Store, customer: Customer, wallet: Wallet) -> None:
        other = await store.registered(2)
        with pytest.raises(ConcurrentChange):
            await store.save(credited((await store.read(other)).wallet, 500))

    async def test_a_stale_wallet_is_refused(self, store: Store, customer: Customer, wallet: Wallet) -> None:
        await store.save(held(wallet, "order-1", 400))
        with pytest.raises(ConcurrentChange):
            await store.save(held(wallet, "order-2", 400))
        assert (await store.read(customer)).wallet.held == Stars.of(400)

    async def test_a_wallet_that_skips_a_version_is_refused(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        ahead = replace(wallet.accounts[Pocket.AVAILABLE], version=7)
        with pytest.raises(ConcurrentChange):
            await store.save(
                held(replace(wallet, accounts={**wallet.accounts, Pocket.AVAILABLE: ahead}), "order-1", 15)
            )
        assert (await store.read(customer)).wallet == wallet

    async def test_a_refused_end_of_an_order_leaves_it_open(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        avatar = an_avatar(customer)
        training = a_running(a_draft(customer, avatar))
        await store.save(avatar, training, held(wallet, training.id, 220))
        before = await store.read(customer)
        ended = replace(training, run=training.run.succeed(at=NOW), version=1)
        with pytest.raises(ConcurrentChange):
            await store.save(ended, before.wallet.capture(training.id, at=NOW), replace(customer, version=0))
        assert await store.read(customer) == before
        await store.save(ended, before.wallet.capture(training.id, at=NOW))
        assert (await store.read(customer)).unfinished is None

    async def test_money_of_the_business_is_posted_beside_the_stars(
        self, store: Store, customer: Customer, wallet: Wallet
    ) -> None:
        receipt = Receipt(NETWORK, ROUBLE_GATEWAY, "77", Price(111_000, Currency.RUB), "NEUROPHOTO")
        await store.save(money_received(receipt, CAUSE, NOW))
        assert (await store.read(customer, "payment:robokassa:77:money")).transfers == {"payment:robokassa:77:money"}
        with pytest.raises(ConcurrentChange):
            await store.save(money_received(receipt, CAUSE, NOW + SECOND))

    # --- laws that the store holds whatever the caller decides

    @pytest.mark.parametrize(("pocket", "balance"), [(Pocket.AVAILABLE, -1), (Pocket.HELD, -1), (Pocket.DEBT, 1)])
    async def test_a_balance_its_kind_forbids_is_refused(
        self, store: Store, customer: Customer, wallet: Wallet, pocket: Pocket, balance: int
    ) -> None:
        forged = forged_entry(held(wallet, "order-1", 15), pocket, balance)
        with pytest.raises(LedgerError):
            await store.save(forged)
        assert (await store.read(customer)).wallet == wallet

    @pytest.mark.parametrize(
        "wrong",
        [
            {"captured": Stars.of(16)},
            {"captured": Stars.of(8), "released": Stars.of(8)},
            {"captured": Stars.of(5), "refunded": Stars.of(6)},
        ],
    )
    async def test_a_hold_that_gives_more_than_it_has_is_refused(
        self, store: Store, customer: Customer, wallet: Wallet, wrong: dict[str, Stars]
    ) -> None:
        after = held(wallet, "order-1", 15)
        hold = replace(after.holds["order-1"], **wrong)  # type: ignore[arg-type]  # only amounts are given
        with pytest.raises(LedgerError):
            await store.save(with_hold(after, hold))
        assert (await store.read(customer)).wallet == wallet


def forged_entry(wallet: Wallet, pocket: Pocket, balance: int) -> Wallet:
    """The wallet with a balance in its last posting that the core would never have made."""
    posting = wallet.postings[-1]
    account = wallet.accounts[pocket]
    version = account.version if account.name in {each.account for each in posting.entries} else account.version + 1
    entry = Entry(account.name, posting.transfer.key, -1, balance, version, "0" * 64)
    other = next(each for each in posting.entries if each.account != account.name)
    accounts = {**wallet.accounts, pocket: replace(account, balance=balance, version=version, digest="0" * 64)}
    return replace(wallet, accounts=accounts, postings=(Posting(posting.transfer, (entry, other)),))
