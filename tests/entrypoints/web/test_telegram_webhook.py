"""Telegram's webhook: a secret that is compared, an update that is kept before it is answered."""

import pytest

from avatar_core.testing.examples import BOT
from tests.entrypoints.memory_house import TOKEN
from tests.entrypoints.web.conftest import Served

HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATE = {"update_id": 7, "message": {"message_id": 1, "chat": {"id": 5}, "text": "/start"}}


async def test_an_update_is_kept_before_it_is_answered(served: Served) -> None:
    answer = await served.client.post(f"/telegram/{BOT}", json=UPDATE, headers={HEADER: served.telegram_secret})
    assert answer.status_code == 200
    assert answer.content == b""
    assert served.intake.kept == [(BOT, UPDATE)]


async def test_an_update_that_could_not_be_kept_is_not_answered_as_received(served: Served) -> None:
    """Bug museum 59: a handler's crash answered 200 and the update was lost."""
    served.intake.down = True
    answer = await served.client.post(f"/telegram/{BOT}", json=UPDATE, headers={HEADER: served.telegram_secret})
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


@pytest.mark.parametrize("secret", ["", "wrong", TOKEN])
async def test_a_wrong_secret_is_refused_and_nothing_is_kept(served: Served, secret: str) -> None:
    headers = {HEADER: secret} if secret else {}
    answer = await served.client.post(f"/telegram/{BOT}", json=UPDATE, headers=headers)
    assert answer.status_code == 403
    assert served.intake.kept == []


async def test_a_bot_that_is_not_ours_is_refused_like_a_wrong_secret(served: Served) -> None:
    for secret in ("", served.telegram_secret):
        answer = await served.client.post("/telegram/another_bot", json=UPDATE, headers={HEADER: secret})
        assert (answer.status_code, answer.json()) == (403, {"error": "notice-forged"})


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"update_id": "7"}', b'{"update_id": true}', b"[" * 100_000])
async def test_what_is_no_update_is_refused(served: Served, body: bytes) -> None:
    headers = {HEADER: served.telegram_secret}
    answer = await served.client.post(f"/telegram/{BOT}", content=body, headers=headers)
    assert answer.status_code == 400
    assert served.intake.kept == []
