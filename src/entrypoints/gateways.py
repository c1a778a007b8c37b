"""The ways to pay that the settings open."""

from adapters.robokassa import RobokassaGateway, RobokassaSettings
from adapters.telegram.stars import StarsGateway
from avatar_core.money import Currency
from entrypoints.bot.desk import Rail, Rails
from entrypoints.settings import Settings, SettingsWrong

STARS_LETTER, ROBOKASSA_LETTER = "s", "r"
"""What stands for a gateway in the bot's buttons: kept for ever, for old messages keep their buttons."""


def rails_of(settings: Settings) -> Rails:
    """Return Telegram Stars, and Robokassa where it is set up.  Raises SettingsWrong."""
    stars = Rail(StarsGateway(), Currency.XTR, STARS_LETTER)
    shop = _shop(settings)
    if shop is None:
        return Rails((stars,))
    return Rails((stars, Rail(RobokassaGateway(shop), Currency.RUB, ROBOKASSA_LETTER)))


def _shop(settings: Settings) -> RobokassaSettings | None:
    first, second = settings.robokassa_password_1, settings.robokassa_password_2
    if not settings.robokassa_login or first is None or second is None:
        return None
    try:
        return RobokassaSettings(
            login=settings.robokassa_login,
            password1=first.get_secret_value(),
            password2=second.get_secret_value(),
            hash=settings.robokassa_hash,
            test=settings.robokassa_test,
            base_url=settings.robokassa_url,
        )
    except ValueError as wrong:
        raise SettingsWrong(f"AVATAR_ROBOKASSA_…: {wrong}.") from None
