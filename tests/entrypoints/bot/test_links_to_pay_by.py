"""What a gateway outside Telegram is told of a purchase, in the link that the chat shows."""

from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.robokassa import RobokassaGateway, RobokassaSettings
from adapters.telegram.stars import StarsGateway
from avatar_core.bots import TELEGRAM_STARS
from avatar_core.money import Currency
from entrypoints.bot.callbacks import Tap, calling
from entrypoints.bot.desk import Desk, Rail, Rails
from tests.entrypoints.bot.stage import FIRST, ROBOKASSA, stage_of

SHOP = RobokassaGateway(RobokassaSettings("shop", "first", "second"))


@pytest.mark.parametrize(
    ("language", "item", "told"),
    [
        ("ru", "rub-500.00", "Пополнение баланса, звёзд: 217"),
        ("en", "rub-500.00", "Top-up, stars: 217"),
        ("ru", "NEUROPHOTO", "НейроФото"),
    ],
)
async def test_a_purchase_is_told_in_words_and_without_emoji(language: str, item: str, told: str) -> None:
    """A pack was called "217" at the shop, and a receipt had an emoji."""
    async with stage_of(gateways={FIRST: (TELEGRAM_STARS, ROBOKASSA)}) as stage:
        stage.parts[Rails] = Rails((Rail(StarsGateway(), Currency.XTR, "s"), Rail(SHOP, Currency.RUB, "r")))
        stage.desk = stage.make(Desk)
        async with stage.running():
            fan = stage.telegram.person("Fan", language_code=language)
            await stage.say(fan, "/start")
            await stage.press(fan, calling(Tap.BUY, item) + ":r")
            (link,) = [button.url for button in fan.received[-1].buttons if button.url]
    assert parse_qs(urlsplit(link).query)["Description"] == [told]
