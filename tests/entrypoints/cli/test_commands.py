"""The commands that need no vendor: words, exit codes, and what they print."""

import asyncio
import subprocess
import sys
from importlib.metadata import version
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
HEAVY = ("aiogram", "fastapi", "httpx", "PIL", "replicate", "uvicorn")


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


def test_help_tells_every_command(avatar: CommandLine) -> None:
    told = avatar("--help")
    assert told.status == 0
    for command in ("demo", "up", "bot", "serve", "worker", "migrate", "doctor", "grant", "catalogue", "ledger"):
        assert command in told.out


def test_the_version_is_told(avatar: CommandLine) -> None:
    told = avatar("--version")
    assert (told.status, told.out) == (0, f"avatar-core {version('avatar-core')}\n")


def test_help_of_every_command_fits_its_line(avatar: CommandLine) -> None:
    told = [avatar("--help").out, avatar("ledger", "--help").out, avatar("catalogue", "--help").out]
    lines = [line for text in told for line in text.splitlines() if not line.startswith("Usage:")]
    assert [line for line in lines if line.endswith("...")] == []


def test_help_loads_nothing_heavy() -> None:
    assert loaded_by("--help", *HEAVY, "psycopg", "pydantic") == ""


def test_a_command_on_the_books_loads_no_bot(avatar_on_postgres: CommandLine) -> None:
    assert loaded_by("ledger check", *HEAVY) == ""


def loaded_by(words: str, *modules: str) -> str:
    """Return which of these modules a command loads."""
    probe = (
        "import sys\nfrom entrypoints.cli.commands import app\n"
        f"try:\n    app({words.split()!r})\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print('loaded:', *(each for each in {modules!r} if each in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.rpartition("loaded:")[2].strip()


@pytest.mark.parametrize("words", [["fly"], ["ledger"], ["grant", "1", "5"], ["ledger", "statement"]])
def test_a_wrong_command_exits_2(avatar: CommandLine, words: list[str]) -> None:
    assert avatar(*words).status == 2


def test_a_wrong_setting_is_one_sentence_and_exits_2(avatar: CommandLine) -> None:
    avatar.write("AVATAR_LISTEN_PORT=http")
    told = avatar("ledger", "check")
    assert told.status == 2
    assert told.err.startswith("AVATAR_LISTEN_PORT is wrong: ")
    assert len(told.err.splitlines()) == 1


@pytest.mark.parametrize("command", ["up", "bot", "serve", "worker"])
def test_what_runs_names_every_setting_it_misses(avatar: CommandLine, command: str) -> None:
    told = avatar(command)
    assert told.status == 2
    for name in ("AVATAR_BOTS__", "REPLICATE_API_TOKEN", "AVATAR_REPLICATE_MODELS"):
        assert any(line.startswith(name) for line in told.err.splitlines())


def test_a_database_that_does_not_answer_is_told_without_its_password(avatar: CommandLine) -> None:
    avatar.write("AVATAR_DATABASE_URL=postgresql://me:a-password@127.0.0.1:1/avatar")
    told = avatar("ledger", "check")
    assert told.status == 1
    assert "the store is unavailable" in told.err.lower()
    assert "Traceback" not in told.err
    assert "a-password" not in told.out + told.err


def test_the_default_catalogue_is_good(avatar: CommandLine) -> None:
    told = avatar("catalogue", "check")
    assert told.status == 0
    assert "4 plans" in told.out


def test_a_wrong_price_is_found_and_named(avatar: CommandLine) -> None:
    shown = avatar("catalogue", "show", "--toml")
    assert shown.status == 0
    own = avatar.folder / "own.toml"
    own.write_text(shown.out, encoding="utf-8")
    assert avatar("catalogue", "check", str(own)).status == 0
    own.write_text(shown.out.replace("476", "NaN"), encoding="utf-8")
    told = avatar("catalogue", "check", str(own))
    assert told.status == 1
    assert "own.toml" in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "own.toml cannot be read: No such file or directory."),
        (b" \n", "own.toml is empty: begin with `avatar catalogue show --toml`."),
        (b"\xff\xfe", "own.toml is no text file: a catalogue is TOML in UTF-8."),
        (b"[plans", "own.toml: "),
    ],
    ids=["missing", "empty", "no text", "no TOML"],
)
def test_a_catalogue_that_cannot_be_read_is_told_by_the_name_it_was_given_by(
    avatar: CommandLine, content: bytes | None, why: str
) -> None:
    if content is not None:
        (avatar.folder / "own.toml").write_bytes(content)
    told = avatar("catalogue", "check", "own.toml")
    assert told.status == 1
    assert told.err.startswith(why)
    assert len(told.err.splitlines()) == 1
    avatar.write("AVATAR_CATALOGUE_FILE=own.toml")
    told = avatar("catalogue", "check")
    assert told.status == 1
    assert told.err.startswith(("AVATAR_CATALOGUE_FILE: own.toml", "own.toml is "))


def test_what_is_sold_is_shown(avatar: CommandLine) -> None:
    told = avatar("catalogue", "show")
    assert told.status == 0
    for word in ("NEUROPHOTO", "476", "flux-dev-lora", "1000: 220"):
        assert word in told.out


def test_migrating_twice_does_nothing_the_second_time(avatar: CommandLine, database_dsn: str) -> None:
    avatar.write(f"AVATAR_DATABASE_URL={database_dsn}")
    first, second = avatar("migrate"), avatar("migrate")
    assert (first.status, second.status) == (0, 0)
    assert "applied 0001" in first.out
    assert "up to date" in second.out


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
