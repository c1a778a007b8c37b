"""Marked secrets in every setting, a whole run with failures on purpose, and then a look everywhere: nobody saw one."""

import asyncio
import dataclasses
import io
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from urllib.parse import quote, quote_plus

import httpx
import pytest
import pytest_asyncio
import structlog
from pydantic import SecretStr

from adapters.robokassa import RobokassaSettings
from avatar_core.ids import BotId
from avatar_core.money import Stars
from avatar_core.use_cases.subscriptions import Gift, GrantStars
from entrypoints.bot.callbacks import Tap
from entrypoints.bot.webhooks import Webhook
from entrypoints.logs import configure_logs
from entrypoints.running import process_of
from tests.journeys import stage as staging
from tests.journeys.guests import Guest
from tests.journeys.stage import Stage, staged

pytestmark = pytest.mark.timeout(120)
in_the_runs_loop = pytest.mark.asyncio(loop_scope="module")
TELEGRAM = {BotId("russian_bot"): "123456:MARKtelegramONE", BotId("english_bot"): "654321:MARKtelegramTWO"}
REPLICATE = "r8_MARKreplicate"
FIRST, SECOND = "MARKrobokassa&1 <b>", 'MARK"robokassa\\2'
DATABASE = "MARK@data:base"
REPEATED = {"arrivals": {REPLICATE, "MARK"}}
"""A signed notice is kept byte for byte, to be checked again: what a vendor repeats of ours stays in there alone."""


@dataclasses.dataclass
class Run:
    """What a run has left behind."""

    stage: Stage
    logs: io.StringIO
    pages: list[str] = dataclasses.field(default_factory=list)

    def secrets(self) -> Iterator[str]:
        """Every secret there is, as it may be written: plain, in JSON, in a URL, in HTML."""
        settings = self.stage.house.ground.settings
        derived = [bot.webhook_secret.get_secret_value() for bot in settings.bots.values()]
        halves = [token.partition(":")[2] for token in TELEGRAM.values()]
        plain = [*halves, *derived, REPLICATE, self.stage.replicate.webhook_secret, FIRST, SECOND, DATABASE]
        for secret in (*plain, "MARK"):
            yield from {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret, ""), quote_plus(secret)}

    def found_in(self, text: str) -> list[str]:
        return [secret for secret in self.secrets() if secret in text]


@pytest.fixture(scope="module")
def logs() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level, stream = root.handlers[:], root.level, io.StringIO()
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(dsn: str, logs: io.StringIO, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Run]:
    """A whole business, in which everything that can go wrong does so once."""
    folder, address = tmp_path_factory.mktemp("secrets"), f"{dsn} password='{DATABASE}'"
    shop = {"robokassa_password_1": FIRST, "robokassa_password_2": SECOND}
    with pytest.MonkeyPatch.context() as patch:
        for bot, token in TELEGRAM.items():
            patch.setitem(staging.TOKENS, bot, token)
        given = {"replicate_token": REPLICATE, "telegram_updates": "webhook", **shop}
        async with staged(address, folder, runs=False, **given) as stage:
            stage.replicate.provider.token = REPLICATE
            stage.robokassa.shop.passwords = (FIRST, SECOND)
            configure_logs("debug", "json", stage.house.ground.redaction, logs)
            done = Run(stage, logs)
            async with staging.running(stage):
                await _live(done)
            yield done


async def _live(run: Run) -> None:
    stage = run.stage
    guest = await stage.guest()
    stage.telegram.faults.server_error(500, times=2)
    stage.telegram.faults.drop("getFile")
    await guest.buys(Tap.PLANS, "NEUROPHOTO")
    await _pay_in_roubles(guest, stage)
    await guest.drafts()
    await guest.quoted()
    stage.replicate.revoke_token()
    await guest.person.press(Tap.TRAIN)
    await stage.owner(guest.bot).wait_for("REPLICATE_API_TOKEN", 20, is_anywhere=True)
    stage.replicate.restore_token()
    stage.replicate.break_next(3)
    await guest.sees_button(Tap.STYLE)
    stage.replicate.fail_next_prediction(f"the request had the header Bearer {REPLICATE}")
    await guest.presses(Tap.STYLE)
    await guest.person.press(Tap.PAINT)
    await _cut_connections(stage)
    await _attack(run)
    await guest.presses_old("po:nonsense")
    await stage.settled(40)
    await _take_the_token_away(guest, stage)


async def _pay_in_roubles(guest: Guest, stage: Stage) -> None:
    await stage.robokassa.pay(await guest.roubles())
    await guest.hears("217")


async def _cut_connections(stage: Stage) -> None:
    """Let the database cut everybody off but this very session."""
    for _ in range(3):
        await stage.count(
            "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()) cut"
        )
        await asyncio.sleep(0.05)


