"""The doctor's look at the bots: tokens, names and webhooks, as Telegram knows them."""

from collections.abc import Awaitable

from adapters.telegram.bots import connected_bots, show_typing
from adapters.telegram.refusals import TelegramUnreachable, TokenRejected, translated
from avatar_core.errors import AvatarError, RecipientUnreachable
from avatar_core.ids import BotId, TelegramId
from entrypoints.cli.finding import Finding
from entrypoints.ground import bots_of
from entrypoints.settings import Settings, name_of

MANY_WAITING = 100
"""More updates than that waiting at Telegram's say that nobody takes them."""


async def look_at_bots(settings: Settings) -> list[Finding]:
    """Ask Telegram who each bot is and where its updates go.  Raises SettingsWrong when there is no bot."""
    settings.require("bots")
    tokens = {BotId(name): bot.token.get_secret_value() for name, bot in settings.bots.items()}
    found, profiles = [], bots_of(settings)
    async with connected_bots(tokens, settings.telegram_url) as bots:
        for name, bot in bots.items():
            about, profile = f"bot {name}", profiles.of(name)
            try:
                with translated():
                    me, hook = await bot.get_me(), await bot.get_webhook_info()
            except AvatarError as error:
                found.append(Finding(about, str(error), _mend(error, name)))
            else:
                found.append(_named(about, name, profile.network, me.username or ""))
                found.append(_reached(about, settings, hook.url, hook.pending_update_count))
                username = me.username or name
                found += [await _heard(about, show_typing(bot, one), one, username) for one in profile.owners]
                if hook.last_error_message:
                    found.append(Finding(about, f"Telegram could not deliver: {hook.last_error_message}"))
    return found


async def _heard(about: str, writing: Awaitable[None], owner: TelegramId, username: str) -> Finding:
    """Say whether a bot can write to an owner."""
    try:
        await writing
    except RecipientUnreachable:
        mend = f"the owner has to open @{username} and press Start: Telegram lets no bot begin a chat"
        return Finding(about, f"its owner {owner} cannot be written to, and hears no news of it", mend)
    except AvatarError as error:
        return Finding(about, f"its owner {owner}: {error}", "try again")
    return Finding(about, f"its owner {owner} can be written to")


def _mend(error: AvatarError, name: BotId) -> str:
    match error:
        case TelegramUnreachable():
            return f"see the network, and {name_of('telegram_url')} if it is set"
        case TokenRejected():
            return f"see {name_of('bots', name, 'token')}"
        case _:
            return "try again"


def _named(about: str, name: BotId, network: str, username: str) -> Finding:
    if username.lower() != name.lower():
        mend = (
            f"name its settings {name_of('bots', username, '…')}, and keep its customers with"
            f" {name_of('bots', username, 'network')}={network}: else they begin at zero;"
            " or leave both, when the old name is kept on purpose"
        )
        return Finding(about, f"its username is {username}", mend)
    return Finding(about, "the token works")


def _reached(about: str, settings: Settings, url: str, waiting: int) -> Finding:
    """Say whether updates go where the settings say."""
    webhook, restart = settings.telegram_updates == "webhook", "start `avatar up` (or `bot`, or `serve`)"
    expected = f"{settings.public_url}/telegram/{about.removeprefix('bot ')}" if webhook else ""
    if url != expected:
        told = f"its updates go to {url}" if url else "no webhook is registered"
        return Finding(about, told, f"{restart}: it registers {expected or 'none, for polling'}")
    told = f"{'webhook registered' if webhook else 'polling'}, {waiting} updates wait"
    return Finding(about, told, restart if waiting > MANY_WAITING else None)
