"""The main job in both languages, from /start to portraits, with real photographs."""

import pytest

from adapters.images import PillowInspector
from entrypoints.sandbox.telegram import Customer
from tests.entrypoints.bot.stage import PHOTOS, Stage, stage_of

WORDS = {
    "en": {
        "plans": "Subscription",
        "body": "Digital body",
        "man": "Man",
        "of_ten": "10 of 50",
        "next": "Next: choose",
        "steps": "1000 steps",
        "quote": "Price: 220 ⭐",
        "train": "Train for 220 ⭐",
        "ready": ": ready!",
        "style": "7.5 ⭐",
        "paint": "Paint for 15 ⭐",
        "done": "2 portraits for 15 ⭐",
    },
    "ru": {
        "plans": "Подписка",
        "body": "Цифровое тело",
        "man": "Мужчина",
        "of_ten": "10 из 50",
        "next": "Дальше",
        "steps": "1000 шагов",
        "quote": "Цена: 220 ⭐",
        "train": "Обучить за 220 ⭐",
        "ready": "готово",
        "style": "7,5 ⭐",
        "paint": "Нарисовать за 15 ⭐",
        "done": "2 портрета за 15 ⭐",
    },
}


async def buy_plan(stage: Stage, person: Customer, words: dict[str, str]) -> None:
    await person.write("/start")
    await person.tap(words["plans"])
    await person.tap("НейроФото" if words is WORDS["ru"] else "NeuroPhoto —")
    await person.wait_for(lambda message: message.invoice is not None)
    outcome = await person.pay()
    assert outcome.is_paid, outcome.failure
    await stage.happened("payment.completed")
    await stage.work()
    await person.wait_for("476 ⭐")


async def train(stage: Stage, person: Customer, words: dict[str, str]) -> None:
    await person.tap(words["body"])
    await person.wait_for(lambda message: message.says("10"))
    await person.write("Фанат <b>")
    await person.tap(words["man"])
    await person.wait_for("50")
    await person.send_album(PHOTOS[:9])
    await person.send_document(PHOTOS[9], "last.jpg", "image/jpeg")
    await person.wait_for(words["of_ten"], is_anywhere=True)
    await person.tap(words["next"])
    await person.tap(words["steps"])
    await person.wait_for(words["quote"])
    await person.tap(words["train"])
    await stage.happened("training.requested")
    await stage.work()
    await stage.train(40)
    await person.wait_for("40 %")
    await stage.train()
    await person.wait_for(words["ready"])


async def paint(stage: Stage, person: Customer, words: dict[str, str]) -> None:
    await person.tap(words["style"])
    await person.tap("×2")
    await person.tap(words["paint"])
    await stage.happened("portraits.requested")
    await stage.work()
    await stage.paint()
    await person.wait_for(words["done"])


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_a_customer_gets_from_start_to_portraits(language: str) -> None:
    words = WORDS[language]
    async with stage_of(inspector=PillowInspector()) as stage, stage.running():
        person = stage.telegram.person(first_name="Fan", language_code=language)
        person.person.stars = 1000
        await buy_plan(stage, person, words)
        await train(stage, person, words)
        await paint(stage, person, words)
        dossier = await stage.dossier(person)
        assert str(dossier.wallet.available) == "241"
        assert not dossier.wallet.held
        assert await stage.books.violations() == []
