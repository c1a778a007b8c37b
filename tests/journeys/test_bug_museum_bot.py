"""The bug museum, the bots, in the whole house: one test a line, the line as its docstring."""

import json
import re
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from avatar_core.customers import Language
from avatar_core.money import NO_STARS, Stars
from entrypoints.bot.callbacks import Tap, calling, read
from entrypoints.bot.routes import COMMANDS, TAPS
from entrypoints.bot.texts import words_in
from entrypoints.sandbox.telegram import ChatMessage, Customer
from entrypoints.sandbox.telegram.purchases import charge
from tests.journeys.broken_store import no_room_for, without
from tests.journeys.guests import PHOTOS, Guest, offers
from tests.journeys.stage import BOTS, TOKENS, Stage, running, staged, until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
RU, EN = Language.RU, Language.EN


async def test_46_no_conversation_swallows_a_payment(stage: Stage) -> None:
    """An active conversation swallowed `successful_payment`."""
    guest = await stage.guest(EN)
    await guest.given("NEUROPHOTO")
    invoices = []
    for pack in ("xtr-50", "xtr-100", "xtr-10"):
        await guest.says("/menu")
        await guest.presses(Tap.TOP_UP)
        invoices.append(await guest.presses(Tap.BUY, f"^{pack}:s"))
    await guest.says("/menu")
    await guest.presses(Tap.AVATARS)
    await paid(guest, invoices[0])
    assert offers(await guest.says("Fan"), Tap.GENDER)
    await paid(guest, invoices[1])
    await guest.presses(Tap.GENDER, "female")
    await guest.sends(PHOTOS[:2])
    await paid(guest, invoices[2])
    await guest.sends(PHOTOS[2:4])
    assert len((await guest.dossier()).draft.photos) == 4
    assert await guest.money() == (Stars.of(160), NO_STARS)


async def paid(guest: Guest, invoice: ChatMessage) -> None:
    assert (await guest.chat.pay(invoice)).is_paid
    await guest.person.sees(lambda one: "credited" in one.text)


async def test_47_one_unhandled_error_stops_nobody(stage: Stage) -> None:
    """One unhandled error stopped all bots."""
    guest, other = await stage.guest(EN), await stage.guest(RU)
    await guest.given("NEUROPHOTO")
    await guest.begins_an_avatar()
    await stage.settled()
    broken = 'UPDATE avatar.conversations SET state = \'["not", "ours"]\' WHERE key LIKE %s RETURNING 1'
    assert len(await stage.database.rows(broken, f"%:{guest.chat.person_id}")) == 1
    answer = await guest.says("hello?")
    (trace,) = re.findall(r"Code for support: (\w+)", answer.text)
    await stage.owner(guest.bot).wait_for(trace, is_anywhere=True)
    assert "Баланс" in (await other.says("/balance")).text
    mended = "DELETE FROM avatar.conversations WHERE key LIKE %s RETURNING 1"
    await stage.database.rows(mended, f"%:{guest.chat.person_id}")
    assert "Main menu" in (await guest.says("/menu")).text


@pytest.mark.parametrize("way_out", ["/start", "/menu"])
async def test_48_the_ways_out_work_inside_every_conversation(stage: Stage, way_out: str) -> None:
    """/start and /menu did not work inside a conversation."""
    guest = await stage.guest(EN)
    await guest.given("NEUROPHOTO")

    async def leaves() -> None:
        shown = await guest.says(way_out)
        assert offers(shown, Tap.HELP)
        assert "did not get that" in (await guest.says("hello?")).text
        kept = "SELECT count(*) FROM avatar.conversations WHERE key LIKE %s"
        assert await stage.count(kept, f"%:{guest.chat.person_id}") == 0

    await guest.says("/support")
    await leaves()
    await guest.presses(Tap.AVATARS)
    await leaves()
    await guest.presses(Tap.AVATARS)
    await guest.says("Fan")
    await leaves()
    await guest.begins_an_avatar()
    await leaves()


