"""The commands on the books: gifts, statements, the laws, a training's story, and tasks that were given up."""

import asyncio
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from avatar_core.ids import BotId, CustomerId
from avatar_core.money import Stars
from avatar_core.tasks import Reaction
from avatar_core.testing.examples import BOT, a_customer, a_draft, an_avatar
from avatar_core.use_cases.customers import Visit, Welcome
from entrypoints.cli.books import grant_stars
from entrypoints.container.ground import cli_container
from entrypoints.ground import Ground
from entrypoints.opening import open_ground
from tests.database_faults.wire import laid_wire
from tests.entrypoints.cli.conftest import CommandLine
from tests.entrypoints.memory_house import TOKEN, some_settings

CUSTOMER = a_customer()
AVATAR = an_avatar(CUSTOMER)
TRAINING = a_draft(CUSTOMER, AVATAR)


async def somebody(ground: Ground) -> str:
    """Let a customer come, with a draft of an avatar."""
    welcome = cli_container(ground).get(Welcome)
    dossier = await welcome(Visit(BOT, CUSTOMER.telegram_id, "Фанат"))
    return dossier.customer.id


async def somebody_elsewhere(ground: Ground) -> str:
    """Let the same person come to another bot."""
    welcome = cli_container(ground).get(Welcome)
    return (await welcome(Visit(BotId("other_bot"), CUSTOMER.telegram_id, "Фанат"))).customer.id


async def stored_training(ground: Ground) -> None:
    async with ground.store.begin() as work:
        work.save(CUSTOMER, AVATAR, TRAINING)
        await work.commit()


async def spoil_the_books(ground: Ground) -> None:
    """Change a posted amount behind the ledger's back."""
    from adapters.postgres.books import PostgresBooks  # noqa: PLC0415

    books = ground.store.books
    assert isinstance(books, PostgresBooks)
    await books._database.rows("ALTER TABLE avatar.accounts DISABLE TRIGGER USER")
    await books._database.rows("UPDATE avatar.accounts SET balance = balance + 1")


def test_a_gift_shows_in_balance_statement_and_explanation(avatar_on_postgres: CommandLine) -> None:
    avatar = avatar_on_postgres
    customer = avatar.on_the_ground(somebody)
    granted = avatar("grant", str(CUSTOMER.telegram_id), "100", "--reason", "за терпение")
    assert granted.status == 0
    assert "Фанат has 100 ⭐ now" in granted.out
    assert avatar("grant", customer, "7.5", "--reason", "again").status == 0
    statement = avatar("ledger", "statement", customer)
    assert statement.status == 0
    assert "+7.5" in statement.out
    assert "available 107.5 ⭐" in statement.out
    explained = avatar("ledger", "explain", str(CUSTOMER.telegram_id))
    assert explained.status == 0
    assert "The postings sum up to the balance." in explained.out
    assert avatar("ledger", "check").status == 0


@pytest.mark.parametrize(
    ("stars", "why"), [("0", "no amount of stars"), ("-5", "no amount of stars"), ("many", "no amount of stars")]
)
def test_what_is_no_gift_is_refused_in_words(avatar_on_postgres: CommandLine, stars: str, why: str) -> None:
    avatar_on_postgres.on_the_ground(somebody)
    told = avatar_on_postgres("grant", str(CUSTOMER.telegram_id), "--reason", "x", "--", stars)
    assert told.status == 2
    assert why in told.err


@pytest.mark.parametrize("who", ["424242", "nobody", ""])
def test_an_unknown_customer_is_told_in_words(avatar_on_postgres: CommandLine, who: str) -> None:
    told = avatar_on_postgres("ledger", "explain", who)
    assert told.status == 1
    assert "no such customer" in told.err.lower()


def test_a_telegram_id_needs_a_bot_to_be_known_by(avatar: CommandLine, migrated_dsn: str) -> None:
    avatar.write(f"AVATAR_DATABASE_URL={migrated_dsn}")
    told = avatar("ledger", "statement", "424242")
    assert told.status == 2
    assert told.err.startswith("AVATAR_BOTS__<USERNAME>__TOKEN is not set")
    assert avatar("ledger", "statement", CUSTOMER.id).status == 1


def test_a_person_with_two_balances_has_to_be_named_by_the_customers_id(avatar_on_postgres: CommandLine) -> None:
    """A gift went to the balance of whichever bot came first, which was left to chance."""
    avatar = avatar_on_postgres
    settings = (avatar.folder / ".env").read_text(encoding="utf-8")
    avatar.write(settings, "AVATAR_BOTS__OTHER_BOT__TOKEN=654321:OTHER")
    here, there = avatar.on_the_ground(somebody), avatar.on_the_ground(somebody_elsewhere)
    told = avatar("grant", str(CUSTOMER.telegram_id), "10", "--reason", "x")
    assert told.status == 1
    assert f"{there} of other_bot" in told.err
    assert f"{here} of {BOT}" in told.err
    assert avatar("grant", there, "10", "--reason", "x").status == 0
    assert "available 10 ⭐" in avatar("ledger", "statement", there).out
    assert "available 0 ⭐" in avatar("ledger", "statement", here).out


