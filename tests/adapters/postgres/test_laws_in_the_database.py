"""What the database itself refuses, whoever asks: the laws of the books, and the way in from outside."""

import psycopg
import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege, UniqueViolation

from adapters.postgres.pool import Database
from avatar_core.customers import Customer
from avatar_core.errors import (
    AvatarError,
    BalanceWouldBreak,
    CaptureExceedsHold,
    ConcurrentChange,
    RefundExceedsCapture,
)
from avatar_core.money import Stars
from avatar_core.testing.examples import a_draft, a_payment, a_running, an_avatar, credited, held
from avatar_core.testing.store import Store
from tests.contracts.postgres_store import postgres_store

NEVER_CHANGED = "AV003"
UNBALANCED = "AV004"


@pytest.fixture
def store(database: Database) -> Store:
    return postgres_store(database)


@pytest.fixture
async def customer(store: Store) -> Customer:
    """A customer with 500 ⭐, 220 of them held, and a draft."""
    customer = await store.registered()
    avatar = an_avatar(customer)
    wallet = held(credited((await store.read(customer)).wallet, 500), "order-1", 220)
    await store.save(avatar, a_draft(customer, avatar), wallet, a_payment(customer))
    return customer


async def refused(database: Database, sql: str, *values: object) -> psycopg.Error:
    with pytest.raises(psycopg.Error) as refusal:
        await database.rows(sql, *values)
    return refusal.value


@pytest.mark.parametrize("table", ["transfers", "entries"])
@pytest.mark.parametrize(
    "change", ["UPDATE avatar.{} SET amount = amount + 1", "DELETE FROM avatar.{}", "TRUNCATE avatar.{} CASCADE"]
)
async def test_the_books_are_never_changed(database: Database, customer: Customer, table: str, change: str) -> None:
    assert (await refused(database, change.format(table))).sqlstate == NEVER_CHANGED


@pytest.mark.parametrize(
    "entries",
    [
        "('a/sales/x', 'new', -5), ('a/bonus/y', 'new', 4)",
        "('a/sales/x', 'new', -5)",
        "('a/sales/x', 'new', 5), ('a/bonus/y', 'new', -5)",
        "('a/sales/x', 'new', -5), ('a/bonus/z', 'new', 5)",
        "('a/sales/x', 'new', -5), ('a/bonus/y', 'new', 5), ('a/bonus/y', 'new', 5), ('a/sales/x', 'new', -5)",
    ],
    ids=["another sum", "one side only", "the wrong way round", "another account", "twice"],
)
async def test_entries_that_differ_from_their_transfer_are_refused(database: Database, entries: str) -> None:
    await database.rows(
        "INSERT INTO avatar.transfers (key, kind, source, target, unit, amount, cause, at)"
        " VALUES ('new', 'BONUS', 'a/sales/x', 'a/bonus/y', 'STAR', 5, ROW('grant', '1'), now())"
    )
    insert = f"INSERT INTO avatar.entries (account, transfer, amount) VALUES {entries}"  # noqa: S608  our own text
    assert (await refused(database, insert)).sqlstate == UNBALANCED
    await database.rows(
        "INSERT INTO avatar.entries (account, transfer, amount)"
        " VALUES ('a/sales/x', 'new', -5), ('a/bonus/y', 'new', 5)"
    )


async def test_an_entry_without_a_transfer_is_refused(database: Database) -> None:
    insert = "INSERT INTO avatar.entries (account, transfer, amount) VALUES ('a/b/c', 'none', 5), ('a/b/d', 'none', -5)"
    assert isinstance(await refused(database, insert), psycopg.Error)


async def test_a_task_of_no_event_is_refused(database: Database) -> None:
    insert = "INSERT INTO avatar.tasks (event, reaction, lane, due_at) VALUES (404, 'publish', 'publish:x', now())"
    assert (await refused(database, insert)).sqlstate == "23503"