async def test_49_every_button_that_is_shown_does_something(stage: Stage) -> None:
    """Buttons without handlers; the help button did nothing."""
    guest = await stage.guest(EN)
    await guest.given("NEUROPHOTO", 300)
    await guest.drafts()
    await guest.quoted()
    await guest.says("/menu")
    assert "How it works" in (await guest.presses(Tap.HELP)).text
    waiting, tried = buttons_of(guest.chat), set[str]()
    while waiting:
        data = waiting.pop()
        prefix = read(data)[1]
        if prefix in tried:
            continue
        tried.add(prefix)
        assert prefix in TAPS, data
        await guest.chat.wait_until(lambda: not guest.spinning)
        before = len(guest.chat.history)
        await guest.presses_old(data)
        done = [line for line in guest.chat.history[before:] if line.text and line.kind != "tap"]
        assert done, f"{data} did nothing\n{guest.chat.transcript()}"
        waiting += buttons_of(guest.chat)
    assert {Tap.MENU, Tap.BUY, Tap.STEPS, Tap.TRAIN, Tap.PREVIEW, Tap.STATEMENT, Tap.HELP, Tap.SUPPORT} <= tried
    assert "Something broke" not in guest.chat.transcript()


def buttons_of(chat: Customer) -> list[str]:
    return [button.data for message in chat.received for button in message.buttons if button.data]


async def test_50_a_notice_to_the_owner_that_fails_does_not_touch_the_payment(stage: Stage) -> None:
    """A notice to the owner failed and turned a successful payment into an error."""
    guest, owner = await stage.guest(EN), stage.owner(BOTS[EN])
    await owner.block()
    await guest.buys(Tap.PLANS, "NEUROPHOTO")
    await stage.settled()
    assert await guest.money() == (Stars.of(476), NO_STARS)
    assert guest.chat.count("476 ⭐ credited") == 1
    assert "broke" not in guest.chat.transcript()
    await owner.unblock()
    await owner.write("/start")


async def test_51_messages_go_out_by_the_bot_that_the_customer_uses(stage: Stage) -> None:
    """Messages went out by another bot than the customer's."""
    guest = await stage.guest(EN)
    other = Guest(stage.house, guest.chat.with_bot(stage.account(BOTS[RU])), BOTS[RU], guest.person)
    await other.chat.write("/start")
    await other.chat.wait_for(lambda one: offers(one, Tap.HELP))
    silent = len(other.chat.history)
    await guest.gets_ready_to_train()
    stage.replicate.fail_next_training()
    await guest.person.press(Tap.TRAIN)
    await guest.hears("220 ⭐ are back")
    await stage.settled()
    assert len(other.chat.history) == silent
    assert (await guest.money(), await other.money()) == ((Stars.of(476), NO_STARS), (NO_STARS, NO_STARS))


@pytest.mark.parametrize("command", ["/test", "/test_payment", "/testplan", "/announce", "/get100", "/admin", "/grant"])
async def test_53_no_public_command_announces_or_gives_anything(stage: Stage, command: str) -> None:
    """A public test command announced a paid plan."""
    guest = await stage.guest(EN)
    await stage.settled()
    owner, happened = len(stage.owner(guest.bot).history), "SELECT count(*) FROM avatar.events"
    before = await stage.count(happened)
    assert "did not get that" in (await guest.says(f"{command} {guest.chat.person_id} NEUROVIDEO")).text
    await stage.settled()
    assert (await stage.count(happened), len(stage.owner(guest.bot).history)) == (before, owner)
    dossier = await guest.dossier()
    assert (dossier.subscription.terms, await guest.money()) == ((), (NO_STARS, NO_STARS))


@pytest.mark.parametrize("code", ["de", "pt-br", "zh-hans"])
async def test_54_whoever_speaks_another_language_reads_english(stage: Stage, code: str) -> None:
    """Other languages than ru/en got empty texts."""

    async def walk(speaks: str) -> list[str]:
        guest = await stage.guest(EN, speaks=speaks)
        for command in COMMANDS:
            await guest.says(f"/{command}")
        await guest.buys(Tap.PLANS, "NEUROPHOTO")
        await guest.begins_an_avatar()
        await guest.chat.send_photo(PHOTOS[0])
        await guest.person.sees()
        return [line.text for line in guest.chat.history if line.is_from_bot]

    theirs, english = await walk(code), await walk("en")
    assert theirs == english
    assert all(theirs)


