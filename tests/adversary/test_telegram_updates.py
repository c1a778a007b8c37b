"""Telegram's webhook under attack, through the real app over HTTP: a forged update is neither kept nor answered."""

import json
from collections.abc import Mapping

import httpx
import pytest
from pydantic import SecretStr

from adapters.telegram.stars import StarsGateway
from avatar_core.errors import NoticeForged, NoticeUnreadable
from avatar_core.ids import BotId
from avatar_core.testing.examples import BOT, NOW
from entrypoints.sandbox.serving import http_client
from entrypoints.settings import BotSettings
from entrypoints.web.telegram import TelegramDoor
from tests.entrypoints.memory_house import TOKEN
from tests.entrypoints.web.conftest import Served

HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATE = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "text": "hi"}}
BODY = json.dumps(UPDATE).encode()


async def post(served: Served, body: bytes, given: Mapping[str, str] | list[tuple[str, str]], bot: str = BOT) -> int:
    encoded = {name: value.encode() for name, value in dict(given).items()}
    headers: object = given if isinstance(given, list) else encoded
    answer: httpx.Response = await served.client.post(f"/telegram/{bot}", content=body, headers=headers)  # type: ignore[arg-type]
    assert TOKEN not in answer.text
    assert answer.status_code == 200 or answer.json()["error"] in {"notice-forged", "notice-unreadable"}
    return answer.status_code


def secrets(genuine: str) -> dict[str, dict[str, str]]:
    return {
        "none": {},
        "an empty one": {HEADER: ""},
        "the token": {HEADER: TOKEN},
        "another bot's": {HEADER: BotSettings(token=SecretStr("654321:ANOTHER")).webhook_secret.get_secret_value()},
        "in capitals": {HEADER: genuine.upper()},
        "cut off": {HEADER: genuine[:-1]},
        "with more behind it": {HEADER: f"{genuine}0"},
        "twice in one": {HEADER: f"{genuine}, {genuine}"},
        "no ASCII": {HEADER: "секрет"},
        "in another header": {"Authorization": f"Bearer {genuine}"},
        "very long": {HEADER: genuine * 100},
    }


@pytest.mark.parametrize("way", secrets(""))
async def test_without_the_secret_an_update_is_refused_and_not_kept(served: Served, way: str) -> None:
    assert await post(served, BODY, secrets(served.telegram_secret)[way]) == 403
    assert served.intake.kept == []


async def test_the_secret_in_the_query_is_no_secret(served: Served) -> None:
    url = f"/telegram/{BOT}?secret={served.telegram_secret}&{HEADER}={served.telegram_secret}"
    assert (await served.client.post(url, content=BODY)).status_code == 403
    assert served.intake.kept == []


@pytest.mark.parametrize("bot", ["nobody", "", "..", "%00", TOKEN, f"{BOT}/", f"@{BOT}", BOT.upper(), "a" * 5000])
async def test_a_bot_that_is_not_ours_has_no_door_even_with_a_secret_of_ours(served: Served, bot: str) -> None:
    async with http_client() as client:
        for secret in (served.telegram_secret, ""):
            url = f"{served.client.base_url}/telegram/{bot}"
            answer = await client.post(url, content=BODY, headers={HEADER: secret})
            assert answer.status_code in {403, 404, 307}
    assert served.intake.kept == []


@pytest.mark.parametrize("secret", ["", "x"])
def test_a_bot_with_an_empty_secret_takes_nothing(secret: str) -> None:
    with pytest.raises(NoticeForged):
        TelegramDoor(lambda *_: pytest.fail("kept"), {BOT: SecretStr("")}).require(BotId(BOT), secret)


ODD = {
    "nothing": b"",
    "cut off": BODY[:-1],
    "a list": b"[" + BODY + b"]",
    "null": b"null",
    "a number": b"7",
    "no number of its own": b'{"message": {}}',
    "a text for a number": b'{"update_id": "1"}',
    "true for a number": b'{"update_id": true}',
    "a fraction": b'{"update_id": 1.0}',
    "a number of 65 bits": b'{"update_id": 18446744073709551616}',
    "a person of 64 bits": BODY.replace(b'"id": 7', b'"id": 9223372036854775808'),
    "a person of 5,000 digits": BODY.replace(b'"id": 7', b'"id": ' + b"9" * 5000),
    "a very negative person": BODY.replace(b'"id": 7', b'"id": -9223372036854775809'),
    "no number at all": BODY.replace(b'"id": 7', b'"id": NaN'),
    "100,000 levels deep": b'{"update_id": 1, "message": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "no UTF-8": BODY.replace(b"hi", b"\xff\xfe"),
    "UTF-16": BODY.decode().encode("utf-16"),
    "half a character": BODY.replace(b"hi", b"\xed\xa0\x80"),
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
async def test_what_is_no_update_is_refused_in_words_and_not_kept(served: Served, body: bytes) -> None:
    assert await post(served, body, {HEADER: served.telegram_secret}) == 400
    assert served.intake.kept == []


async def test_a_genuine_update_is_kept_as_it_is(served: Served) -> None:
    assert await post(served, BODY, {HEADER: served.telegram_secret}) == 200
    assert served.intake.kept == [(BOT, UPDATE)]


async def test_no_other_method_opens_the_door(served: Served) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"):
        headers = {HEADER: served.telegram_secret}
        answer = await served.client.request(method, f"/telegram/{BOT}", content=BODY, headers=headers)
        assert answer.status_code == 405
    assert served.intake.kept == []


def paid(**odd: object) -> bytes:
    payment = {"currency": "XTR", "total_amount": 500, "invoice_payload": "p", "telegram_payment_charge_id": "c"}
    person = {"id": odd.pop("payer", 7)}
    message = {"from": person, "successful_payment": {**payment, **odd}}
    return json.dumps({"bot": BOT, "update": {"message": message}}).encode()


@pytest.mark.parametrize(
    "odd",
    [
        {"total_amount": 2**63},
        {"total_amount": 10**400},
        {"total_amount": 0},
        {"total_amount": -500},
        {"total_amount": 500.0},
        {"total_amount": "500"},
        {"total_amount": True},
        {"total_amount": None},
        {"payer": 2**63},
        {"payer": -1},
        {"payer": "7"},
        {"currency": "EUR"},
        {"currency": "xtr"},
        {"currency": ["XTR"]},
        {"invoice_payload": ""},
        {"invoice_payload": 7},
        {"telegram_payment_charge_id": ""},
        {"telegram_payment_charge_id": None},
    ],
    ids=lambda each: str(each)[:40],
)
def test_an_odd_payment_in_stars_is_refused_without_repeating_it(odd: dict[str, object]) -> None:
    """An amount from 2⁶³ on broke in the database."""
    with pytest.raises(NoticeUnreadable) as refused:
        _read(paid(**odd))
    assert refused.value.reason == "it is no payment in Telegram's form"


def test_the_largest_payment_is_read() -> None:
    assert _read(paid(total_amount=2**63 - 1, payer=2**63 - 1)) == 2**63 - 1


def _read(notice: bytes) -> int:
    return StarsGateway().read(notice, NOW).price.minor
