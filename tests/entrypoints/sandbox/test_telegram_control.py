"""The Telegram stand-in's customer side over HTTP."""

from collections.abc import AsyncIterator

import httpx
import pytest
from aiogram import Bot

from entrypoints.sandbox.telegram import TelegramSandbox

from .telegram_demo_bot import TOKEN, bot_of, buttons, picture, stars

CHAT = "/sandbox/bots/123456/chats/77"


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSandbox]:
    async with TelegramSandbox.running() as telegram:
        yield telegram


@pytest.fixture
async def client(telegram: TelegramSandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=telegram.base_url) as client:
        await client.post("/sandbox/bots", json={"token": TOKEN})
        await client.post("/sandbox/people", json={"first_name": "Visitor", "person_id": 77, "language_code": "ru"})
        yield client


@pytest.fixture
async def bot(telegram: TelegramSandbox, client: httpx.AsyncClient) -> AsyncIterator[Bot]:
    assert client.base_url.host == "127.0.0.1"
    async with bot_of(telegram) as bot:
        yield bot


async def test_a_person_writes_taps_and_sends_files(client: httpx.AsyncClient, bot: Bot) -> None:
    await client.post(f"{CHAT}/write", json={"text": "/start"})
    await bot.send_message(77, "menu", reply_markup=buttons(go="Go"))
    assert (await client.post(f"{CHAT}/tap", json={"wanted": "Go"})).json()["query_id"]
    photos = [("files", ("a.jpg", picture(), "image/jpeg")), ("files", ("b.jpg", picture(), "image/jpeg"))]
    album = (await client.post(f"{CHAT}/album", files=photos)).json()
    assert len({message["media_group_id"] for message in album}) == 1
    await client.post(f"{CHAT}/photo", files=photos[:1], data={"caption": "me"})
    await client.post(f"{CHAT}/document", files=[("files", ("a.txt", b"text", "text/plain"))])
    chat = (await client.get(CHAT)).json()
    assert [message["text"] for message in chat["messages"]] == ["/start", "menu", "", "", "me", ""]
    assert chat["messages"][1]["buttons"] == [[{"text": "Go", "data": "go", "url": None, "is_pay": False}]]
    content = await client.get(f"/sandbox/files/{chat['messages'][4]['photo']}")
    assert content.content == picture()
    kinds = [kind for update in await bot.get_updates() for kind in update.model_dump(exclude_none=True)]
    assert kinds.count("message") == 5
    assert kinds.count("callback_query") == 1


async def test_a_person_pays_and_declines(telegram: TelegramSandbox, client: httpx.AsyncClient, bot: Bot) -> None:
    await client.post(f"{CHAT}/write", json={"text": "/start"})
    for payload in ("one", "two"):
        await bot.send_invoice(
            77, title="Plan", description="d", payload=payload, currency="XTR", prices=stars(5), start_parameter="p"
        )
    assert (await client.post(f"{CHAT}/decline", json={})).is_success
    telegram.world.people[77].stars = 0
    answer = await client.post(f"{CHAT}/pay", json={"message_id": 2})
    assert answer.json() == {"is_paid": False, "charge_id": None, "failure": "BALANCE_TOO_LOW"}
    assert (await client.post(f"{CHAT}/pay", json={"link": "https://t.me/$none"})).status_code == 409


async def test_what_cannot_be_done_is_told(client: httpx.AsyncClient) -> None:
    assert (await client.post("/sandbox/bots/1/chats/77/write", json={"text": "x"})).status_code == 404
    assert (await client.get("/sandbox/files/none")).status_code == 404
    await client.post(f"{CHAT}/block")
    assert (await client.post(f"{CHAT}/photo", files=[("files", ("a", b"no photo"))])).status_code == 409
    await client.post(f"{CHAT}/unblock")
    assert (await client.post(f"{CHAT}/write", json={"text": "x"})).is_success


async def test_faults_and_time_are_set_over_http(
    telegram: TelegramSandbox, client: httpx.AsyncClient, bot: Bot
) -> None:
    await client.post("/sandbox/faults", json={"kind": "too_many", "seconds": 3})
    answer = await client.post(f"/bot{TOKEN}/getMe")
    assert answer.json()["parameters"] == {"retry_after": 3}
    await client.post("/sandbox/faults", json={"kind": "blocked"})
    await client.delete("/sandbox/faults")
    assert (await bot.get_me()).username == "demo_bot"
    before = telegram.clock.now()
    await client.post("/sandbox/clock", json={"advance_s": 3600})
    assert telegram.clock.now() - before >= 3600
