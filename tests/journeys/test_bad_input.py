"""Bad input and bad days, each as a whole journey through the real bot, on PostgreSQL, in both languages.

Each time the customer reads in words what is wrong and how to go on; nothing is held that should not be, nothing is
lost, nothing is kept that was refused, and what can go on goes on to its end.
"""

import resource
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import pytest

from avatar_core.customers import Language
from avatar_core.dossier import OfTraining
from avatar_core.ids import TrainingId
from avatar_core.money import Stars
from avatar_core.runs import LATE_RUN_LIMIT, FailureReason, RunStatus
from avatar_core.trainings import Training
from entrypoints.bot.callbacks import Tap
from entrypoints.sandbox.telegram.purchases import charge
from tests.journeys.guests import PHOTOS, Guest, offers
from tests.journeys.stage import Stage, until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
both = pytest.mark.parametrize("language", list(Language))

NOTHING, PLAN = Stars.of(0), Stars.of(476)
"""A plan brings 476 stars; a training of 1,000 steps costs 220."""
PRICE, REST = Stars.of(220), Stars.of(256)
RU, EN = Language.RU, Language.EN
SAID: Mapping[str, Mapping[Language, str]] = {
    "unreadable": {RU: "файл не читается как фото", EN: "the file is no photo I can read"},
    "bomb": {RU: "слишком много пикселей (больше 50 мегапикселей)", EN: "too many pixels (over 50 megapixels)"},
    "one more": {RU: "Нужно ещё хотя бы 1 фото", EN: "At least 1 more photo is needed"},
    "too few": {RU: "Принято 9 фото, а нужно хотя бы 10", EN: "9 photos are accepted, at least 10 are needed"},
    "not enough": {
        RU: "Не хватает 220 ⭐: нужно 220, а на балансе 0",
        EN: "220 ⭐ are missing: 220 are needed, your balance is 0",
    },
    "price anew": {RU: "цена посчитана заново", EN: "here is the price anew"},
    "not yours": {RU: "Этот счёт выставлен другому человеку", EN: "This invoice was made for another person"},
    "another paid": {RU: "заплатил другой человек", EN: "another person paid"},
    "mend": {RU: "Исправьте настройку REPLICATE_API_TOKEN", EN: "Mend the setting REPLICATE_API_TOKEN"},
    "delayed": {RU: "обучение ждёт — неполадка у меня", EN: "the training waits, because something is broken"},
    "portrait delayed": {RU: "Портрет ждёт: неполадка у меня", EN: "The portrait waits: something is broken"},
    "in the queue": {RU: "Fan: в очереди на обучение", EN: "Fan: in the queue for training"},
    "too long": {RU: "это заняло слишком много времени", EN: "it took too long"},
    "back": {RU: "Вернул 220 ⭐, баланс 476 ⭐", EN: "220 ⭐ are back, balance 476 ⭐"},
    "not kept": {RU: "Это фото не сохранилось", EN: "This photo could not be kept"},
    "ready": {RU: "Fan: готово! Обучение стоило 220 ⭐, баланс 256 ⭐", EN: "Fan: ready! The training cost"},
    "painted": {RU: "Готово! 1 портрет за 7,5 ⭐", EN: "Ready! 1 portrait for 7.5 ⭐"},
}


def a_bomb(side_px: int) -> bytes:
    """A PNG of so many pixels a side, in a few kilobytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4) + name + content + zlib.crc32(name + content).to_bytes(4)

    packer, row = zlib.compressobj(9), bytes(1 + (side_px + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(side_px)) + packer.flush()
    header = side_px.to_bytes(4) * 2 + bytes([1, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@contextmanager
def token_rejected(stage: Stage) -> Iterator[None]:
    """Let the provider answer 401; afterwards the owner has mended the setting."""
    stage.replicate.revoke_token()
    try:
        yield
    finally:
        stage.replicate.restore_token()


@contextmanager
def room_for(size_bytes: int) -> Iterator[None]:
    """Let the kernel refuse longer files, as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def refused(guest: Guest, stage: Stage, words: str) -> None:
    """The words are under the last message sent, the draft and the disk are as they were."""
    before = len((await guest.dossier()).draft.photos), await stage.kept_files(), await guest.money()
    answer = await guest.person.sees(lambda one: words in one.text)
    assert answer.text.startswith("⚠️")
    await stage.settled()
    assert (len((await guest.dossier()).draft.photos), await stage.kept_files(), await guest.money()) == before


async def trains_to_the_end(guest: Guest, stage: Stage) -> None:
    """Confirm the price on the screen; one run is started, and paid once, and its files are gone but the photos."""
    runs = len(stage.replicate.trainings)
    await guest.person.press(Tap.TRAIN)
    await guest.sees_button(Tap.STYLE)
    await stage.settled()
    assert len(stage.replicate.trainings) == runs + 1
    await is_paid_once(guest, stage)


