"""Carrying updates to a bot's webhook: in order for each chat, again and again until it answers 2xx."""

import asyncio
import json

import httpx

from .refusals import ApiRefusal
from .state import BotAccount, World
from .updates import QueuedUpdate
from .wire import Performer

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 the name of a header
ANSWER_LIMIT_S = 60.0
LONGEST_DELAY_S = 60.0
_IDLE_S = 1.0
_BUSY_S = 0.02


class Courier:
    """Delivers one bot's updates; later updates of a chat wait for the earlier ones."""

    def __init__(self, world: World, bot: BotAccount, perform: Performer) -> None:
        """Prepare to deliver; `perform` carries out a method that the bot puts in its answer."""
        self._world = world
        self._bot = bot
        self._perform = perform
        self._busy: set[int] = set()
        self._failures: dict[int, int] = {}
        self._not_before_s: dict[int, float] = {}

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with httpx.AsyncClient(timeout=ANSWER_LIMIT_S) as client, asyncio.TaskGroup() as posts:
            while True:
                for update in self._due():
                    self._busy.add(update.chat_id)
                    posts.create_task(self._deliver(client, update))
                await self._bot.queue.bell.wait(_BUSY_S if self._not_before_s else _IDLE_S)

    def _due(self) -> list[QueuedUpdate]:
        now_s = self._world.clock.now()
        firsts: dict[int, QueuedUpdate] = {}
        for update in self._bot.queue.pending():
            firsts.setdefault(update.chat_id, update)
        ready = [
            update
            for chat_id, update in firsts.items()
            if chat_id not in self._busy and self._not_before_s.get(chat_id, 0.0) <= now_s
        ]
        return ready[: self._bot.webhook.max_connections - len(self._busy)]

    async def _deliver(self, client: httpx.AsyncClient, update: QueuedUpdate) -> None:
        webhook = self._bot.webhook
        headers = {"Content-Type": "application/json"} | ({SECRET_HEADER: webhook.secret} if webhook.secret else {})
        try:
            answer = await client.post(webhook.url, content=update.body.encode(), headers=headers)
        except httpx.HTTPError as error:
            self._failed(update, f"Connection failed: {type(error).__name__}")
        else:
            if answer.is_success:
                self._taken(update)
                await self._obey(answer)
            else:
                self._failed(update, f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}")
        finally:
            self._busy.discard(update.chat_id)
            self._bot.queue.bell.ring()

    def _taken(self, update: QueuedUpdate) -> None:
        self._bot.queue.done(update)
        self._failures.pop(update.chat_id, None)
        self._not_before_s.pop(update.chat_id, None)

    def _failed(self, update: QueuedUpdate, reason: str) -> None:
        failures = self._failures[update.chat_id] = self._failures.get(update.chat_id, 0) + 1
        delay_s = min(LONGEST_DELAY_S, 2.0 ** (failures - 1))
        self._not_before_s[update.chat_id] = self._world.clock.now() + delay_s
        self._bot.webhook.error, self._bot.webhook.error_date = reason, self._world.clock.unix()

    async def _obey(self, answer: httpx.Response) -> None:
        """Carry out the method in a JSON answer, as Telegram does; it tells nobody when that is refused."""
        try:
            asked = json.loads(answer.content) if answer.content else None
        except ValueError:
            return
        if isinstance(asked, dict) and isinstance(asked.get("method"), str):
            try:
                await self._perform(self._bot, asked.pop("method"), asked)
            except ApiRefusal as refusal:
                self._bot.webhook.error = refusal.description
