"""Payments under any notices: right, wrong, repeated, late, raced, and with the process dying in between."""

from dataclasses import dataclass, replace
from datetime import datetime

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, invariant, rule

from avatar_core.ids import CustomerId, EvidenceId, GatewayCode, PaymentId, TelegramId
from avatar_core.money import Currency, Price, Stars
from avatar_core.payments import Evidence, Payment
from avatar_core.testing.examples import MINUTE, SECOND, a_notice
from avatar_core.testing.machines.business import Business

people = st.integers(0, 1)
ITEMS = {"xtr-10": 10, "xtr-500": 500, "NEUROPHOTO": 476}
ODD: dict[str, dict[str, object]] = {
    "wrong-amount": {"price": Price(9, Currency.XTR)},
    "wrong-payer": {"payer": TelegramId(666)},
    "gateway-not-allowed": {"gateway": GatewayCode("another")},
    "payment-not-found": {"payment_id": PaymentId("nobody knows it")},
}


@dataclass
class Invoice:
    """What the oracle knows of one payment."""

    payment: Payment
    who: int
    status: str = "PENDING"
    leased_until: datetime | None = None
    lease: str = ""
    charge: str | None = None


class Payments(Business):
    """Two customers who buy, and a gateway that tells the truth and everything else."""

    invoices: Bundle[str] = Bundle("invoices")

    def begin_business(self) -> None:
        """Nobody has bought anything."""
        self.known: dict[str, Invoice] = {}
        self.customers: list[CustomerId] = []
        self.balance = [0, 0]
        self.judged: dict[EvidenceId, str] = {}
        self.charges = 0

    @initialize()
    def two_customers_come(self) -> None:
        self.customers = [self.run(self.world.customer(number)).id for number in (1, 2)]

    @rule(target=invoices, who=people, item=st.sampled_from(sorted(ITEMS)))
    def an_invoice_is_made(self, who: int, item: str) -> str:
        payment = self.run(self.world.opened(self.customers[who], item))
        self.known[payment.id] = Invoice(payment, who)
        return payment.id

    @rule(seconds=st.sampled_from([1, 9, 10, 119, 120, 600, 1799, 1800]))
    def time_passes(self, seconds: int) -> None:
        self.run(self.world.work())
        self.world.clock.advance(seconds * SECOND)

    # --- pre-checkout

    @rule(name=invoices, who=people, query=st.sampled_from(["a", "b"]), right_price=st.booleans())
    def a_query_asks_for_approval(self, name: str, who: int, query: str, *, right_price: bool) -> None:
        invoice, at = self.known[name], self.world.clock.now()
        price = invoice.payment.price if right_price else Price(7, Currency.XTR)
        refused = self.outcome(self.world.approve_payment(invoice.payment.id, self.customers[who], price, query))
        assert refused == self._refusal(invoice, who, query, at, right_price=right_price)
        if refused is None and invoice.lease != query:
            invoice.lease, invoice.leased_until = query, at + 10 * SECOND

    @rule(name=invoices, query=st.sampled_from(["a", "b"]))
    def a_query_is_answered_with_yes(self, name: str, query: str) -> None:
        invoice, at = self.known[name], self.world.clock.now()
        self.run(self.world.await_charge(invoice.payment.id, query))
        if invoice.status == "PENDING" and invoice.leased_until and invoice.lease == query:
            kept = invoice.leased_until > at + 10 * SECOND
            invoice.leased_until = invoice.leased_until if kept else at + 120 * SECOND

    @rule(target=invoices, who=people)
    def of_several_queries_at_once_for_a_new_invoice_one_is_approved(self, who: int) -> str:
        payment = self.run(self.world.opened(self.customers[who], "xtr-10"))
        asked = [
            self.world.approve_payment(payment.id, self.customers[who], payment.price, query) for query in ("a", "b")
        ]
        answers = self.together(*asked)
        assert sorted(answers, key=str) == [None, "payment-leased"]
        lease = "a" if answers[0] is None else "b"
        until = self.world.clock.now() + 10 * SECOND
        self.known[payment.id] = Invoice(payment, who, lease=lease, leased_until=until)
        return payment.id

    @rule(target=invoices, who=people)
    def an_invoice_that_is_being_paid_at_its_end_does_not_expire(self, who: int) -> str:
        payment = self.run(self.world.opened(self.customers[who], "xtr-10"))
        self.run(self.world.work())
        self.world.clock.advance(30 * MINUTE - SECOND)
        self.run(self.world.approve_payment(payment.id, self.customers[who], payment.price, "a"))
        until = self.world.clock.now() + 10 * SECOND
        self.world.clock.advance(2 * SECOND)
        assert payment.id not in self.run(self.world.store.worklists.payments_to_expire(self.world.clock.now(), 100))
        assert self.run(self.world.expire_payment(payment.id)).status.value == "PENDING"
        self.known[payment.id] = Invoice(payment, who, lease="a", leased_until=until)
        return payment.id

    def _refusal(self, invoice: Invoice, who: int, query: str, at: datetime, *, right_price: bool) -> str | None:
        closed = {
            "COMPLETED": "payment-already-settled",
            "CANCELLED": "payment-closed",
            "EXPIRED": "payment-expired",
        }
        if invoice.status != "PENDING":
            return closed[invoice.status]
        if at >= invoice.payment.created_at + 30 * MINUTE:
            return "payment-expired"
        if who != invoice.who:
            return "wrong-payer"
        if not right_price:
            return "wrong-amount"
        leased = invoice.leased_until is not None and at < invoice.leased_until
        return "payment-leased" if leased and invoice.lease != query else None

    # --- notices

    def notice(self, invoice: Invoice, charge: str, **odd: object) -> Evidence:
        return replace(a_notice(invoice.payment, charge), **odd)  # type: ignore[arg-type]

    async def deliver(self, notice: Evidence) -> None:
        """What an entrypoint does with a paid notice."""
        await self.world.settle_payment((await self.world.keep_evidence(notice)).id)

    def paid(self, invoice: Invoice, notice: Evidence) -> None:
        """Reckon with a right notice that was judged."""
        if invoice.charge in {None, notice.charge}:
            self.judged[notice.id] = "SETTLED"
        else:
            self.judged[notice.id] = "QUARANTINED"
        if invoice.charge is None:
            invoice.status, invoice.charge = "COMPLETED", notice.charge
            self.balance[invoice.who] += invoice.payment.stars.hundredths

    def fresh_charge(self) -> str:
        self.charges += 1
        return f"charge-{self.charges}"

    @rule(name=invoices, times=st.integers(1, 4))
    def it_is_paid_and_the_notice_comes_so_many_times_at_once(self, name: str, times: int) -> None:
        invoice = self.known[name]
        notice = self.notice(invoice, self.fresh_charge())
        assert self.together(*(self.deliver(notice) for _ in range(times))) == [None] * times
        self.paid(invoice, notice)

    @rule(name=invoices)
    def the_notice_of_what_was_paid_comes_again(self, name: str) -> None:
        invoice = self.known[name]
        if invoice.charge is not None:
            self.run(self.deliver(self.notice(invoice, invoice.charge)))

    @rule(name=invoices)
    def two_notices_with_two_charges_come_at_once(self, name: str) -> None:
        invoice = self.known[name]
        one, two = (self.notice(invoice, self.fresh_charge()) for _ in range(2))
        assert self.together(self.deliver(one), self.deliver(two)) == [None, None]
        counted = self.run(self.world.payment(invoice.payment.id)).charge
        first, second = (two, one) if counted == two.charge else (one, two)
        self.paid(invoice, first)
        self.paid(invoice, second)

    @rule(name=invoices, reason=st.sampled_from(sorted(ODD)))
    def a_notice_that_cannot_be_matched_comes(self, name: str, reason: str) -> None:
        invoice = self.known[name]
        notice = self.notice(invoice, self.fresh_charge(), **ODD[reason])
        self.run(self.deliver(notice))
        self.judged[notice.id] = "QUARANTINED"

    @rule(name=invoices, commit=st.integers(0, 1), before=st.booleans())
    def the_process_dies_while_it_settles_and_starts_again(self, name: str, commit: int, *, before: bool) -> None:
        invoice = self.known[name]
        notice = self.notice(invoice, self.fresh_charge())
        assert self.dies(self.deliver(notice), commit=commit, before=before)
        for waiting in self.run(self.world.store.worklists.evidence_to_judge(self.world.clock.now() + MINUTE * 2, 10)):
            self.run(self.world.settle_payment(waiting))
        self.run(self.deliver(notice))
        self.paid(invoice, notice)

    # --- the end of an invoice

    @rule(name=invoices)
    def it_is_looked_at_whether_it_has_expired(self, name: str) -> None:
        invoice, at = self.known[name], self.world.clock.now()
        self.run(self.world.expire_payment(invoice.payment.id))
        leased = invoice.leased_until is not None and at < invoice.leased_until
        if invoice.status == "PENDING" and at >= invoice.payment.created_at + 30 * MINUTE and not leased:
            invoice.status = "EXPIRED"

    @rule(name=invoices)
    def the_customer_does_not_want_it(self, name: str) -> None:
        invoice = self.known[name]
        refused = self.outcome(self.world.cancel_payment(invoice.payment.id))
        open_or_closed = invoice.status in {"PENDING", "CANCELLED"}
        assert refused == (None if open_or_closed else "illegal-move")
        if open_or_closed:
            invoice.status = "CANCELLED"

    # --- what must always hold

    @invariant()
    def balances_are_what_was_paid(self) -> None:
        for customer, balance in zip(self.customers, self.balance, strict=False):
            assert self.run(self.world.read(customer)).wallet.available == Stars(balance)

    @invariant()
    def invoices_stand_as_the_oracle_says(self) -> None:
        for invoice in self.known.values():
            payment = self.run(self.world.payment(invoice.payment.id))
            assert (payment.status.value, payment.charge) == (invoice.status, invoice.charge)

    @invariant()
    def notices_are_kept_as_the_oracle_says(self) -> None:
        for name, status in self.judged.items():
            assert self.run(self._status(name)) == status

    async def _status(self, name: EvidenceId) -> str:
        async with self.world.store.begin() as work:
            return (await work.evidence(name)).status.value

    def end_business(self) -> None:
        """Everything that had to be told was told, each once."""
        self.run(self.world.work(rounds=500))
        told = [happening.event.name for happening in self.world.publisher.published]
        settled = [invoice for invoice in self.known.values() if invoice.charge]
        assert told.count("payment.opened") == len(self.known)
        assert told.count("payment.completed") == len(settled)
        assert told.count("payment.quarantined") == list(self.judged.values()).count("QUARANTINED")