@pytest.mark.parametrize(("pocket", "hundredths"), [("available", -1), ("held", -1), ("debt", 1)])
async def test_a_balance_its_pocket_forbids_is_refused(
    database: Database, store: Store, pocket: str, hundredths: int
) -> None:
    customer = await store.registered()
    insert = "INSERT INTO avatar.accounts VALUES ('net/customer/1/x', %s, %s, %s, 1, 'x')"
    with pytest.raises(BalanceWouldBreak, match=f"net/customer/1/x would stand at {hundredths}") as refusal:
        await database.rows(insert, customer.id, pocket, hundredths)
    assert isinstance(refusal.value.__cause__, CheckViolation)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("captured = ROW(22001)", CaptureExceedsHold(asked=Stars(22_001), open=Stars(22_000))),
        ("captured = ROW(8), released = ROW(21993)", CaptureExceedsHold(asked=Stars(22_001), open=Stars(22_000))),
        ("captured = ROW(1), refunded = ROW(2)", RefundExceedsCapture(asked=Stars(2), captured=Stars(1))),
    ],
)
async def test_a_hold_gives_no_more_than_it_has(
    database: Database, customer: Customer, change: str, refusal: AvatarError
) -> None:
    with pytest.raises(type(refusal)) as raised:
        await database.rows(f"UPDATE avatar.holds SET {change}")  # noqa: S608  our own text
    assert raised.value.facts == refusal.facts
    assert isinstance(raised.value.__cause__, CheckViolation)


async def test_payment_numbers_end_where_robokassas_end(database: Database, store: Store) -> None:
    await database.rows("SELECT setval('avatar.payment_numbers', 2147483646)")
    async with store.begin() as work:
        assert await work.next_number() == 2_147_483_647
        with pytest.raises(psycopg.DataError):
            await work.next_number()


async def test_one_draft_and_one_unfinished_training_per_customer(database: Database, customer: Customer) -> None:
    store = postgres_store(database)
    avatar = an_avatar(customer)
    await store.save(a_running(a_draft(customer, avatar, 2)))
    copy = (
        "INSERT INTO avatar.trainings SELECT 'another', customer, network, bot, avatar, created_at, run, photos, plan,"
        " percent, progressed_at, message, version FROM avatar.trainings WHERE (run).status = %s"
    )
    for status in ("DRAFT", "PROCESSING"):
        with pytest.raises(ConcurrentChange) as refusal:
            await database.rows(copy, status)
        assert isinstance(refusal.value.__cause__, UniqueViolation)


async def test_deleting_a_customer_takes_nothing_with_it(database: Database, customer: Customer) -> None:
    assert (await refused(database, "DELETE FROM avatar.customers")).sqlstate == "23503"
    rules = await database.rows(
        "SELECT DISTINCT confdeltype::text, confupdtype::text FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = 'avatar'::regnamespace"
    )
    assert rules == [("a", "a")]


async def test_every_table_is_closed_to_the_web_api(database: Database) -> None:
    rows = await database.rows(
        "SELECT relname, relrowsecurity FROM pg_class WHERE relnamespace = 'avatar'::regnamespace AND relkind = 'r'"
    )
    assert len(rows) >= 17
    assert [name for name, closed in rows if not closed] == []
    policies = "SELECT DISTINCT roles::text FROM pg_policies WHERE schemaname = 'avatar'"
    assert await database.rows(policies) == [("{avatar_app}",)]


async def test_the_schema_needs_no_extension(database: Database) -> None:
    assert await database.rows("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'") == []


async def test_strangers_have_no_rights(database: Database, customer: Customer, migrated_dsn: str) -> None:
    async with await psycopg.AsyncConnection.connect(migrated_dsn) as connection:
        await connection.execute("CREATE ROLE stranger")
        await connection.execute("SET LOCAL ROLE stranger")
        with pytest.raises(InsufficientPrivilege):
            await connection.execute("SELECT * FROM avatar.customers")
        await connection.rollback()
