"""Ordering portraits in the chat."""

from dataclasses import replace
from datetime import timedelta

import pytest

from avatar_core.events import PortraitsDelivered
from avatar_core.runs import FailureReason
from avatar_core.use_cases.portraits import Idea, RecordPortraitReport
from entrypoints.bot.callbacks import Tap, asking, calling
from entrypoints.sandbox.telegram import Customer
from tests.entrypoints.bot.stage import Stage
from tests.entrypoints.bot.ways import another_asked_for, ordered, paint, painted


def delivered(stage: Stage) -> PortraitsDelivered:
    events = [each.event for each in stage.database.happenings if isinstance(each.event, PortraitsDelivered)]
    return events[-1]


async def test_the_portraits_come_as_an_album_with_what_can_be_done_next(stage: Stage, fan: Customer) -> None:
    await painted(stage, fan)
    assert fan.received[-1].labels == [
        "🔁 Again · 7.5 ⭐",
        "×2 · 15 ⭐",
        "×4 · 30 ⭐",
        "📐 Format",
        "✍️ A new look",
        "🏠 Menu",
    ]


@pytest.mark.parametrize(
    ("button", "price", "count"), [("Again", "7.5", 1), ("×2 · 15 ⭐", "15", 2), ("×4 · 30 ⭐", "30", 4)]
)
async def test_an_order_is_repeated_at_the_price_on_the_button(
    stage: Stage, fan: Customer, button: str, price: str, count: int
) -> None:
    await painted(stage, fan)
    news = fan.received[-1]
    await fan.tap(button, news)
    quote = await fan.wait_for(f"Price: {price} ⭐")
    assert quote.message_id > news.message_id
    await paint(stage, fan, f"Paint for {price} ⭐")
    assert (delivered(stage).count, str(delivered(stage).price)) == (count, price)
    seeds = {order.seed for order in stage.painter.orders}
    assert len(seeds) == 2


async def test_the_format_is_changed_from_an_old_order(stage: Stage, fan: Customer) -> None:
    await painted(stage, fan)
    await fan.tap("Format")
    formats = await fan.wait_for("Choose the format")
    assert "• 2:3 •" in formats.labels
    await fan.tap("16:9", formats)
    await fan.wait_for("Format 16:9")
    await paint(stage, fan, "Paint for 7.5 ⭐")
    assert stage.painter.orders[-1].aspect == "16:9"


async def test_a_new_look_in_own_words(stage: Stage, fan: Customer) -> None:
    await painted(stage, fan)
    await fan.tap("A new look")
    await fan.tap("Describe it myself")
    await fan.wait_for("Describe the portrait of “Fan”")
    text = await stage.say(fan, "in a <café>, morning & light")
    assert "in a <café>, morning & light" in text
    await paint(stage, fan, "Paint for 7.5 ⭐")
    assert stage.painter.orders[-1].prompt.endswith("in a <café>, morning & light")


@pytest.mark.parametrize(
    ("prompt", "words"), [("x" * 1001, "too long: 1,001 characters, 1,000"), ("\u3000", "description is empty")]
)
async def test_a_description_that_cannot_be_is_asked_for_again(
    stage: Stage, fan: Customer, prompt: str, words: str
) -> None:
    await painted(stage, fan)
    await fan.tap("A new look")
    await fan.tap("Describe it myself")
    await stage.settled()
    assert words in await stage.say(fan, prompt)
    assert "Price: 7.5 ⭐" in await stage.say(fan, "by the sea")


async def test_a_photo_instead_of_a_description_is_guided(stage: Stage, fan: Customer) -> None:
    await painted(stage, fan)
    await fan.tap("A new look")
    await fan.tap("Describe it myself")
    await stage.settled()
    await fan.send_photo(b"no words", is_raw=True)
    await stage.settled()
    assert "Describe the portrait in words" in fan.received[-1].text