async def training_of(guest: Guest, stage: Stage) -> Training:
    """Return the guest's only training, whatever became of it."""
    query = "SELECT id FROM avatar.trainings WHERE customer = %s"
    ((number,),) = await stage.database.rows(query, (await guest.dossier()).customer.id)
    async with stage.house.ground.store.begin() as work:
        return (await work.dossier(OfTraining(TrainingId(number)))).training(TrainingId(number))


async def is_paid_once(guest: Guest, stage: Stage) -> None:
    dossier, training = await guest.dossier(), await training_of(guest, stage)
    assert training.run.status is RunStatus.SUCCEEDED
    assert dossier.wallet.held == NOTHING
    lines = await stage.house.ground.store.books.statement(dossier.customer.id, limit=50)
    assert sum((line.amount for line in lines), NOTHING) == dossier.wallet.available
    assert [line.amount for line in lines if line.service == "training"] == [-PRICE]
    assert len([name for name in await stage.kept_files() if training.id in name]) == len(training.photos)


async def attempts(stage: Stage, guest: Guest) -> int:
    """How often the hand-over of the guest's orders was tried."""
    return await stage.count(
        "SELECT coalesce(max(attempts), 0) FROM avatar.tasks t JOIN avatar.events e ON e.number = t.event"
        " WHERE t.status = 'DUE' AND e.facts ->> 'customer' = %s",
        (await guest.dossier()).customer.id,
    )


async def tried(stage: Stage, guest: Guest, times: int = 3) -> None:
    async def holds() -> bool:
        return await attempts(stage, guest) >= times

    await until(holds)


@both
async def test_a_text_file_sent_as_a_photo_is_refused_and_good_photos_go_on(stage: Stage, language: Language) -> None:
    guest, text = await stage.guest(language), b"Dear bot, this is me in words.\n" * 400
    await guest.buys(Tap.PLANS, "NEUROPHOTO")
    await guest.begins_an_avatar()
    await guest.chat.send_document(text, "me.jpg", "image/jpeg")
    await refused(guest, stage, SAID["unreadable"][language])
    await guest.chat.send_photo(text, is_raw=True)
    await refused(guest, stage, SAID["unreadable"][language])
    assert await guest.money() == (PLAN, NOTHING)
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
    assert (len(dossier.draft.photos), dossier.draft.plan, await guest.money()) == (9, None, (PLAN, NOTHING))
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
    assert (await guest.money(), len(dossier.draft.photos), dossier.wallet.holds) == ((NOTHING, NOTHING), 10, {})
    assert offers(answer, Tap.BUY)
    await guest.person.press(Tap.BUY, says="^xtr-500:s")
    await guest.person.pay()
    await guest.presses(Tap.QUOTE_TRAINING)
    await guest.sees_button(Tap.TRAIN)
    await trains_to_the_end(guest, stage)
    assert await guest.money() == (Stars.of(280), NOTHING)


@both
async def test_a_price_that_is_too_old_is_shown_anew_and_holds_nothing(stage: Stage, language: Language) -> None:
    guest = await stage.guest(language)
    await guest.buys(Tap.PLANS, "NEUROPHOTO")
    await guest.drafts()
    await guest.quoted()
    first = (await guest.dossier()).draft.chosen.quote
    stage.push(timedelta(minutes=16))
    await guest.person.press(Tap.TRAIN)
    answer = await guest.person.sees(lambda one: SAID["price anew"][language] in one.text)
    second = (await guest.dossier()).draft.chosen.quote
    assert (second.amount, second.id != first.id) == (first.amount, True)
    assert (await guest.money(), (await training_of(guest, stage)).run.status) == ((PLAN, NOTHING), RunStatus.DRAFT)
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
    assert [await each.money() for each in (guest, stranger)] == [(NOTHING, NOTHING)] * 2
    waiting = "SELECT count(*) FROM avatar.evidence WHERE status = 'QUARANTINED' AND payer = %s"
    assert await stage.count(waiting, stranger.chat.person_id) == 1
    await guest.person.pay()
    assert await guest.money() == (Stars.of(500), NOTHING)


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
    assert (await guest.money(), (await guest.dossier()).draft.photos) == ((PLAN, NOTHING), ())