async def test_a_gift_whose_answer_is_lost_is_given_once(migrated_dsn: str) -> None:
    facts = conninfo_to_dict(migrated_dsn)
    server = Path(str(facts["host"])) / f".s.PGSQL.{facts['port']}"
    async with laid_wire(server) as (wire, folder):
        settings = some_settings(database_url=make_conninfo(migrated_dsn, host=str(folder)))
        async with open_ground(settings) as ground:
            customer = CustomerId(await somebody(ground))
        losing = asyncio.create_task(wire.swallow())
        assert await grant_stars(customer, "100", "sorry", settings)
        await losing
        async with open_ground(settings) as ground:
            lines = await ground.store.books.statement(customer, limit=10)
    assert [line.amount for line in lines] == [Stars.of(100)]


def test_a_gift_that_nobody_confirms_says_where_to_look(avatar_on_postgres: CommandLine, migrated_dsn: str) -> None:
    customer = avatar_on_postgres.on_the_ground(somebody)
    reading = make_conninfo(migrated_dsn, options="-c default_transaction_read_only=on")
    avatar_on_postgres.write(f"AVATAR_DATABASE_URL={reading}", f"AVATAR_BOTS__{BOT.upper()}__TOKEN={TOKEN}")
    told = avatar_on_postgres("grant", customer, "100", "--reason", "sorry")
    assert told.status == 1
    assert "may have been given" in told.err
    assert f"`avatar ledger statement {customer}`" in told.err


async def one_given_up(ground: Ground) -> str:
    """Bury one task of a customer who came; return its id."""
    await somebody(ground)
    task, *_ = await ground.store.outbox.claim("one", ground.clock.now(), {Reaction.TELL_OWNER: 1}, 60)
    await ground.store.outbox.bury(task, "one", "the messenger [never] answers")
    return task.id


def test_without_dead_letters_there_is_nothing_to_list_or_revive(avatar_on_postgres: CommandLine) -> None:
    for words in (("list",), ("revive", "all")):
        told = avatar_on_postgres("tasks", *words)
        assert (told.status, told.out) == (0, "No task was given up.\n")


@pytest.mark.parametrize("word", ["revive", "drop"])
def test_a_task_that_was_not_given_up_is_neither_revived_nor_dropped(
    avatar_on_postgres: CommandLine, word: str
) -> None:
    told = avatar_on_postgres("tasks", word, "nothing:publish")
    assert (told.status, told.err) == (1, "No task nothing:publish was given up: see `avatar tasks list`.\n")


@pytest.mark.parametrize("said", ["all", "its id"])
def test_a_task_that_was_given_up_is_listed_and_revived(avatar_on_postgres: CommandLine, said: str) -> None:
    task = avatar_on_postgres.on_the_ground(one_given_up)
    told = avatar_on_postgres("tasks", "list")
    assert told.status == 0
    for word in (task, "customer.registered", "the messenger [never] answers", "1 given up"):
        assert word in told.out
    told = avatar_on_postgres("tasks", "revive", task if said == "its id" else said)
    assert (told.status, told.out) == (0, f"{task} is due again; the worker carries it out.\n")
    assert avatar_on_postgres("tasks", "list").out == "No task was given up.\n"


def test_a_task_that_nobody_wants_is_dropped(avatar_on_postgres: CommandLine) -> None:
    task = avatar_on_postgres.on_the_ground(one_given_up)
    told = avatar_on_postgres("tasks", "drop", task)
    assert (told.status, told.out) == (0, f"{task} is put aside, undone.\n")
    assert avatar_on_postgres("tasks", "revive", task).status == 1
    assert avatar_on_postgres("tasks", "list").out == "No task was given up.\n"


def test_a_broken_law_is_found_and_exits_1(avatar_on_postgres: CommandLine) -> None:
    avatar_on_postgres.on_the_ground(somebody)
    assert avatar_on_postgres("grant", str(CUSTOMER.telegram_id), "10", "--reason", "x").status == 0
    avatar_on_postgres.on_the_ground(spoil_the_books)
    told = avatar_on_postgres("ledger", "check")
    assert told.status == 1
    assert "broken" in told.out
    assert avatar_on_postgres("ledger", "explain", str(CUSTOMER.telegram_id)).status == 1


def test_a_training_is_shown_with_its_diary(avatar_on_postgres: CommandLine) -> None:
    avatar_on_postgres.on_the_ground(stored_training)
    told = avatar_on_postgres("trainings", "show", TRAINING.id)
    assert told.status == 0
    for word in ("DRAFT", AVATAR.name, CUSTOMER.id):
        assert word in told.out
    assert avatar_on_postgres("trainings", "show", CUSTOMER.id).status == 1


@pytest.mark.parametrize("stars", ["abc", "5,5", "0", "-5"])
def test_a_wrong_amount_is_refused_with_what_is_right(avatar: CommandLine, stars: str) -> None:
    told = avatar("grant", "1", stars, "--reason", "thanks")
    assert told.status == 2
    assert "7.5" in told.err


def test_a_gift_without_a_reason_is_refused(avatar: CommandLine) -> None:
    assert avatar("grant", "1", "5", "--reason", " ").status == 2
