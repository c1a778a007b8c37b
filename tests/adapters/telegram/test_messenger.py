"""The messenger against a Telegram on this machine."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image

from adapters.telegram.bots import connected_bots
from adapters.telegram.messenger import Button, Rendering, TelegramMessenger
from adapters.telegram.refusals import MessageRefused
from avatar_core.customers import Address, Language
from avatar_core.errors import ImagesRefused, MessageGone, MessengerUnavailable, RecipientUnreachable
from avatar_core.events import Event, StarsGranted
from avatar_core.ids import BotId, CustomerId, MessageId, PortraitOrderId, TelegramId
from avatar_core.money import Stars
from entrypoints.sandbox.telegram import Customer, TelegramSandbox

PHOTOS = sorted((Path(__file__).parents[3] / "examples" / "photos").glob("*.jpg"))
IMAGES = [path.read_bytes() for path in PHOTOS[:4]]
NEWS = StarsGranted(customer=CustomerId("c1"), stars=Stars.of(5), balance=Stars.of(5), reason="sorry")
TOKEN, OTHER_TOKEN = "123456:TEST", "654321:OTHER"
ORDER = PortraitOrderId("order-1")


@dataclass
class Wording:
    """Renders whatever the test wants to have said."""

    message: Rendering = field(default_factory=lambda: Rendering("<b>5</b> ⭐ for you"))
    asked: list[tuple[Address, Event]] = field(default_factory=list)

    def render(self, address: Address, news: Event) -> Rendering:
        self.asked.append((address, news))
        return self.message


@dataclass
class Stage:
    """A Telegram with two bots, a person before the first, and the messenger under test."""

    telegram: TelegramSandbox
    visitor: Customer
    wording: Wording
    messenger: TelegramMessenger
    address: Address

    async def tell(self) -> object:
        return await self.messenger.tell(self.address, NEWS)

    async def amend(self) -> object:
        await self.messenger.amend(self.address, MessageId(self.visitor.received[-1].message_id), NEWS)
        return None

    async def send(self) -> object:
        await self.messenger.send_images(self.address, ORDER, IMAGES[:2])
        return None


WAYS: list[Callable[[Stage], Awaitable[object]]] = [Stage.tell, Stage.amend, Stage.send]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with TelegramSandbox.running() as telegram:
        telegram.register_bot(TOKEN, username="first_bot")
        telegram.register_bot(OTHER_TOKEN, username="second_bot")
        visitor = telegram.person(first_name="Visitor")
        await visitor.write("/start")
        tokens = {BotId("first_bot"): TOKEN, BotId("second_bot"): OTHER_TOKEN, BotId("dead_bot"): "999:NOBODY"}
        async with connected_bots(tokens, telegram.base_url) as bots:
            wording = Wording()
            address = Address(BotId("first_bot"), TelegramId(visitor.person_id), Language.EN)
            stage = Stage(telegram, visitor, wording, TelegramMessenger(bots, wording), address)
            await stage.tell()
            yield stage


async def test_the_news_are_sent_as_rendered(stage: Stage) -> None:
    seen = stage.visitor.received[-1]
    assert (seen.text, [mark["type"] for mark in seen.entities]) == ("5 ⭐ for you", ["bold"])
    assert seen.rows == ()
    assert stage.wording.asked == [(stage.address, NEWS)]


async def test_telling_returns_the_messages_number(stage: Stage) -> None:
    number = await stage.messenger.tell(stage.address, NEWS)
    assert number == stage.visitor.received[-1].message_id


async def test_buttons_call_back_or_open_a_link(stage: Stage) -> None:
    buttons = ((Button("Again", data="again:1"), Button("Terms", url="https://example.org/terms")),)
    stage.wording.message = Rendering("ready", buttons)
    await stage.tell()
    assert [[(one.text, one.data, one.url) for one in row] for row in stage.visitor.received[-1].rows] == [
        [("Again", "again:1", None), ("Terms", None, "https://example.org/terms")]
    ]


@pytest.mark.parametrize(("data", "url"), [(None, None), ("a", "https://example.org")])
def test_a_button_does_exactly_one_thing(data: str | None, url: str | None) -> None:
    with pytest.raises(ValueError, match="Again"):
        Button("Again", data, url)


async def test_a_message_goes_through_the_bot_of_its_address(stage: Stage) -> None:
    second = stage.visitor.with_bot(stage.telegram.bots[1])
    await second.write("/start")
    await stage.messenger.tell(Address(BotId("second_bot"), stage.address.telegram_id, Language.RU), NEWS)
    assert len(second.received) == 1
    assert len(stage.visitor.received) == 1


async def test_an_edit_changes_the_message_in_place(stage: Stage) -> None:
    stage.wording.message = Rendering("50 %", ((Button("Cancel", data="cancel"),),))
    await stage.amend()
    assert [(one.text, one.labels) for one in stage.visitor.received] == [("50 %", ["Cancel"])]


async def test_an_edit_that_changes_nothing_is_fine(stage: Stage) -> None:
    await stage.amend()
    await stage.amend()
    assert [one.text for one in stage.visitor.received] == ["5 ⭐ for you"]


async def test_a_message_that_is_not_there_is_gone(stage: Stage) -> None:
    with pytest.raises(MessageGone):
        await stage.messenger.amend(stage.address, MessageId(4711), NEWS)


async def test_images_that_telegram_cannot_draw_are_sent_as_files(stage: Stage) -> None:
    huge = IMAGES[0] + bytes(11 * 1024 * 1024)
    await stage.messenger.send_images(stage.address, ORDER, [huge])
    await stage.messenger.send_images(stage.address, ORDER, [huge, IMAGES[1]])
    assert [bool(one.document) for one in stage.visitor.received[1:]] == [True, True, True]


async def test_images_that_telegram_takes_in_no_form_are_refused(stage: Stage) -> None:
    with pytest.raises(ImagesRefused):
        await stage.messenger.send_images(stage.address, ORDER, [b""])


async def test_one_image_is_a_photo(stage: Stage) -> None:
    await stage.messenger.send_images(stage.address, ORDER, IMAGES[:1])
    seen = stage.visitor.received[-1]
    assert seen.media_group_id is None
    with Image.open(io.BytesIO(seen.photo or b"")) as shown:
        assert shown.format == "JPEG"


@pytest.mark.parametrize("count", [2, 3, 4])
async def test_more_images_are_one_album_in_order(stage: Stage, count: int) -> None:
    await stage.messenger.send_images(stage.address, ORDER, IMAGES[:count])
    album = stage.visitor.received[1:]
    assert len(album) == count
    assert len({one.media_group_id for one in album}) == 1
    for one, sent in zip(album, IMAGES, strict=False):
        with Image.open(io.BytesIO(one.photo or b"")) as shown, Image.open(io.BytesIO(sent)) as original:
            assert abs(shown.width / shown.height - original.width / original.height) < 0.01


@pytest.mark.parametrize("way", WAYS)
async def test_who_blocked_the_bot_is_unreachable(stage: Stage, way: Callable[[Stage], Awaitable[object]]) -> None:
    await stage.visitor.block()
    with pytest.raises(RecipientUnreachable):
        await way(stage)


async def test_who_never_came_is_unreachable(stage: Stage) -> None:
    with pytest.raises(RecipientUnreachable):
        await stage.messenger.tell(Address(BotId("first_bot"), TelegramId(1), Language.EN), NEWS)


@pytest.mark.parametrize("way", WAYS)
async def test_a_busy_telegram_tells_when_to_come_back(stage: Stage, way: Callable[[Stage], Awaitable[object]]) -> None:
    stage.telegram.faults.too_many(17, method="*")
    with pytest.raises(MessengerUnavailable) as busy:
        await way(stage)
    assert busy.value.retry_after_s == 17
    stage.telegram.clock.advance(17)
    await way(stage)


@pytest.mark.parametrize("code", [500, 502, 503])
@pytest.mark.parametrize("way", WAYS)
async def test_a_broken_telegram_is_unavailable(
    stage: Stage, way: Callable[[Stage], Awaitable[object]], code: int
) -> None:
    stage.telegram.faults.server_error(code)
    with pytest.raises(MessengerUnavailable):
        await way(stage)


@pytest.mark.parametrize("way", WAYS)
async def test_an_answer_that_never_comes_is_unavailable(
    stage: Stage, way: Callable[[Stage], Awaitable[object]]
) -> None:
    stage.telegram.faults.drop()
    with pytest.raises(MessengerUnavailable):
        await way(stage)


@pytest.mark.parametrize("bot", ["dead_bot", "unknown_bot"])
async def test_a_bot_without_a_working_token_is_unavailable_for_a_while(stage: Stage, bot: str) -> None:
    with pytest.raises(MessengerUnavailable) as unavailable:
        await stage.messenger.tell(Address(BotId(bot), stage.address.telegram_id, Language.EN), NEWS)
    assert unavailable.value.retry_after_s == 60
    assert "NOBODY" not in str(unavailable.value)


async def test_a_message_telegram_will_not_take_says_why(stage: Stage) -> None:
    stage.wording.message = Rendering("x" * 4097)
    with pytest.raises(MessageRefused, match="too long") as refused:
        await stage.tell()
    assert refused.value.code() == "message-refused"