async def _attack(run: Run) -> None:
    """Call on every door with what does not belong there; whatever is answered is kept."""
    web, bot = run.stage.web, next(iter(TELEGRAM))
    secret = run.stage.house.ground.settings.bots[bot].webhook_secret.get_secret_value()
    genuine = {"X-Telegram-Bot-Api-Secret-Token": secret}
    bad = {"update_id": 10**6, "message": {"message_id": "?"}}
    answers = [
        await web.get(path) for path in ("/healthz", "/readyz", "/openapi.json", "/docs", "/robokassa/success", "/x")
    ]
    answers += [
        await web.post(path, content=b"\xff") for path in ("/replicate", "/robokassa/result", f"/telegram/{bot}")
    ]
    answers += [await web.post(f"/telegram/{bot}", content=body, headers=genuine) for body in (b"{", json.dumps(bad))]
    answers.append(await web.post("/robokassa/result", content=b"x=" + b"1" * 2_000_000))
    run.pages += [f"{each.status_code} {each.headers} {each.text}" for each in answers]


async def _take_the_token_away(guest: Guest, stage: Stage) -> None:
    """Let Telegram forget the bot while it has something to tell."""
    bots, token, ground = stage.telegram.world.bots, TELEGRAM[guest.bot], stage.house.ground
    account, customer = bots.pop(token), (await guest.dossier()).customer.id
    gift = Gift(ground.names.fresh(), "a friend")
    await GrantStars(ground.store.begin, ground.clock)(customer, Stars.of(1), gift)
    await staging.until(lambda: _is_refused(stage))
    bots[token] = account


async def _is_refused(stage: Stage) -> bool:
    return await stage.count("SELECT count(*) FROM avatar.tasks WHERE error LIKE '%%token%%'") > 0


def test_the_logs_tell_much_and_no_secret(run: Run) -> None:
    told = run.logs.getvalue()
    assert "put off" in told or "refused" in told
    assert len(told.splitlines()) > 10
    assert run.found_in(told) == []


def test_no_page_shows_a_secret(run: Run) -> None:
    assert len(run.pages) >= 10
    assert run.found_in("\n".join(run.pages)) == []


def test_nobody_is_told_a_secret_in_a_chat(run: Run) -> None:
    stage = run.stage
    chats = [*(stage.owner(bot) for bot in TELEGRAM), *(guest.chat for guest in stage.people)]
    said = [line.text for chat in chats for line in chat.history]
    drawn = [
        f"{button.text} {button.data} {button.url}" for chat in chats for one in chat.chat for button in one.buttons
    ]
    assert any("REPLICATE_API_TOKEN" in text for text in said)
    assert run.found_in("\n".join([*said, *drawn])) == []


@in_the_runs_loop
async def test_no_row_of_the_database_holds_a_secret(run: Run) -> None:
    database = run.stage.database
    tables = await database.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'avatar'")
    seen = 0
    for (table,) in tables:
        for (row,) in await database.rows(f"SELECT t::text FROM avatar.{table} t"):  # noqa: S608  (names of tables)
            seen += 1
            assert set(run.found_in(row)) <= REPEATED.get(table, set()), table
    assert seen > 100


@in_the_runs_loop
async def test_no_file_that_is_kept_holds_a_secret(run: Run) -> None:
    root = run.stage.house.ground.settings.data_dir.absolute()
    files = [path for path in await asyncio.to_thread(lambda: list(root.rglob("*"))) if path.is_file()]
    assert files
    for path in files:
        assert run.found_in(path.read_bytes().decode("latin-1")) == []


def everything_in(thing: object, seen: dict[int, object], depth: int = 12) -> Iterator[object]:
    """Give a thing and whatever can be reached from it, each once."""
    if id(thing) in seen or depth == 0 or isinstance(thing, type | SecretStr | str | bytes | int | float | Stage):
        return
    seen[id(thing)] = thing
    yield thing
    inner: list[object] = []
    if isinstance(thing, Mapping):
        inner += [*thing.keys(), *thing.values()]
    elif isinstance(thing, list | tuple | set | frozenset):
        inner += list(thing)
    else:
        inner += list(getattr(thing, "__dict__", {}).values())
        slots = (name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ()))
        inner += [getattr(thing, name, None) for name in slots if isinstance(name, str)]
        inner += [cell.cell_contents for cell in getattr(thing, "__closure__", None) or () if cell != cell.__class__()]
    for each in inner:
        yield from everything_in(each, seen, depth - 1)


def test_nothing_of_ours_shows_a_secret_when_it_is_printed(run: Run) -> None:
    house = run.stage.house
    ours = re.compile(r"^(avatar_core|adapters|entrypoints)\b")
    shown = [house, house.ground, house.vendors, process_of(house)]
    shown += [each for each in everything_in(shown, {}) if ours.match(type(each).__module__)]
    shown += [RobokassaSettings("shop", FIRST, SECOND), Webhook("https://x", TELEGRAM[BotId("russian_bot")])]
    assert len(shown) > 100
    for each in shown:
        assert run.found_in(f"{each!r} {each!s}") == [], type(each)


@in_the_runs_loop
async def test_clients_of_others_carry_no_secret_in_their_looks(run: Run) -> None:
    connection = run.stage.house.vendors.run_notices.connection  # type: ignore[attr-defined]
    for each in (connection, connection.api, connection.vendor, connection.web, httpx.Headers(connection.api.headers)):
        assert run.found_in(f"{each!r}") == []
