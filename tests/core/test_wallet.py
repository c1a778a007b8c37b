"""The wallet: credit, hold, capture, release, refund, clawback and debt."""

import pytest

from avatar_core.errors import (
    CaptureExceedsHold,
    HoldNotFound,
    InsufficientStars,
    InvalidAmount,
    RefundExceedsCapture,
)
from avatar_core.ids import CustomerId
from avatar_core.ledger import Account, AccountName, Cause, Pocket, TransferKind
from avatar_core.money import NO_STARS, Stars
from avatar_core.testing.examples import HOUR, NETWORK, NOW, STARS_GATEWAY, credited, held
from avatar_core.wallet import Wallet

CUSTOMER = CustomerId("c-1")
EMPTY = Wallet.empty(NETWORK, CUSTOMER)
RICH = credited(EMPTY, 500)
CAUSE = Cause("clawback", "charge-1")


def without_network(account: AccountName) -> str:
    network, _, name = account.partition("/")
    assert network == NETWORK
    return name


def moves(wallet: Wallet) -> list[tuple[str, str, str, str, int]]:
    """What was posted: kind, key, from, to, hundredths; names without the network."""
    transfers = (posting.transfer for posting in wallet.postings)
    return [
        (each.kind.value, each.key, without_network(each.source), without_network(each.target), each.amount)
        for each in transfers
    ]


def state(wallet: Wallet) -> tuple[Stars, Stars, Stars]:
    return wallet.available, wallet.held, wallet.debt


def claw_back(wallet: Wallet, stars: int) -> Wallet:
    return wallet.claw_back(Stars.of(stars), STARS_GATEWAY, "charge-1", cause=CAUSE, at=NOW)


def test_a_wallet_begins_with_nothing() -> None:
    assert state(EMPTY) == (NO_STARS, NO_STARS, NO_STARS)
    assert (EMPTY.holds, EMPTY.postings) == ({}, ())


def test_a_new_wallet_is_its_customers_own_three_accounts_in_their_network() -> None:
    wallet = Wallet.empty(NETWORK, CUSTOMER)
    assert (wallet.network, wallet.customer) == (NETWORK, CUSTOMER)
    assert wallet.accounts == {
        Pocket.AVAILABLE: Account(AccountName("portrait_bot/customer/c-1/available")),
        Pocket.HELD: Account(AccountName("portrait_bot/customer/c-1/held")),
        Pocket.DEBT: Account(AccountName("portrait_bot/customer/c-1/debt")),
    }


def test_paid_stars_come_from_sales() -> None:
    assert state(RICH) == (Stars.of(500), NO_STARS, NO_STARS)
    assert moves(RICH) == [
        (
            "CREDIT",
            "payment:telegram-stars:charge-1:credit",
            "sales/telegram-stars",
            "customer/c-1/available",
            50_000,
        )
    ]


def test_given_stars_come_from_the_bonus_of_their_reason() -> None:
    given = EMPTY.give(Stars.of(5), "grant", "grant:g-1", cause=Cause("grant", "g-1"), at=NOW)
    assert given.available == Stars.of(5)
    assert moves(given) == [("BONUS", "grant:g-1", "bonus/grant", "customer/c-1/available", 500)]


@pytest.mark.parametrize("stars", [NO_STARS, Stars(-1)])
def test_nothing_can_be_neither_credited_nor_given_nor_held(stars: Stars) -> None:
    with pytest.raises(InvalidAmount):
        RICH.credit(stars, STARS_GATEWAY, "charge-2", cause=CAUSE, at=NOW)
    with pytest.raises(InvalidAmount):
        RICH.give(stars, "grant", "grant:g-1", cause=CAUSE, at=NOW)
    with pytest.raises(InvalidAmount):
        RICH.hold("order-1", "training", stars, deadline=NOW + HOUR, at=NOW)


def test_held_stars_are_neither_spent_nor_free() -> None:
    after = RICH.hold("order-1", "training", Stars.of(220), deadline=NOW + HOUR, at=NOW)
    assert state(after) == (Stars.of(280), Stars.of(220), NO_STARS)
    hold = after.holds["order-1"]
    assert (hold.service, hold.amount, hold.open, hold.deadline, hold.version) == (
        "training",
        Stars.of(220),
        Stars.of(220),
        NOW + HOUR,
        0,
    )
    assert moves(after)[-1] == ("HOLD", "order-1:hold", "customer/c-1/available", "customer/c-1/held", 22_000)
    assert after.postings[-1].transfer.cause == Cause("training", "order-1")


