"""Payments and evidence: the table of states, leases, and facts that come again."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from avatar_core.errors import (
    IllegalMove,
    PaymentAlreadySettled,
    PaymentClosed,
    PaymentExpired,
    PaymentLeased,
    WrongAmount,
    WrongPayer,
)
from avatar_core.ids import CustomerId, GatewayCode, PlanCode
from avatar_core.money import Currency, Price
from avatar_core.payments import (
    EvidenceStatus,
    Lease,
    Payment,
    PaymentStatus,
    PlanPurchase,
    evidence_id,
    item_of,
)
from avatar_core.testing.examples import MINUTE, NOW, SECOND, a_customer, a_notice, a_payment

CUSTOMER = a_customer()
PENDING = a_payment(CUSTOMER)
COMPLETED = PENDING.settle("charge-1", PENDING.price, at=NOW)
FAILED = PENDING.fail()
CANCELLED = PENDING.cancel()
EXPIRED = PENDING.expire(at=NOW + 30 * MINUTE)
EACH = {payment.status.value: payment for payment in (PENDING, COMPLETED, FAILED, CANCELLED, EXPIRED)}
FACTS: dict[str, Callable[[Payment], Payment]] = {
    "settle": lambda payment: payment.settle("charge-1", PENDING.price, at=NOW),
    "fail": lambda payment: payment.fail(),
    "cancel": lambda payment: payment.cancel(),
    "expire": lambda payment: payment.expire(at=NOW + 30 * MINUTE),
}
TABLE = """
           settle     fail    cancel     expire
PENDING    COMPLETED  FAILED  CANCELLED  EXPIRED
COMPLETED  =          !       !          =
FAILED     COMPLETED  =       !          =
CANCELLED  COMPLETED  !       =          =
EXPIRED    COMPLETED  !       !          =
"""
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CASES = [(row[0], fact, outcome) for row in ROWS for fact, outcome in zip(HEAD, row[1:], strict=True)]


def approve(payment: Payment, query: str = "query-1", **changed: object) -> Payment:
    given = {"payer": CUSTOMER.id, "price": PENDING.price, "at": NOW, **changed}
    return payment.approve(given["payer"], given["price"], query, at=given["at"])  # type: ignore[arg-type]


@pytest.mark.parametrize(("status", "fact", "outcome"), CASES)
def test_every_state_and_every_fact_go_together_as_the_table_says(status: str, fact: str, outcome: str) -> None:
    payment = EACH[status]
    if outcome == "!":
        with pytest.raises(IllegalMove) as refused:
            FACTS[fact](payment)
        assert refused.value.facts == {"thing": "payment", "status": status, "fact": fact}
        return
    after = FACTS[fact](payment)
    assert after.status == (status if outcome == "=" else outcome)
    assert (after == payment) is (outcome == "=")


def test_a_settled_payment_keeps_its_charge_and_its_time_and_loses_its_lease() -> None:
    settled = approve(PENDING).settle("charge-9", PENDING.price, at=NOW + MINUTE)
    assert (settled.charge, settled.settled_at, settled.lease) == ("charge-9", NOW + MINUTE, None)


def test_a_second_charge_for_the_same_invoice_is_refused() -> None:
    with pytest.raises(PaymentAlreadySettled):
        COMPLETED.settle("charge-2", PENDING.price, at=NOW)


@pytest.mark.parametrize("price", [Price(499, Currency.XTR), Price(501, Currency.XTR), Price(500, Currency.RUB)])
def test_another_amount_or_currency_is_refused(price: Price) -> None:
    with pytest.raises(WrongAmount) as refused:
        PENDING.settle("charge-1", price, at=NOW)
    assert refused.value.facts == {"paid": str(price), "asked": "500 XTR"}
    with pytest.raises(WrongAmount):
        approve(PENDING, price=price)


def test_an_approved_payment_is_leased_to_its_query_for_as_long_as_the_query_lives() -> None:
    leased = approve(PENDING)
    assert leased.lease == Lease("query-1", NOW + 10 * SECOND)
    assert approve(leased, at=NOW + MINUTE) == leased
    with pytest.raises(PaymentLeased):
        approve(leased, "query-2", at=NOW + 9 * SECOND)
    assert approve(leased, "query-2", at=NOW + 10 * SECOND).lease == Lease("query-2", NOW + 20 * SECOND)


def test_a_query_that_was_answered_keeps_the_payment_for_two_minutes() -> None:
    charging = approve(PENDING).charging("query-1", at=NOW + SECOND)
    assert charging.lease == Lease("query-1", NOW + 121 * SECOND)
    assert charging.charging("query-1", at=NOW + MINUTE) == charging
    with pytest.raises(PaymentLeased):
        approve(charging, "query-2", at=NOW + 120 * SECOND)
    assert approve(charging, "query-2", at=NOW + 121 * SECOND).lease == Lease("query-2", NOW + 131 * SECOND)


def test_only_the_query_that_has_the_payment_can_keep_it_and_only_while_it_is_open() -> None:
    leased = approve(PENDING)
    assert PENDING.charging("query-1", at=NOW) == PENDING
    assert leased.charging("query-2", at=NOW) == leased
    assert COMPLETED.charging("query-1", at=NOW) == COMPLETED
    closed = leased.cancel()
    assert closed.charging("query-1", at=NOW) == closed


def test_another_person_cannot_pay_the_invoice() -> None:
    with pytest.raises(WrongPayer):
        approve(PENDING, payer=CustomerId("somebody else"))


@pytest.mark.parametrize(
    ("payment", "error"),
    [
        (COMPLETED, PaymentAlreadySettled),
        (FAILED, PaymentClosed),
        (CANCELLED, PaymentClosed),
        (EXPIRED, PaymentExpired),
    ],
)
def test_an_invoice_that_is_closed_is_not_approved(payment: Payment, error: type[Exception]) -> None:
    with pytest.raises(error):
        approve(payment)


def test_an_invoice_is_approved_for_half_an_hour() -> None:
    approve(PENDING, at=NOW + 30 * MINUTE - SECOND)
    with pytest.raises(PaymentExpired):
        approve(PENDING, at=NOW + 30 * MINUTE)


def test_an_invoice_does_not_expire_early_nor_while_it_is_being_paid() -> None:
    assert PENDING.expire(at=NOW + 30 * MINUTE - SECOND) == PENDING
    leased = approve(PENDING, at=NOW + 29 * MINUTE).charging("query-1", at=NOW + 29 * MINUTE)
    assert leased.expire(at=NOW + 31 * MINUTE - SECOND) == leased
    assert leased.expire(at=NOW + 31 * MINUTE).status is PaymentStatus.EXPIRED


def test_what_is_bought_has_a_name_for_the_books() -> None:
    assert item_of(PENDING.purpose) == "XTR-500"
    assert item_of(PlanPurchase(PlanCode("NEUROPHOTO"), 1, 0, 30)) == "NEUROPHOTO"


def test_evidence_is_named_by_its_gateway_and_the_gateways_own_id() -> None:
    assert evidence_id(GatewayCode("robokassa"), "17") == "robokassa:17"


def test_evidence_is_settled_or_quarantined_with_a_reason() -> None:
    notice = a_notice(PENDING)
    doubtful = notice.quarantined("wrong-amount")
    assert (doubtful.status, doubtful.reason) == (EvidenceStatus.QUARANTINED, "wrong-amount")
    assert doubtful.settled() == replace(notice, status=EvidenceStatus.SETTLED)