@both
async def test_with_a_wrong_token_orders_wait_the_owner_knows_what_to_mend_and_everything_resumes(
    stage: Stage, language: Language
) -> None:
    guest, runs = await stage.guest(language), len(stage.replicate.trainings)
    owner, before = stage.owner(guest.bot), stage.owner(guest.bot).count("🔑")
    await guest.buys(Tap.PLANS, "NEUROPHOTO")
    await guest.drafts()
    await guest.quoted()
    with token_rejected(stage):
        await guest.person.press(Tap.TRAIN)
        await guest.hears(SAID["delayed"][language])
        await owner.wait_for(SAID["mend"][language], is_anywhere=True)
        await tried(stage, guest)
        assert await guest.money() == (REST, PRICE)
        assert (await training_of(guest, stage)).run.status in {RunStatus.PENDING, RunStatus.SUBMITTING}
        assert (owner.count("🔑"), guest.chat.count(SAID["delayed"][language])) == (before + 1, 1)
        assert len(stage.replicate.trainings) == runs
    await guest.hears(SAID["ready"][language])
    assert len(stage.replicate.trainings) == runs + 1
    await is_paid_once(guest, stage)
    # a portrait of the new avatar meets the same trouble
    await guest.presses(Tap.STYLE)
    with token_rejected(stage):
        await guest.person.press(Tap.PAINT)
        await guest.hears(SAID["portrait delayed"][language])
        assert await guest.money() == (Stars.parse("248.5"), Stars.parse("7.5"))
    await guest.hears(SAID["painted"][language])
    assert await guest.money() == (Stars.parse("248.5"), NOTHING)
    assert len([one for one in guest.chat.received if one.photo]) == 1


@both
async def test_without_a_network_to_the_provider_the_order_waits_and_goes_on_by_itself(
    stage: Stage, language: Language
) -> None:
    guest, runs = await stage.guest(language), len(stage.replicate.trainings)
    await guest.buys(Tap.PLANS, "NEUROPHOTO")
    await guest.drafts()
    await guest.quoted()
    async with stage.line.down():
        await guest.person.press(Tap.TRAIN)
        await guest.hears(SAID["in the queue"][language])
        await tried(stage, guest)
        assert await guest.money() == (REST, PRICE)
        assert len(stage.replicate.trainings) == runs
    await guest.hears(SAID["ready"][language])
    assert len(stage.replicate.trainings) == runs + 1
    await is_paid_once(guest, stage)


@both
async def test_without_a_network_for_hours_the_stars_come_back_and_everybody_is_told(
    stage: Stage, language: Language
) -> None:
    guest, runs = await stage.guest(language), len(stage.replicate.trainings)
    await guest.buys(Tap.PLANS, "NEUROPHOTO")
    await guest.drafts()
    await guest.quoted()
    async with stage.line.down():
        await guest.person.press(Tap.TRAIN)
        await guest.hears(SAID["in the queue"][language])
        await tried(stage, guest)
        stage.push(timedelta(hours=3, minutes=1))
        told = await guest.hears(SAID["too long"][language])
        assert SAID["back"][language] in told.text
        training = await training_of(guest, stage)
        assert (training.run.status, training.run.failure) == (RunStatus.FAILED, FailureReason.DEADLINE)
        assert await guest.money() == (PLAN, NOTHING)
        await stage.owner(guest.bot).wait_for(training.id, is_anywhere=True)
    stage.push(LATE_RUN_LIMIT + timedelta(minutes=1))  # until then the provider is asked whether a late run began
    await stage.settled()
    assert len(stage.replicate.trainings) == runs
    assert len([name for name in await stage.kept_files() if training.id in name]) == len(training.photos)


@both
async def test_on_a_full_disk_a_photo_is_not_kept_and_can_be_sent_again(stage: Stage, language: Language) -> None:
    guest = await stage.guest(language)
    await guest.buys(Tap.PLANS, "NEUROPHOTO")
    await guest.begins_an_avatar()
    await guest.sends(PHOTOS[:9])
    with room_for(16 * 1024):
        await guest.chat.send_photo(PHOTOS[9])
        await refused(guest, stage, SAID["not kept"][language])
    await guest.sends(PHOTOS[9:10])
    assert offers(await guest.quoted(), Tap.TRAIN)


@both
async def test_on_a_full_disk_an_ordered_training_and_a_painted_portrait_wait_for_room(
    stage: Stage, language: Language
) -> None:
    guest = await stage.guest(language)
    await guest.buys(Tap.PLANS, "NEUROPHOTO")
    await guest.drafts()
    await guest.quoted()
    with room_for(len(PHOTOS[0]) * 2):
        await guest.person.press(Tap.TRAIN)
        await tried(stage, guest, 2)
        assert await guest.money() == (REST, PRICE)
    await guest.hears(SAID["ready"][language])
    await is_paid_once(guest, stage)
    await guest.presses(Tap.STYLE)
    with room_for(1024):
        await guest.person.press(Tap.PAINT)
        await tried(stage, guest, 2)
        assert await guest.money() == (Stars.parse("248.5"), Stars.parse("7.5"))
    await guest.hears(SAID["painted"][language])
    assert await guest.money() == (Stars.parse("248.5"), NOTHING)
