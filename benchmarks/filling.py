"""Fills our database with many rows quickly: one record is written by the core's own way, SQL makes more like it.

So the rows are what the adapter writes, whatever the schema becomes, and every constraint holds.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Self

from adapters.clock import RandomNames, SystemClock
from adapters.postgres.pool import Database
from adapters.postgres.unit_of_work import PostgresBeginUnitOfWork
from avatar_core.bots import TELEGRAM_STARS
from avatar_core.customers import Customer, Language
from avatar_core.ids import BotId, CustomerId, EvidenceId, NetworkId, PackCode, PaymentId, PlanCode, TelegramId
from avatar_core.ledger import Cause, Pocket
from avatar_core.money import Currency, Price, Stars
from avatar_core.payments import Evidence, Payment, PlanPurchase, TopUp, evidence_id
from avatar_core.wallet import Wallet

BOT, NETWORK = BotId("bench_bot_0"), NetworkId("bench_bot_0")
NAMES, CLOCK = RandomNames(), SystemClock()

_CUSTOMERS = """
    INSERT INTO avatar.customers
    SELECT made.* FROM avatar.customers model, generate_series(%s::bigint, %s::bigint) n,
        format('019a0000-0000-7000-8000-%%s', lpad(to_hex(n), 12, '0')) new_id, format('bench_bot_%%s', n %% %s) home,
        jsonb_populate_record(model, jsonb_build_object(
            'id', new_id, 'telegram_id', 1000000000 + n, 'bot', home, 'network', home)) made
    WHERE model.id = %s
"""
_PAYMENTS = """
    INSERT INTO avatar.payments
    SELECT made.* FROM avatar.payments model, generate_series(%s::bigint, %s::bigint) n,
        format('019a0000-0000-7000-8000-%%s', lpad(to_hex(n), 12, '0')) new_id, format('bench_bot_%%s', n %% %s) home,
        jsonb_populate_record(model, jsonb_build_object(
            'id', new_id, 'number', n, 'customer', new_id, 'bot', home, 'network', home)) made
    WHERE model.id = CASE n %% 2 WHEN 0 THEN %s ELSE %s END
"""
_EVIDENCE = """
    INSERT INTO avatar.evidence
    SELECT made.* FROM avatar.evidence model, generate_series(%s::bigint, %s::bigint) n,
        format('019a0000-0000-7000-8000-%%s', lpad(to_hex(n), 12, '0')) new_id,
        jsonb_populate_record(model, jsonb_build_object(
            'id', format('telegram-stars:%%s', n), 'charge', n::text, 'payment_id', new_id)) made
    WHERE model.id = %s
"""
_TRANSFERS = """
    INSERT INTO avatar.transfers (key, kind, source, target, unit, amount, cause, at, reverses)
    SELECT model.key || n, kind, source, target, unit, amount, cause, at, reverses
    FROM avatar.transfers model, generate_series(%s::bigint, %s::bigint) n
    WHERE model.key = %s
"""
# Their hashes are chained to nothing: that is for `avatar ledger check` to notice, and no constraint's business.
_ENTRIES = """
    INSERT INTO avatar.entries (account, transfer, amount, balance, version, digest)
    SELECT model.account, model.transfer || n, model.amount, n * model.balance, n * model.version, model.digest
    FROM avatar.entries model, generate_series(%s::bigint, %s::bigint) n
    WHERE model.transfer = %s ORDER BY n
