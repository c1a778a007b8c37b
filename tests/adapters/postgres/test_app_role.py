"""The program under a role that owns nothing: it does its whole work, and cannot touch the books' guards."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from adapters.memory import FrozenClock
from adapters.postgres import inbox
from adapters.postgres.conversations import ConversationStore
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.inbox import PostgresInbox
from adapters.postgres.migrate import OwnerNeeded, migrate, pending
from adapters.postgres.pool import Database, PoolSettings
from avatar_core.money import Stars
from avatar_core.testing.examples import DAY, HOUR, NOW
from avatar_core.testing.whole import keep_honest_books
from tests.contracts.postgres_store import postgres_store
from tests.fixtures_postgres import database_numbers
from tests.use_cases.world import LocalWorld

AS_APP = " options='-c role=avatar_app'"


@pytest.fixture
async def app(migrated_dsn: str) -> AsyncIterator[Database]:
    """The database as the program sees it when it does not own it."""
    async with Database(migrated_dsn + AS_APP, settings=PoolSettings(smallest=0, largest=4)) as database:
        yield database


async def test_the_program_needs_no_more_than_its_role(app: Database) -> None:
    clock = FrozenClock(NOW)
    world = LocalWorld(store := postgres_store(app, clock), clock, store.begin)
    assert await app.rows("SELECT current_user") == [("avatar_app",)]
    customer = (await world.customer()).id
    await world.bought(customer, "NEUROPHOTO", "charge-1")
    avatar = await world.trained(customer)
    order = await world.painted(customer, avatar)
    assert await world.work() > 0
    clock.advance(30 * DAY)
    await world.announce(customer)
    await world.expire_payment((await world.opened(customer)).id)
    assert await store.inbox.keep("telegram", [("1", "{}")], clock.now()) == ["1"]
    await store.inbox.handled("telegram", "1")
    assert await store.warden.first("topic", clock.now(), 1)
    conversations = ConversationStore(app)
    await conversations.put("key", {"state": None})
    await conversations.drop("key")
    assert await store.worklists.trainings_to_poll(clock.now() + HOUR, 10) == []
    assert (await world.order(order)).run.status == "SUCCEEDED"
    assert await world.money(customer) == (Stars.of(476) - Stars.of(220) - Stars.of(15), Stars(0))
    assert await world.broken_laws() == []


async def test_the_program_forgets_what_came_in_long_ago_a_part_at_a_time(
    app: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "FORGOTTEN_AT_ONCE", 2)
    arrivals = PostgresInbox(app)
    numbers = [str(number) for number in range(5)]
    await arrivals.keep("telegram:bot", [(number, "{}") for number in numbers], NOW)
    for number in numbers:
        await arrivals.handled("telegram:bot", number)
    assert await arrivals.forget(NOW + DAY) == 5


@pytest.mark.parametrize(
    "crime",
    [
        "UPDATE avatar.entries SET amount = 1",
        "UPDATE avatar.transfers SET amount = 1",
        "DELETE FROM avatar.payments",
        "TRUNCATE avatar.evidence",
        "DELETE FROM avatar.events",
        "UPDATE avatar.events SET name = 'another'",
        "UPDATE avatar.tasks SET lane = 'another'",
        "INSERT INTO avatar.migrations VALUES ('another', 'x')",
        "ALTER TABLE avatar.entries DISABLE TRIGGER USER",
        "SET session_replication_role = replica",
        "DROP TRIGGER entries_are_for_ever ON avatar.entries",
        "CREATE TABLE avatar.another (id integer)",
        "SELECT setval('avatar.payment_numbers', 1)",
    ],
)
async def test_what_the_program_never_does_it_may_not_do(app: Database, crime: str) -> None:
    await keep_honest_books(postgres_store(app))
    with pytest.raises(psycopg.Error) as refusal:
        await app.rows(crime)
    assert isinstance(refusal.value, InsufficientPrivilege)


async def test_the_role_may_look_whether_anything_is_missing_and_the_owner_has_to_mend_it(
    migrated_dsn: str, database_dsn: str, app: Database
) -> None:
    assert await app.rows("SELECT count(*) > 0 FROM avatar.migrations") == [(True,)]
    assert (await migrate(migrated_dsn + AS_APP), await pending(migrated_dsn + AS_APP)) == ([], [])
    with pytest.raises(OwnerNeeded, match=r"0001.* can only be applied by the owner of the schema avatar"):
        await migrate(database_dsn + AS_APP)


@pytest.mark.parametrize("right", ['GRANT CREATE ON DATABASE "{}" TO {}', 'CREATE SCHEMA "{}" AUTHORIZATION {}'])
async def test_an_owner_who_may_make_no_roles_migrates_all_the_same(
    postgres_server: EmbeddedPostgres, right: str
) -> None:
    """As on a server whose accounts, or schemas too, are made by somebody else: the program runs as the owner."""
    name = schema = f"poor_{next(database_numbers)}"
    owner = f"{name}_owner"
    dsn = postgres_server.create_database(name)
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        await connection.execute(f"CREATE ROLE {owner} LOGIN")
        await connection.execute(right.format(name, owner).encode())
    try:
        await migrate(dsn + f" options='-c role={owner}'", schema=schema)
        assert await pending(dsn, schema=schema) == []
        async with await psycopg.AsyncConnection.connect(dsn) as connection:
            roles = await connection.execute("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'poor%_app'")
            assert await roles.fetchone() == (0,)
    finally:
        postgres_server.drop_database(name)
