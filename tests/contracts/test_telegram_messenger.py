import html
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.telegram.bots import connected_bots
from adapters.telegram.messenger import Rendering, TelegramMessenger
from avatar_core.customers import Address
from avatar_core.events import Event
from avatar_core.ids import BotId, MessageId
from avatar_core.testing.examples import BOT, a_customer
from avatar_core.testing.messenger import MessengerContract, MessengerWorld
from entrypoints.sandbox.telegram import Customer, Fault, FaultKind, TelegramSandbox

IMAGE = (Path(__file__).parents[2] / "examples" / "photos" / "photo_01.jpg").read_bytes()
TOKENS = {BOT: "123456:TEST", BotId("another_bot"): "654321:TEST"}


class PlainWords:
    """Words every event by its facts."""

    def render(self, address: Address, news: Event) -> Rendering:
        return Rendering(html.escape(f"{address.language}: {news}"))


def messages(person: Customer) -> list[MessageId]:
    return [MessageId(one.message_id) for one in person.received if one.photo is None]


def shown(person: Customer, message: MessageId) -> str:
    return next(one.text for one in person.received if one.message_id == message)


def albums(person: Customer) -> list[int]:
    groups = [one.media_group_id or str(one.message_id) for one in person.received if one.photo is not None]
    return [groups.count(group) for group in dict.fromkeys(groups)]


class TestTelegramMessenger(MessengerContract):
    @pytest.fixture
    async def world(self) -> AsyncIterator[MessengerWorld]:
        async with TelegramSandbox.running() as telegram:
            bots_there = {name: telegram.register_bot(token, username=name) for name, token in TOKENS.items()}
            one, other = a_customer(1).address, a_customer(2).address
            elsewhere = replace(one, bot=BotId("another_bot"))
            people = {each: telegram.person(person_id=each.telegram_id) for each in (one, other)}
            people[elsewhere] = people[one].with_bot(bots_there[elsewhere.bot])
            for person in people.values():
                await person.write("/start")
            async with connected_bots(TOKENS, telegram.base_url) as bots:
                yield MessengerWorld(
                    messenger=TelegramMessenger(bots, PlainWords()),
                    one=one,
                    other=other,
                    by_another_bot=elsewhere,
                    messages=lambda who: messages(people[who]),
                    shows=lambda who, message: shown(people[who], message),
                    albums=lambda who: albums(people[who]),
                    block=lambda who: setattr(people[who]._chat, "is_blocked", True),
                    be_busy=lambda: telegram.faults.plan.append(Fault(FaultKind.TOO_MANY, times=100, seconds=3)),
                    image=IMAGE,
                )