"""
# What is written satisfies every constraint; asking two triggers about each of a million rows would take a minute.
_UNCHECKED = "SET session_replication_role = replica"
_CHECKED = "RESET session_replication_role"
_ACCOUNT = "UPDATE avatar.accounts SET version = %s, balance = balance * %s WHERE name = %s"


def a_customer(number: int) -> Customer:
    """Somebody who came today."""
    return Customer(
        id=CustomerId(NAMES.fresh()),
        network=NETWORK,
        telegram_id=TelegramId(number),
        bot=BOT,
        language=Language.RU,
        registered_at=CLOCK.now(),
        name="A customer",
    )


def a_payment(customer: Customer, purpose: TopUp | PlanPurchase) -> Payment:
    """An open invoice of 476 Telegram Stars."""
    at = CLOCK.now()
    return Payment(
        id=PaymentId(NAMES.fresh()),
        number=2**31 - 1 if isinstance(purpose, TopUp) else 2**31 - 2,
        customer=customer.id,
        network=NETWORK,
        bot=BOT,
        purpose=purpose,
        price=Price(476, Currency.XTR),
        stars=Stars.of(476),
        gateway=TELEGRAM_STARS,
        created_at=at,
        expires_at=at + timedelta(days=1),
    )


def a_notice(charge: str, payment: PaymentId) -> Evidence:
    """What Telegram says when the invoice was paid; as long as a real one."""
    return Evidence(
        id=evidence_id(TELEGRAM_STARS, charge),
        gateway=TELEGRAM_STARS,
        charge=charge,
        price=Price(476, Currency.XTR),
        raw=f'{{"currency":"XTR","total_amount":476,"telegram_payment_charge_id":"{charge}"}}'.ljust(900),
        received_at=CLOCK.now(),
        bot=BOT,
        payment_id=payment,
    )


@dataclass(frozen=True, slots=True)
class PaymentModels:
    """What many payments are made after: one for a pack of stars, one for a plan, and a notice that pays one."""

    customer: CustomerId
    pack: PaymentId
    plan: PaymentId
    notice: EvidenceId

    @classmethod
    async def written(cls, database: Database) -> Self:
        """Write the models themselves."""
        customer = a_customer(1)
        pack = a_payment(customer, TopUp(PackCode("XTR-500")))
        plan = a_payment(customer, PlanPurchase(PlanCode("NEUROPHOTO"), 1, 0, 30))
        notice = replace(a_notice("model", pack.id), payment_id=None)
        async with PostgresBeginUnitOfWork(database, NAMES, CLOCK)() as work:
            work.save(customer, pack, plan, notice)
            await work.commit()
        return cls(customer.id, pack.id, plan.id, notice.id)

    async def fill(self, database: Database, numbers: range, bots: int = 1) -> None:
        """Make a customer, an open invoice and a kept notice that pays it for each number, by turns at the bots."""
        first, last = numbers[0], numbers[-1]
        await self.fill_customers(database, numbers, bots)
        await database.long_rows(_PAYMENTS, first, last, bots, self.pack, self.plan)
        await database.long_rows(_EVIDENCE, first, last, self.notice)
        await database.long_rows("ANALYZE")

    async def fill_customers(self, database: Database, numbers: range, bots: int = 1) -> None:
        """Make customers who pay nothing."""
        await database.long_rows(_CUSTOMERS, numbers[0], numbers[-1], bots, self.customer)


def filled_notice(number: int) -> EvidenceId:
    """Name a notice that was filled in."""
    return evidence_id(TELEGRAM_STARS, str(number))


def filled_payment(number: int) -> PaymentId:
    """Name the payment that the numbered notice pays."""
    return PaymentId(f"019a0000-0000-7000-8000-{number:012x}")


async def fill_entries(database: Database, number: int, count: int) -> CustomerId:
    """Make a customer whose stars came in so many credits: two entries each, one of them the customer's.

    ``database`` has one connection.
    """
    customer = a_customer(2_000_000_000 + number)
    cause = Cause("payment", customer.id)
    wallet = Wallet.empty(NETWORK, customer.id).credit(
        Stars.of(1), TELEGRAM_STARS, customer.id, cause=cause, at=CLOCK.now()
    )
    async with PostgresBeginUnitOfWork(database, NAMES, CLOCK)() as work:
        work.save(customer, wallet)
        await work.commit()
    key = wallet.postings[0].transfer.key
    await database.long_rows(_UNCHECKED)
    await database.long_rows(_TRANSFERS, 2, count, key)
    await database.long_rows(_ENTRIES, 2, count, key)
    await database.long_rows(_CHECKED)
    await database.long_rows(_ACCOUNT, count, count, wallet.accounts[Pocket.AVAILABLE].name)
    return customer.id