def test_more_than_is_there_cannot_be_held_and_the_refusal_says_what_is_missing() -> None:
    assert held(RICH, "order-1", 500).available == NO_STARS
    with pytest.raises(InsufficientStars) as refused:
        RICH.hold("order-1", "training", Stars(50_001), deadline=NOW, at=NOW)
    assert refused.value.facts == {"needed": Stars(50_001), "available": Stars.of(500), "missing": Stars(1)}


def test_all_that_is_held_is_captured_as_revenue_of_the_service() -> None:
    after = held(RICH, "order-1", 220).capture("order-1", at=NOW)
    assert state(after) == (Stars.of(280), NO_STARS, NO_STARS)
    assert after.holds["order-1"].open == NO_STARS
    assert moves(after)[-1] == ("CAPTURE", "order-1:capture", "customer/c-1/held", "revenue/training", 22_000)


def test_parts_are_captured_one_by_one_and_the_rest_is_released() -> None:
    after = held(RICH, "order-1", 30, "portraits")
    after = after.capture("order-1", Stars(750), part=1, at=NOW).capture("order-1", Stars(750), part=3, at=NOW)
    after = after.release("order-1", at=NOW)
    hold = after.holds["order-1"]
    assert (hold.captured, hold.released, hold.open) == (Stars.of(15), Stars.of(15), NO_STARS)
    assert [key for _, key, *_ in moves(after)][2:] == ["order-1:capture:1", "order-1:capture:3", "order-1:release"]
    assert state(after) == (Stars.of(485), NO_STARS, NO_STARS)


def test_no_more_than_is_held_can_be_captured() -> None:
    after = held(RICH, "order-1", 220)
    with pytest.raises(CaptureExceedsHold) as refused:
        after.capture("order-1", Stars(22_001), part=1, at=NOW)
    assert refused.value.facts == {"asked": Stars(22_001), "open": Stars.of(220)}
    with pytest.raises(CaptureExceedsHold):
        after.capture("order-1", at=NOW).capture("order-1", at=NOW)
    with pytest.raises(CaptureExceedsHold):
        after.release("order-1", at=NOW).capture("order-1", Stars(1), at=NOW)
    with pytest.raises(InvalidAmount):
        after.capture("order-1", Stars(-1), at=NOW)


def test_a_release_gives_back_what_was_held_and_points_to_the_hold() -> None:
    after = held(RICH, "order-1", 220).release("order-1", at=NOW)
    assert state(after) == state(RICH)
    assert moves(after)[-1] == ("RELEASE", "order-1:release", "customer/c-1/held", "customer/c-1/available", 22_000)
    assert after.postings[-1].transfer.reverses == "order-1:hold"


def test_releasing_again_changes_nothing() -> None:
    after = held(RICH, "order-1", 220).release("order-1", at=NOW)
    assert after.release("order-1", at=NOW) == after


@pytest.mark.parametrize("move", ["capture", "release"])
def test_an_order_without_a_hold_has_nothing_to_move(move: str) -> None:
    with pytest.raises(HoldNotFound) as refused:
        getattr(RICH, move)("order-1", at=NOW)
    assert refused.value.order == "order-1"
    with pytest.raises(HoldNotFound):
        RICH.refund("order-1", 1, Stars(1), capture="order-1:capture", at=NOW)


def test_what_was_captured_can_be_refunded_in_parts_but_never_more() -> None:
    after = held(RICH, "order-1", 220).capture("order-1", at=NOW)
    after = after.refund("order-1", 1, Stars.of(20), capture="order-1:capture", at=NOW)
    after = after.refund("order-1", 2, Stars.of(200), capture="order-1:capture", at=NOW)
    assert state(after) == state(RICH)
    assert moves(after)[-2] == ("REFUND", "order-1:refund:1", "revenue/training", "customer/c-1/available", 2000)
    assert after.postings[-1].transfer.reverses == "order-1:capture"
    with pytest.raises(RefundExceedsCapture) as refused:
        after.refund("order-1", 3, Stars(1), capture="order-1:capture", at=NOW)
    assert refused.value.facts == {"asked": Stars(1), "captured": NO_STARS}
    with pytest.raises(InvalidAmount):
        after.refund("order-1", 3, NO_STARS, capture="order-1:capture", at=NOW)


