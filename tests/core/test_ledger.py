"""The ledger: transfers, entries, running balances and the hash chain."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from typing import cast

import pytest

from avatar_core.errors import BalanceWouldBreak, InvalidAmount
from avatar_core.ids import CustomerId
from avatar_core.ledger import (
    GENESIS,
    SEAL_AFTER,
    STAR,
    Account,
    AccountName,
    Cause,
    Entry,
    Pocket,
    Receipt,
    Transfer,
    TransferKind,
    bonus,
    chained,
    customer_account,
    last_day_to_seal,
    money_received,
    outside,
    revenue,
    sales,
    sealed,
)
from avatar_core.money import Currency, Price, Stars
from avatar_core.ports import StatementLine
from avatar_core.testing.examples import HOUR, NETWORK, NOW, ROUBLE_GATEWAY, SECOND

CUSTOMER = CustomerId("c-1")
AVAILABLE = customer_account(NETWORK, CUSTOMER, Pocket.AVAILABLE)
DEBT = customer_account(NETWORK, CUSTOMER, Pocket.DEBT)
SALES = sales(NETWORK, ROUBLE_GATEWAY)
TRANSFER = Transfer(
    key="payment:robokassa:17:credit",
    kind=TransferKind.CREDIT,
    source=SALES,
    target=AVAILABLE,
    unit=STAR,
    amount=21_700,
    cause=Cause("payment", "p-1"),
    at=NOW,
)


def test_accounts_are_named_by_network_and_role() -> None:
    assert AVAILABLE == "portrait_bot/customer/c-1/available"
    assert SALES == "portrait_bot/sales/robokassa"
    assert bonus(NETWORK, "grant") == "portrait_bot/bonus/grant"
    assert revenue(NETWORK, "training") == "portrait_bot/revenue/training"


@pytest.mark.parametrize("amount", [0, -1, True, 1.0, float("nan"), "1", None])
def test_a_transfer_moves_a_positive_whole_amount(amount: object) -> None:
    with pytest.raises(InvalidAmount) as refused:
        replace(TRANSFER, amount=cast("int", amount))
    assert refused.value.facts == {"what": "a transfer", "value": repr(amount)}


def test_a_transfer_goes_somewhere_else() -> None:
    with pytest.raises(InvalidAmount) as refused:
        replace(TRANSFER, target=TRANSFER.source)
    assert refused.value.facts == {"what": "a transfer", "value": "from portrait_bot/sales/robokassa to itself"}


def test_an_account_counts_its_entries_and_keeps_its_balance() -> None:
    account, first = Account(AVAILABLE).book(TRANSFER, 21_700)
    account, second = account.book(replace(TRANSFER, key="other"), -700)
    assert (first.balance, first.version) == (21_700, 1)
    assert (second.balance, second.version, second.amount) == (21_000, 2, -700)
    assert account == Account(AVAILABLE, 21_000, 2, second.digest or "")


def test_a_balance_below_nothing_is_refused() -> None:
    account, _ = Account(AVAILABLE).book(TRANSFER, 21_700)
    empty, _ = account.book(TRANSFER, -21_700)
    assert empty.balance == 0
    with pytest.raises(BalanceWouldBreak) as refused:
        account.book(TRANSFER, -21_701)
    assert refused.value.facts == {"account": AVAILABLE, "balance": -1}


def test_a_debt_is_never_above_nothing() -> None:
    owing, _ = Account(DEBT).book(TRANSFER, -100)
    paid, _ = owing.book(TRANSFER, 100)
    assert (owing.balance, paid.balance) == (-100, 0)
    with pytest.raises(BalanceWouldBreak):
        owing.book(TRANSFER, 101)


def test_only_accounts_of_customers_keep_a_running_balance_and_a_chain() -> None:
    posting = outside(replace(TRANSFER, target=bonus(NETWORK, "grant")))
    assert [(entry.account, entry.amount) for entry in posting.entries] == [
        (SALES, -21_700),
        (bonus(NETWORK, "grant"), 21_700),
    ]
    for entry in posting.entries:
        assert (entry.balance, entry.version, entry.digest) == (None, None, None)


def test_each_entry_is_chained_to_the_one_before() -> None:
    account, first = Account(AVAILABLE).book(TRANSFER, 21_700)
    _, second = account.book(replace(TRANSFER, key="other", at=NOW + SECOND), -700)
    facts = f"{AVAILABLE}|1|payment:robokassa:17:credit|CREDIT|21700|21700|2026-03-01T12:30:15.123456+00:00"
    assert first.digest == sha256(f"{GENESIS}|{facts}".encode()).hexdigest()
    facts = f"{first.digest}|{AVAILABLE}|2|other|CREDIT|-700|21000|2026-03-01T12:30:16.123456+00:00"
    assert second.digest == sha256(facts.encode()).hexdigest()


@pytest.mark.parametrize(
    "changed",
    [
        {"account": DEBT},
        {"transfer": "other"},
        {"amount": 21_701},
        {"balance": 21_701},
        {"version": 2},
    ],
)
def test_a_changed_entry_breaks_the_chain(changed: dict[str, object]) -> None:
    _, entry = Account(AVAILABLE).book(TRANSFER, 21_700)
    forged = replace(entry, **changed)  # type: ignore[arg-type]
    transfer = replace(TRANSFER, key=forged.transfer)
    assert chained(GENESIS, forged, transfer) != entry.digest
    assert chained("another past", entry, TRANSFER) != entry.digest
    assert chained(GENESIS, entry, TRANSFER) == entry.digest


@pytest.mark.parametrize(
    "changed",
    [
        {"key": "other"},
        {"kind": TransferKind.BONUS},
        {"source": AccountName("x")},
        {"target": AccountName("x")},
        {"unit": "RUB"},
        {"amount": 21_701},
        {"at": NOW + timedelta(microseconds=1)},
    ],
)
def test_a_days_seal_holds_every_transfer_and_no_order(changed: dict[str, object]) -> None:
    other = replace(TRANSFER, key="another")
    day = NOW.date()
    assert sealed(day, [TRANSFER, other]) == sealed(day, [other, TRANSFER])
    assert sealed(day, [TRANSFER, other]).transfers == 2
    assert sealed(day, [TRANSFER, other]).digest != sealed(day, [TRANSFER]).digest
    forged = replace(TRANSFER, **changed)  # type: ignore[arg-type]
    assert sealed(day, [forged, other]) != sealed(day, [TRANSFER, other])


def test_a_seal_is_the_digest_of_a_line_a_transfer_so_that_those_already_made_stay_true() -> None:
    moved = "CREDIT|portrait_bot/sales/robokassa|portrait_bot/customer/c-1/available|STAR|21700"
    lines = "".join(
        f"{key}|{moved}|2026-03-01T12:30:15.123456+00:00\n" for key in ("another", "payment:robokassa:17:credit")
    )
    made = sealed(NOW.date(), [TRANSFER, replace(TRANSFER, key="another")])
    assert made.digest == sha256(lines.encode()).hexdigest()


@pytest.fixture
def _far_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose own day begins twelve hours before the day of the books."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "EAST-12")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_far_east")
def test_the_day_of_the_books_is_that_of_utc_wherever_the_machine_and_the_clock_are() -> None:
    end = datetime(2026, 3, 2, tzinfo=UTC) + SEAL_AFTER
    for clock in (UTC, timezone(timedelta(hours=12)), timezone(timedelta(hours=-11))):
        assert last_day_to_seal(end.astimezone(clock)) == date(2026, 3, 1)
        assert last_day_to_seal((end - SECOND).astimezone(clock)) == date(2026, 2, 28)


def test_a_day_can_be_sealed_six_hours_after_its_end() -> None:
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    assert last_day_to_seal(midnight + 6 * HOUR) == date(2026, 3, 1)
    assert last_day_to_seal(midnight + 6 * HOUR - timedelta(microseconds=1)) == date(2026, 2, 28)


def test_money_that_came_in_is_booked_in_its_currency_and_both_sides_sum_to_zero() -> None:
    receipt = Receipt(NETWORK, ROUBLE_GATEWAY, "17", Price(111_000, Currency.RUB), "NEUROPHOTO")
    posting = money_received(receipt, Cause("payment", "p-1"), NOW)
    assert posting.transfer == Transfer(
        key="payment:robokassa:17:money",
        kind=TransferKind.MONEY_IN,
        source=AccountName("portrait_bot/income/NEUROPHOTO/RUB"),
        target=AccountName("portrait_bot/cash/robokassa/RUB"),
        unit="RUB",
        amount=111_000,
        cause=Cause("payment", "p-1"),
        at=NOW,
    )
    assert posting.entries == (
        Entry(AccountName("portrait_bot/income/NEUROPHOTO/RUB"), "payment:robokassa:17:money", -111_000),
        Entry(AccountName("portrait_bot/cash/robokassa/RUB"), "payment:robokassa:17:money", 111_000),
    )


def test_a_line_of_a_statement_names_a_plan_only_where_one_was_paid() -> None:
    line = StatementLine(NOW, "GRANT", "grant", Stars.of(1), Stars.of(1), "grant:1", 1)
    assert line.plan is None
