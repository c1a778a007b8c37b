"""What is said, and what must hold, when something is wrong on a customer's way."""

from collections.abc import Mapping

import pytest

from avatar_core.customers import Language
from avatar_core.dossier import OfTraining
from avatar_core.ids import TrainingId
from avatar_core.money import NO_STARS, Stars
from avatar_core.runs import RunStatus
from avatar_core.trainings import Training
from tests.journeys.guests import Guest
from tests.journeys.stage import Stage

both = pytest.mark.parametrize("language", list(Language))
PLAN = Stars.of(476)
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


async def refused(guest: Guest, stage: Stage, words: str) -> None:
    """The words are under the last message sent, the draft and the disk are as they were."""
    before = len((await guest.dossier()).draft.photos), await stage.kept_files(), await guest.money()
    answer = await guest.person.sees(lambda one: words in one.text)
    assert answer.text.startswith("⚠️")
    await stage.settled()
    assert (len((await guest.dossier()).draft.photos), await stage.kept_files(), await guest.money()) == before


async def training_of(guest: Guest, stage: Stage) -> Training:
    """Return the guest's only training, whatever became of it."""
    query = "SELECT id FROM avatar.trainings WHERE customer = %s"
    ((number,),) = await stage.database.rows(query, (await guest.dossier()).customer.id)
    async with stage.house.ground.store.begin() as work:
        return (await work.dossier(OfTraining(TrainingId(number)))).training(TrainingId(number))


async def is_paid_once(guest: Guest, stage: Stage) -> None:
    dossier, training = await guest.dossier(), await training_of(guest, stage)
    assert training.run.status is RunStatus.SUCCEEDED
    assert dossier.wallet.held == NO_STARS
    lines = await stage.house.ground.store.books.statement(dossier.customer.id, limit=50)
    assert sum((line.amount for line in lines), NO_STARS) == dossier.wallet.available
    assert [line.amount for line in lines if line.service == "training"] == [-PRICE]
    assert len([name for name in await stage.kept_files() if training.id in name]) == len(training.photos)