def test_a_clawback_that_the_balance_covers_makes_no_debt() -> None:
    after = claw_back(RICH, 500)
    assert state(after) == (NO_STARS, NO_STARS, NO_STARS)
    assert moves(after)[1:] == [
        ("CLAWBACK", "clawback:telegram-stars:charge-1", "customer/c-1/available", "sales/telegram-stars", 50_000)
    ]


def test_a_clawback_beyond_the_balance_leaves_a_debt_and_no_balance_below_nothing() -> None:
    after = claw_back(held(RICH, "order-1", 220), 500)
    assert state(after) == (NO_STARS, Stars.of(220), Stars.of(220))
    assert moves(after)[-2:] == [
        ("DEBT", "clawback:telegram-stars:charge-1:debt", "customer/c-1/debt", "customer/c-1/available", 22_000),
        ("CLAWBACK", "clawback:telegram-stars:charge-1", "customer/c-1/available", "sales/telegram-stars", 50_000),
    ]


@pytest.mark.parametrize("balance", [0, 1, 500, 900])
def test_a_clawback_is_one_transfer_under_one_key_whatever_the_balance_was(balance: int) -> None:
    wallet = credited(EMPTY, balance, "charge-2") if balance else EMPTY
    after = claw_back(wallet, 500)
    taken = [move for move in moves(after) if move[0] == TransferKind.CLAWBACK]
    assert [(key, amount) for _, key, _, _, amount in taken] == [("clawback:telegram-stars:charge-1", 50_000)]
    assert after.available - after.debt == Stars.of(balance - 500)


def test_the_next_credit_pays_the_debt_first() -> None:
    owing = claw_back(EMPTY, 300)
    partly = credited(owing, 100, "charge-2")
    assert state(partly) == (NO_STARS, NO_STARS, Stars.of(200))
    free = credited(partly, 250, "charge-3")
    assert state(free) == (Stars.of(50), NO_STARS, NO_STARS)
    assert moves(free)[-1] == (
        "DEBT_PAID",
        "payment:telegram-stars:charge-3:debt-paid",
        "customer/c-1/available",
        "customer/c-1/debt",
        20_000,
    )


def test_every_transfer_names_what_it_was_made_for() -> None:
    order, payment = Cause("training", "order-1"), Cause("payment", "p-9")
    captured = held(RICH, "order-1", 500).capture("order-1", Stars.of(20), part=1, at=NOW)
    refunded = captured.refund("order-1", 1, Stars.of(20), capture="order-1:capture:1", at=NOW)
    owing = claw_back(refunded.release("order-1", at=NOW), 600)
    paid = owing.credit(Stars.of(100), STARS_GATEWAY, "charge-9", cause=payment, at=NOW)
    named = [(posting.transfer.kind.value, posting.transfer.cause) for posting in paid.postings]
    assert named[1:] == [
        ("HOLD", order),
        ("CAPTURE", order),
        ("REFUND", order),
        ("RELEASE", order),
        ("DEBT", CAUSE),
        ("CLAWBACK", CAUSE),
        ("CREDIT", payment),
        ("DEBT_PAID", payment),
    ]


def test_every_posting_sums_to_zero_names_its_transfer_and_tells_the_balance_after_it() -> None:
    wallet = claw_back(held(RICH, "order-1", 220).capture("order-1", Stars.of(20), part=1, at=NOW), 400)
    balances = dict.fromkeys((account.name for account in wallet.accounts.values()), 0)
    for posting in wallet.postings:
        assert sum(entry.amount for entry in posting.entries) == 0
        for entry in posting.entries:
            assert entry.transfer == posting.transfer.key
            if entry.account in balances:
                balances[entry.account] += entry.amount
                assert entry.balance == balances[entry.account]
    assert {account.name: account.balance for account in wallet.accounts.values()} == balances