async def test_without_an_avatar_the_way_to_one_is_shown(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await stage.give(fan)
    await stage.press(fan, Tap.PORTRAITS)
    assert "digital body comes first" in fan.received[-1].text
    await fan.tap("New digital body")
    await fan.wait_for("what to call it")


async def test_several_avatars_are_chosen_from(stage: Stage, fan: Customer) -> None:
    await ordered(stage, fan)
    await stage.train()
    await another_asked_for(stage, fan, "Second fan")
    await stage.happened("training.requested", 2)
    await stage.settled()
    await stage.work()
    await stage.train()
    await stage.press(fan, Tap.PORTRAITS)
    assert fan.received[-1].labels[:2] == ["Second fan", "Fan"]
    await fan.tap("Second fan")
    await fan.wait_for("Second fan. Choose a style")


async def test_an_old_price_is_shown_anew(stage: Stage, fan: Customer) -> None:
    await ordered(stage, fan)
    await stage.train()
    await fan.tap("🎞 Studio")
    await fan.wait_for("Price: 7.5 ⭐")
    stage.clock.advance(timedelta(minutes=16))
    await fan.tap("Paint for 7.5 ⭐")
    await fan.wait_for("here is the price anew")
    assert stage.written("portraits.requested") == 0
    await paint(stage, fan, "Paint for 7.5 ⭐")


async def test_a_style_that_was_edited_since_shows_nobody_its_template(stage: Stage, fan: Customer) -> None:
    await painted(stage, fan)
    edited = replace(stage.catalogue.styles["studio"], template="studio photo of {trigger}")
    stage.catalogue.styles["studio"] = edited  # type: ignore[index]
    await fan.tap("🔁 Again")
    quote = await fan.wait_for("Price: 7.5")
    assert "the style of that time" in quote.text
    assert "{trigger}" not in quote.text


async def test_confirming_an_order_that_is_done_orders_nothing(stage: Stage, fan: Customer) -> None:
    await painted(stage, fan)
    await stage.press(fan, calling(Tap.PAINT, delivered(stage).order))
    assert "ordered already" in fan.received[-1].text
    assert stage.written("portraits.requested") == 1


async def test_another_customers_order_is_nobodys_business(stage: Stage, fan: Customer) -> None:
    """Another customer's model could be used by its URL (bug museum 43)."""
    await painted(stage, fan)
    order = delivered(stage).order
    second_fan = stage.telegram.person(first_name="Second fan")
    await stage.say(second_fan, "/start")
    await stage.give(second_fan, stars=100)
    avatar = stage.database.orders[order].wish.avatar
    for data in (
        asking(Tap.QUOTE_PORTRAITS, order, "2:3", 1),
        calling(Tap.REPEAT, order, 2),
        calling(Tap.PAINT, order),
        calling(Tap.FORMATS, order),
        calling(Tap.NEW_WORDS, order),
    ):
        await stage.press(second_fan, data)
        assert "There is no such order" in second_fan.received[-1].text
    for data in (calling(Tap.AVATAR, avatar), calling(Tap.STYLE, avatar, "studio"), calling(Tap.OWN_WORDS, avatar)):
        await stage.press(second_fan, data)
        assert "There is no such digital body" in second_fan.received[-1].text
    assert len(stage.painter.orders) == 1


@pytest.mark.parametrize("reason", list(FailureReason))
async def test_a_portrait_that_failed_says_why_and_what_comes_back(
    stage: Stage, fan: Customer, reason: FailureReason
) -> None:
    await ordered(stage, fan)
    await stage.train()
    await fan.tap("🎞 Studio")
    await fan.tap("Paint for 7.5 ⭐")
    await stage.happened("portraits.requested")
    await stage.settled()
    await stage.work()
    order = stage.painter.orders[-1].id
    await stage.make(RecordPortraitReport)(order, stage.painter.fail(order, reason, "<secret words>"))
    await stage.work()
    assert "7.5 ⭐ are back, balance 780 ⭐" in fan.received[-1].text
    assert "secret" not in fan.received[-1].text
    await fan.tap("Try again")
    await fan.wait_for("Price: 7.5 ⭐")


async def test_not_enough_stars_for_portraits_lead_back_to_them(stage: Stage, fan: Customer) -> None:
    await painted(stage, fan)
    order = delivered(stage).order
    customer = (await stage.dossier(fan)).customer.id
    for _ in range(25):
        _, more = await stage.desk.read_order(customer, order)
        wish = more.wish
        _, quoted = await stage.desk.quote_portraits(customer, more.bot, Idea(wish.avatar, wish.prompt, "1:1", 4))
        await stage.desk.request_portraits(customer, quoted.id)
    await stage.press(fan, asking(Tap.QUOTE_PORTRAITS, order, "1:1", 4))
    assert "7.5 ⭐ are missing: 30 are needed, your balance is 22.5." in fan.received[-1].text
    assert fan.received[-1].labels[0] == "+10 ⭐"
    await fan.tap("+10 ⭐")
    await fan.wait_for(lambda message: message.invoice is not None)
    await fan.pay()
    await stage.happened("payment.completed")
    await stage.settled()
    await stage.work()
    await fan.tap("Go on: paint the portrait")
    await fan.wait_for("Balance: 32.5 ⭐ → 2.5 ⭐")