@pytest.mark.parametrize("language", list(Language))
async def test_56_there_is_one_wording_for_not_enough_stars_and_it_has_a_way_to_buy(
    stage: Stage, language: Language
) -> None:
    """Nine wordings for "not enough stars", none with a way to buy."""
    guest = await stage.guest(language)
    await guest.given("NEUROPHOTO", 220)
    await guest.drafts()
    lacking(await guest.quoted(3000), language, "660", "220", "xtr-500")
    await back_to_the_draft(guest)
    await guest.presses(Tap.STEPS)
    lacking(await guest.presses(Tap.QUOTE_TRAINING, "^fast-flux"), language, "250", "220", "xtr-50")
    await back_to_the_draft(guest)
    await guest.quoted()
    await guest.person.press(Tap.TRAIN)
    await guest.sees_button(Tap.STYLE)
    lacking(await guest.presses(Tap.STYLE), language, "7.5", "0", "xtr-10")
    await guest.person.press(Tap.BUY, says="^xtr-10:s")
    await guest.person.pay()
    await guest.presses(Tap.QUOTE_PORTRAITS)
    await guest.sees_button(Tap.PAINT)


async def back_to_the_draft(guest: Guest) -> None:
    await guest.says("/menu")
    await guest.presses(Tap.AVATARS)
    await guest.presses(Tap.PHOTOS)


def lacking(shown: ChatMessage, language: Language, needed: str, available: str, pack: str) -> None:
    money = {"needed": Stars.parse(needed), "available": Stars.parse(available)}
    words = words_in(language)("not-enough", missing=money["needed"] - money["available"], **money)
    assert shown.text == words
    assert any((button.data or "").startswith(calling(Tap.BUY, pack)) for button in shown.buttons)


async def test_57_pre_checkout_queries_are_asked_for_by_name(stage: Stage) -> None:
    """The bot did not list `pre_checkout_query` among allowed updates."""
    for bot in TOKENS:
        asked = stage.telegram.calls("getUpdates", stage.account(bot))[-1]
        kinds = set(json.loads(str(asked.params["allowed_updates"])))
        assert {"message", "callback_query", "pre_checkout_query", "subscription", "purchased_paid_media"} <= kinds
    guest = await stage.guest(RU)
    await guest.buys(Tap.TOP_UP, "xtr-50")
    assert await guest.money() == (Stars.of(50), NO_STARS)


async def test_59_an_update_whose_handler_crashes_is_kept_and_one_that_cannot_be_kept_comes_again(
    migrated_dsn: str, tmp_path: Path
) -> None:
    """A handler's crash answered 200 and the update was lost."""
    with capture_logs():
        async with staged(migrated_dsn, tmp_path, runs=False, telegram_updates="webhook") as stage:
            async with running(stage):
                guest = await stage.guest(EN)
                await guest.says("/menu")
                await guest.presses(Tap.TOP_UP)
                shown = await guest.presses(Tap.BUY, "^xtr-50:s")
                assert shown.invoice is not None
                async with without(stage, "evidence"):
                    assert charge(stage.telegram.world, shown.invoice, guest.chat.person).is_paid
                    await guest.hears("Something broke")
                    await until(lambda: answered(stage))
                assert await guest.money() == (NO_STARS, NO_STARS)
            async with running(stage):
                await guest.hears("50 ⭐ credited")
                async with no_room_for(stage, "arrivals"):
                    await guest.chat.write("/balance")
                    await until(lambda: failed(stage))
                stage.telegram.clock.advance(5)
                assert "50 ⭐" in (await guest.hears("Balance: 50")).text
                await stage.settled()
            assert guest.chat.count("50 ⭐ credited") == 1
            assert await guest.money() == (Stars.of(50), NO_STARS)
            await stage.in_order()


async def answered(stage: Stage) -> bool:
    """Tell whether Telegram has brought everything it had."""
    return all(not account.queue.pending() for account in stage.telegram.bots)


async def failed(stage: Stage) -> bool:
    """Tell whether a webhook was answered with an error, and the update waits."""
    return any(account.webhook.error and account.queue.pending() for account in stage.telegram.bots)
