"""Every parser of outside input, fed with anything: a named error of ours, never another one, never a hang.

`make fuzz` does the same with atheris, for longer and with its eyes on the branches taken.
"""

from functools import partial
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from avatar_core.testing.examples import BOT
from entrypoints.container.whole import web_container
from entrypoints.settings import SettingsWrong, load_settings
from entrypoints.web.app import make_app
from entrypoints.web.desk import WebDesk
from entrypoints.web.telegram import TelegramDoor
from fuzz.parsers import PARSERS, SEEDS
from tests.entrypoints.memory_house import MemoryHouse

SLOW = {"photo": 15, "settings_file": 25, "settings_environment": 25, "catalogue": 25}
"""How many examples those get that take longer: a picture is decoded, a folder made."""
NASTY = [
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"%00",
    b"%ff",
    b"NaN",
    b"-1",
    b"9" * 400,
    b"1e999",
    b"[" * 2000,
    b'"',
    b"\r\n",
]
NASTY += [
    b"\xe2\x80\xae",
    b"\xd9\xa5",
    b"0x",
    b"_",
    b"&",
    b";",
    b"=",
    b":",
    b"{}",
    b"null",
    b"true",
    b"{0}",
    b"%s",
    b" ",
]


@st.composite
def spoilt(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """What the parser is meant for, with a few things cut out, put in twice or replaced."""
    content = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 40)))
        piece = draw(st.sampled_from(NASTY) | st.binary(max_size=8) | st.just(content[start:end] * 2))
        content = content[:start] + piece + content[end:]
    return content


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_takes_anything_and_raises_errors_of_ours_alone(name: str) -> None:
    seeds = tuple(SEEDS[name])

    @settings(max_examples=SLOW.get(name, 80), suppress_health_check=list(HealthCheck))
    @given(spoilt(seeds) | st.binary(max_size=300))
    def feed(content: bytes) -> None:
        PARSERS[name](content)

    feed()
    for each in (*seeds, *NASTY):
        PARSERS[name](each)


PATHS = ["/telegram/portrait_bot", "/telegram/nobody", "/replicate", "/robokassa/result", "/robokassa/success"]
PATHS += [
    "/robokassa/fail",
    "/healthz",
    "/readyz",
    "/openapi.json",
    "/",
    "/docs",
    "/telegram/",
    "/..%2f..%2fetc/passwd",
]
HEADERS = ["x-telegram-bot-api-secret-token", "webhook-id", "webhook-timestamp", "webhook-signature", "accept-language"]
HEADERS += ["content-type", "content-length", "content-encoding", "x-forwarded-for", "cookie", "authorization"]


async def _refuse(*_: object) -> None:
    pytest.fail("an update without the secret was kept")


@pytest.fixture(scope="module")
def client() -> httpx.AsyncClient:
    house = MemoryHouse()
    door = TelegramDoor(_refuse, {BOT: house.settings.bots[BOT].webhook_secret})
    app = make_app(web_container(house.house).get(WebDesk), door)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("203.0.113.7", 1))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


@given(data=st.data())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_request_of_a_strangers_breaks_the_web_app(client: httpx.AsyncClient, data: DataObject) -> None:
    pick = partial(data.draw)
    method = pick(st.sampled_from(["GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "BREW"]))
    path = pick(st.sampled_from(PATHS)) + pick(st.sampled_from(["", "?", "?training=1", "?%ff=%00&a", "/"]))
    given_headers = pick(st.lists(st.tuples(st.sampled_from(HEADERS), st.binary(max_size=20)), max_size=4))
    headers = [(name.encode(), value) for name, value in given_headers]
    seeds = tuple(seed for several in SEEDS.values() for seed in several)
    answer = await client.request(method, path, content=pick(spoilt(seeds)), headers=headers)
    assert answer.status_code < 500
    assert "Traceback" not in answer.text


def test_settings_that_are_not_utf_8_are_named(tmp_path: Path) -> None:
    """A `.env` in another encoding ended in a traceback, with a piece of it."""
    file = tmp_path / ".env"
    file.write_bytes("AVATAR_LOG_LEVEL=инфо".encode("cp1251"))
    with pytest.raises(SettingsWrong, match=r"\.env is not written in UTF-8"):
        load_settings(file)
