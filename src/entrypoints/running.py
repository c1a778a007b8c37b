"""The parts of a process: bot, web and worker, each wired from an open house, kept running until told to stop."""

import asyncio
import contextlib
import socket
from collections.abc import Collection
from dataclasses import dataclass

from fastapi import FastAPI
from pydantic import SecretStr

from avatar_core.ids import BotId
from entrypoints.allowances import Allowances
from entrypoints.bot.desk import Desk
from entrypoints.bot.dispatcher import make_dispatcher
from entrypoints.bot.intake import Intake
from entrypoints.bot.limits import Limits
from entrypoints.bot.polling import poll
from entrypoints.bot.tongues import Tongues
from entrypoints.bot.webhooks import Webhook, await_webhooks
from entrypoints.container.whole import bot_container, web_container, worker_container
from entrypoints.settings import Settings
from entrypoints.sweeps import rare_sweeps
from entrypoints.vendors import OpenHouse
from entrypoints.web.app import make_app
from entrypoints.web.desk import WebDesk
from entrypoints.web.serving import listening, serve
from entrypoints.web.telegram import TelegramDoor
from entrypoints.worker.supervision import Part, supervise
from entrypoints.worker.worker import Worker

BOT, WEB, WORKER = "bot", "web", "worker"
ALL = (BOT, WEB, WORKER)


@dataclass(frozen=True, slots=True)
class Process:
    """What runs in one process; of several workers or web servers each is a process of its own."""

    house: OpenHouse
    intake: Intake
    app: FastAPI
    worker: Worker

    async def run_bot(self, stop: asyncio.Event) -> None:
        """Bring the updates in: ask Telegram for them, or let it bring them to our webhook."""
        if self.house.ground.settings.telegram_updates == "polling":
            await poll(self.house.telegram.bots, self.intake, stop)
            return
        url = self.house.ground.settings.public_url
        webhooks = {
            bot: Webhook(f"{url}/telegram/{bot}", secret.get_secret_value())
            for bot, secret in _secrets(self.house).items()
        }
        await await_webhooks(self.house.telegram.bots, webhooks, self.intake, stop)


def process_of(house: OpenHouse) -> Process:
    """Wire everything that can run on a house."""
    ground = house.ground
    tongues = Tongues()
    dispatcher = make_dispatcher(bot_container(house).get(Desk), ground.store.conversations, tongues)
    limits = _limits_of(ground.settings, tongues)
    intake = Intake(ground.store.inbox, dispatcher, house.telegram.bots, ground.clock, limits)
    by_webhook = ground.settings.telegram_updates == "webhook"
    door = TelegramDoor(intake.receive, _secrets(house) if by_webhook else {})
    app = make_app(web_container(house).get(WebDesk), door, ground.settings.refusals_per_minute)
    return Process(house, intake, app, worker_container(house).get(Worker))


async def run(
    house: OpenHouse, stop: asyncio.Event, parts: Collection[str] = ALL, listener: socket.socket | None = None
) -> None:
    """Run these parts until told to stop; one that crashes is started again.  Raises SettingsWrong for a taken port.

    ``listener`` is a socket that listens already, instead of the one that the settings name.
    """
    process, settings = process_of(house), house.ground.settings
    with rare_sweeps(), contextlib.ExitStack() as closing:
        running: dict[str, Part] = {}
        by_webhook = settings.telegram_updates == "webhook"
        if BOT in parts or (WEB in parts and by_webhook):
            running[BOT] = process.run_bot
        if WORKER in parts:
            running[WORKER] = process.worker.run
        if WEB in parts:
            bound = listener or closing.enter_context(listening(settings.listen_host, settings.listen_port))
            running[WEB] = lambda told: serve(process.app, bound, told)
        await supervise(running, stop)
        await process.intake.drain()  # what the web app still took in after the bot had ended


def _limits_of(settings: Settings, tongues: Tongues) -> Limits:
    return Limits(
        tongues,
        updates=Allowances(settings.updates_per_minute),
        photos=Allowances(settings.photos_per_minute),
        quotes=Allowances(settings.quotes_per_minute),
    )


def _secrets(house: OpenHouse) -> dict[BotId, SecretStr]:
    return {BotId(name): bot.webhook_secret for name, bot in house.ground.settings.bots.items()}
