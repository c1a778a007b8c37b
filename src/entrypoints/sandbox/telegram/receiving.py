"""Methods by which a bot receives updates: long polling or a webhook, never both."""

import asyncio
import re
from urllib.parse import urlsplit

from .records import Json, present
from .refusals import OTHER_GET_UPDATES, TERMINATED_BY_WEBHOOK, WEBHOOK_IS_ACTIVE, ApiRefusal, bad_request
from .state import BotAccount, Webhook
from .updates import DEFAULT_KINDS, PAGE
from .webhooks import Courier
from .wire import Call, Handler, Names, Params

LONGEST_POLL_S = 50
MAX_SECRET = 256
_SECRET = re.compile(r"[A-Za-z0-9_-]+")


class GetUpdates(Params):
    """Parameters of getUpdates."""

    offset: int = 0
    limit: int = PAGE
    timeout: float = 0
    allowed_updates: Names = None


class SetWebhook(Params):
    """Parameters of setWebhook."""

    url: str = ""
    secret_token: str | None = None
    max_connections: int = 40
    allowed_updates: Names = None
    drop_pending_updates: bool = False


class DeleteWebhook(Params):
    """Parameters of deleteWebhook."""

    drop_pending_updates: bool = False


async def get_updates(call: Call) -> object:
    """Return unconfirmed updates, waiting up to `timeout` seconds (50 at most) for the first."""
    asked, bot = call.read(GetUpdates), call.bot
    if bot.webhook.url:
        raise ApiRefusal(409, WEBHOOK_IS_ACTIVE)
    bot.queue.allow(asked.allowed_updates)
    bot.queue.confirm(asked.offset)
    end_poll(bot, OTHER_GET_UPDATES)
    ended = bot.poll = asyncio.get_running_loop().create_future()
    limit = min(max(asked.limit, 1), PAGE)
    page = bot.queue.page(limit)
    until_s = asyncio.get_running_loop().time() + min(asked.timeout, LONGEST_POLL_S)
    while not page and (left_s := until_s - asyncio.get_running_loop().time()) > 0:
        await bot.queue.bell.wait(left_s)
        if ended.done():
            raise ApiRefusal(409, ended.result())
        page = bot.queue.page(limit)
    return [update.wire() for update in page]


def end_poll(bot: BotAccount, reason: str) -> None:
    """Answer a waiting getUpdates with a 409."""
    if bot.poll is not None and not bot.poll.done():
        bot.poll.set_result(reason)
    bot.queue.bell.ring()


async def set_webhook(call: Call) -> object:
    """Send updates to `url` from now on; an empty one means deleteWebhook.  Plain http only to this machine."""
    asked, bot = call.read(SetWebhook), call.bot
    if not asked.url:
        return await delete_webhook(call)
    _check_url(asked.url)
    secret = asked.secret_token
    if secret is not None and len(secret) > MAX_SECRET:
        raise bad_request("secret token is too long")
    if secret is not None and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    _stop(bot)
    end_poll(bot, TERMINATED_BY_WEBHOOK)
    bot.queue.allow(asked.allowed_updates)
    if asked.drop_pending_updates:
        bot.queue.clear()
    bot.webhook = Webhook(asked.url, secret, min(max(asked.max_connections, 1), 100))
    courier = Courier(call.world, bot, call.perform)
    bot.webhook.courier = asyncio.create_task(courier.run(), name=f"webhook of {bot.username}")
    return True


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if not parts.hostname:
        raise bad_request("invalid webhook URL specified")
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")


async def delete_webhook(call: Call) -> object:
    """Go back to polling."""
    if call.read(DeleteWebhook).drop_pending_updates:
        call.bot.queue.clear()
    _stop(call.bot)
    call.bot.webhook = Webhook()
    return True


def _stop(bot: BotAccount) -> None:
    if bot.webhook.courier is not None:
        bot.webhook.courier.cancel()


async def webhook_info(call: Call) -> object:
    """Tell where updates go and what went wrong there last."""
    webhook, queue = call.bot.webhook, call.bot.queue
    info: Json = {"url": webhook.url, "has_custom_certificate": False, "pending_update_count": len(queue.pending())}
    allowed = sorted(queue.allowed) if queue.allowed != DEFAULT_KINDS else None
    if not webhook.url:
        return info | present(allowed_updates=allowed)
    return info | present(
        max_connections=webhook.max_connections,
        ip_address="127.0.0.1",
        last_error_date=webhook.error_date,
        last_error_message=webhook.error,
        allowed_updates=allowed,
    )


METHODS: dict[str, Handler] = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": webhook_info,
}
