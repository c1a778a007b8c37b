"""What is offered for money in the chat: to whom, by which gateway, and behind which lock."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from avatar_core.bots import TELEGRAM_STARS
from avatar_core.money import Currency, Stars
from entrypoints.bot.callbacks import Tap, calling
from entrypoints.sandbox.telegram import Customer
from tests.entrypoints.bot.stage import FIRST, OWNER, ROBOKASSA, Stage, stage_of
from tests.entrypoints.bot.ways import is_invoice, paid, rich


@pytest.fixture
async def open_stage() -> AsyncIterator[Stage]:
    """A bot whose owner allows other gateways."""
    async with stage_of(gateways={FIRST: (TELEGRAM_STARS, ROBOKASSA)}) as stage, stage.running():
        yield stage


@pytest.mark.parametrize(("tap", "goes_on"), [(Tap.AVATARS, "what to call it"), (Tap.PORTRAITS, "what to call it")])
async def test_a_locked_feature_is_one_tap_from_its_plan(stage: Stage, fan: Customer, tap: Tap, goes_on: str) -> None:
    """The tier was only which buttons were drawn (bug museum 24): here the lock is the plan's, and opens."""
    await stage.say(fan, "/start")
    assert {"🔒 Digital body", "🔒 NeuroPhoto"} <= set(fan.received[-1].labels)
    await stage.press(fan, tap)
    assert "part of the plan 📸 NeuroPhoto" in fan.received[-1].text
    assert fan.received[-1].text.startswith(("🔒 Digital", "🔒 NeuroPhoto"))
    await fan.tap("📸 NeuroPhoto — 476 ⭐")
    await fan.wait_for(is_invoice)
    await fan.pay()
    await paid(stage)
    assert "is active until 21 December 2026" in fan.received[-1].text
    await fan.tap("Go on: train the digital body")
    await fan.wait_for(goes_on)


async def test_a_locked_feature_names_a_plan_that_can_be_bought_here(stage: Stage, fan: Customer) -> None:
    low = stage.catalogue.plan("NEUROPHOTO")
    in_roubles = replace(low, prices={Currency.RUB: low.prices[Currency.RUB]})
    stage.catalogue.plans[low.code] = in_roubles  # type: ignore[index]
    await stage.say(fan, "/start")
    await stage.press(fan, Tap.AVATARS)
    assert "part of the plan 📚 NeuroVideo" in fan.received[-1].text
    assert fan.received[-1].labels[0] == "📚 NeuroVideo — 1303 ⭐"


async def test_one_for_one_is_said_only_where_it_holds(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await stage.press(fan, Tap.TOP_UP)
    assert "One Telegram Star is one ⭐ here" in fan.received[-1].text
    generous = replace(stage.catalogue.packs["xtr-500"], stars=Stars.of(600))
    stage.catalogue.packs["xtr-500"] = generous  # type: ignore[index]
    await stage.press(fan, Tap.TOP_UP)
    assert "One Telegram Star" not in fan.received[-1].text
    assert "600 ⭐ for 500 ⭐" in fan.received[-1].labels


async def test_an_old_button_of_a_pack_that_is_gone_speaks_of_a_pack(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await stage.press(fan, calling(Tap.BUY, "xtr-250") + ":s")
    assert "That star pack is not sold any more" in fan.received[-1].text


async def test_without_permission_only_stars_are_taken(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await fan.tap("Subscription")
    plans = await fan.wait_for("NeuroVideo")
    assert not [label for label in plans.labels if "₽" in label]
    await stage.press(fan, calling(Tap.BUY, "rub-500.00") + ":r")
    assert "not available here" in fan.received[-1].text


async def test_another_gateway_gets_a_link_where_it_is_allowed(open_stage: Stage) -> None:
    fan = rich(open_stage)
    await open_stage.say(fan, "/start")
    await fan.tap("Subscription")
    await fan.tap("📸 NeuroPhoto — 1110 ₽")
    message = await fan.wait_for("1110 ₽. ")
    link = open_stage.roubles.checkouts[-1].url
    assert link
    assert link in message.text or link in {button.url for button in message.buttons}


async def test_a_shop_in_test_mode_is_there_for_the_owner_alone() -> None:
    """Test payments gave real stars to every customer of a live bot."""
    shops = {FIRST: (TELEGRAM_STARS, ROBOKASSA)}
    async with stage_of(gateways=shops, for_owners=(ROBOKASSA,)) as stage, stage.running():
        fan, owner = rich(stage), stage.telegram.person(first_name="Owner", person_id=OWNER, language_code="en")
        for person, offered in ((fan, False), (owner, True)):
            await stage.say(person, "/start")
            for data in (calling(Tap.PLANS), calling(Tap.TOP_UP)):
                await stage.press(person, data)
                assert any("₽" in label for label in person.received[-1].labels) is offered
            await stage.press(person, calling(Tap.BUY, "rub-500.00") + ":r")
            assert ("not available here" in person.received[-1].text) is not offered
        assert (len(stage.roubles.checkouts), stage.written("payment.opened")) == (1, 1)


async def test_a_gateway_that_is_down_is_told(open_stage: Stage) -> None:
    fan = rich(open_stage)
    await open_stage.say(fan, "/start")
    open_stage.roubles.down = True
    await open_stage.press(fan, calling(Tap.BUY, "rub-500.00") + ":r")
    assert "payment service does not answer" in fan.received[-1].text
