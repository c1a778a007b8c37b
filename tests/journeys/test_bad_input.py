"""Bad input, each as a whole journey through the real bot, on PostgreSQL, in both languages.

Each time the customer reads in words what is wrong and how to go on; nothing is held that should not be, nothing is
lost, and nothing is kept that was refused.
"""

import zlib
from datetime import timedelta

import pytest

from avatar_core.customers import Language
from avatar_core.money import NO_STARS, Stars
from avatar_core.runs import RunStatus
from entrypoints.bot.callbacks import Tap
from entrypoints.sandbox.telegram.purchases import charge
from tests.journeys.guests import PHOTOS, Guest, offers
from tests.journeys.ordeals import PLAN, SAID, both, is_paid_once, refused, training_of
from tests.journeys.stage import Stage

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]


def a_bomb(side_px: int) -> bytes:
    """A PNG of so many pixels a side, in a few kilobytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4) + name + content + zlib.crc32(name + content).to_bytes(4)

    packer, row = zlib.compressobj(9), bytes(1 + (side_px + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(side_px)) + packer.flush()
    header = side_px.to_bytes(4) * 2 + bytes([1, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


async def trains_to_the_end(guest: Guest, stage: Stage) -> None:
    """Confirm the price on the screen; one run is started, and paid once, and its files are gone but the photos."""
    runs = len(stage.replicate.trainings)
    await guest.person.press(Tap.TRAIN)
    await guest.sees_button(Tap.STYLE)
    await stage.settled()
    assert len(stage.replicate.trainings) == runs + 1
    await is_paid_once(guest, stage)


@both
async def test_a_text_file_sent_as_a_photo_is_refused_and_good_photos_go_on(stage: Stage, language: Language) -> None:
    guest, text = await stage.guest(language), b"Dear bot, this is me in words.\n" * 400
    await guest.buys(Tap.PLANS, "NEUROPHOTO")
    await guest.begins_an_avatar()
    await guest.chat.send_document(text, "me.jpg", "image/jpeg")
    await refused(guest, stage, SAID["unreadable"][language])
    await guest.chat.send_photo(text, is_raw=True)
    await refused(guest, stage, SAID["unreadable"][language])
    assert await guest.money() == (PLAN, NO_STARS)
    await guest.sends(PHOTOS[:10])
    assert offers(await guest.quoted(), Tap.TRAIN)


@both
async def test_nine_photos_are_too_few_on_the_screen_and_behind_every_button(stage: Stage, language: Language) -> None:
    guest = await stage.guest(language)
    await guest.buys(Tap.PLANS, "NEUROPHOTO")
    await guest.begins_an_avatar()
    counter = await guest.sends(PHOTOS[:9])
    assert SAID["one more"][language] in counter.text
    assert not offers(counter, Tap.STEPS)
    enough = await guest.sends(PHOTOS[9:10])
    assert offers(enough, Tap.STEPS)
    await guest.presses(Tap.PREVIEW)
    await guest.sees_button(Tap.REMOVE)
    await guest.presses(Tap.REMOVE)
    for old in (Tap.STEPS, f"{Tap.QUOTE_TRAINING}:flux-dev-lora:1000"):
        await guest.presses_old(old)
        answer = await guest.person.sees()
        assert SAID["too few"][language] in answer.text
    await stage.settled()
    dossier = await guest.dossier()
    assert (len(dossier.draft.photos), dossier.draft.plan, await guest.money()) == (9, None, (PLAN, NO_STARS))
    assert len([name for name in await stage.kept_files() if dossier.draft.id in name]) == 9
    await guest.says("/menu")
    await guest.presses(Tap.AVATARS)
    await guest.presses(Tap.PHOTOS)
    await guest.sends(PHOTOS[10:11])
    assert offers(await guest.quoted(), Tap.TRAIN)


@both
async def test_a_thousand_steps_without_stars_are_one_purchase_away(stage: Stage, language: Language) -> None:
    guest = await stage.guest(language)
    await guest.given("NEUROPHOTO")
    await guest.drafts()
    answer = await guest.quoted()
    assert SAID["not enough"][language] in answer.text
    await stage.settled()
    dossier = await guest.dossier()
    assert (await guest.money(), len(dossier.draft.photos), dossier.wallet.holds) == ((NO_STARS, NO_STARS), 10, {})
    assert offers(answer, Tap.BUY)
    await guest.person.press(Tap.BUY, says="^xtr-500:s")
    await guest.person.pay()
    await guest.presses(Tap.QUOTE_TRAINING)
    await guest.sees_button(Tap.TRAIN)
    await trains_to_the_end(guest, stage)
    assert await guest.money() == (Stars.of(280), NO_STARS)


@both
async def test_a_price_that_is_too_old_is_shown_anew_and_holds_nothing(stage: Stage, language: Language) -> None:
    guest = await stage.guest(language)
    await guest.gets_ready_to_train()
    first = (await guest.dossier()).draft.chosen.quote
    stage.push(timedelta(minutes=16))
    await guest.person.press(Tap.TRAIN)
    answer = await guest.person.sees(lambda one: SAID["price anew"][language] in one.text)
    second = (await guest.dossier()).draft.chosen.quote
    assert (second.amount, second.id != first.id) == (first.amount, True)
    assert (await guest.money(), (await training_of(guest, stage)).run.status) == ((PLAN, NO_STARS), RunStatus.DRAFT)
    assert offers(answer, Tap.TRAIN)
    await trains_to_the_end(guest, stage)
    assert SAID["ready"][language] in guest.chat.transcript()


@both
async def test_a_payment_for_anothers_invoice_is_refused_and_money_that_came_all_the_same_waits(
    stage: Stage, language: Language
) -> None:
    guest, stranger = await stage.guest(language), await stage.guest(language)
    await guest.says("/menu")
    await guest.presses(Tap.TOP_UP)
    shown = await guest.presses(Tap.BUY, "^xtr-500:s")
    assert shown.invoice is not None
    outcome = await guest.chat.pay(payer=stranger.chat)
    assert not outcome.is_paid
    assert SAID["not yours"][language] in str(outcome.failure)
    assert stranger.chat.stars == 100_000
    # Telegram took the money without asking
    charge(stage.telegram.world, shown.invoice, stranger.chat.person)
    owner = stage.owner(guest.bot)
    await owner.wait_for(SAID["another paid"][language], is_anywhere=True)
    await stage.settled()
    assert [await each.money() for each in (guest, stranger)] == [(NO_STARS, NO_STARS)] * 2
    waiting = "SELECT count(*) FROM avatar.evidence WHERE status = 'QUARANTINED' AND payer = %s"
    assert await stage.count(waiting, stranger.chat.person_id) == 1
    await guest.person.pay()
    assert await guest.money() == (Stars.of(500), NO_STARS)


@both
async def test_a_200_megapixel_bomb_is_refused_in_words(stage: Stage, language: Language) -> None:
    guest, bomb = await stage.guest(language), a_bomb(14_200)
    assert len(bomb) < 100_000
    await guest.buys(Tap.PLANS, "NEUROPHOTO")
    await guest.begins_an_avatar()
    await guest.chat.send_document(bomb, "me.png", "image/png")
    await refused(guest, stage, SAID["bomb"][language])
    await guest.chat.send_photo(bomb, is_raw=True)
    await refused(guest, stage, SAID["bomb"][language])
    assert (await guest.money(), (await guest.dossier()).draft.photos) == ((PLAN, NO_STARS), ())
