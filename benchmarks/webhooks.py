"""S8: updates a second by webhook, kept before they are answered, beside a route that only says yes; and kill -9."""

import asyncio
import contextlib
import json
import math
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from avatar_core.ids import BotId
from benchmarks.bare_http import post
from benchmarks.figures import Amount, AtLeast, AtMost, Figure, Findings
from benchmarks.rounds import Rounds
from benchmarks.server import Server
from benchmarks.serving import BARE, PATH, WHOLE, Served, served
from entrypoints.bot.intake import source_of

GOAL = AtLeast(0.4)


@dataclass(frozen=True, slots=True)
class WebhookSize:
    """How much is measured."""

    duration_s: float
    connections: int
    """Telegram opens up to 100 to a webhook, and 40 unless told otherwise."""
    kill_after_s: float


@dataclass(slots=True)
class Sender:
    """Brings updates over some connections, as Telegram does: on each of them the next one after the answer."""

    port: int
    connections: int
    numbers: Iterator[int]
    answered: list[int] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with the first answer."""

    async def rate(self, duration_s: float) -> float:
        """Return answered updates a second."""
        before, began = len(self.answered), time.perf_counter()
        until = began + duration_s
        await asyncio.gather(*(self._send_until(until) for _ in range(self.connections)))
        return (len(self.answered) - before) / (time.perf_counter() - began)

    async def _send_until(self, until: float) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            async with self._connection() as (reader, writer):
                while True:
                    number = next(self.numbers)
                    await post(reader, writer, PATH, _update(number))
                    self.answered.append(number)
                    self.begun.set()
                    if time.perf_counter() > until:
                        return

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()


async def measure_webhooks(server: Server, size: WebhookSize, rounds: Rounds) -> Findings:
    """Send to both by turns, then kill ours under load and look for every update that it had answered."""
    numbers = count(1)
    async with contextlib.AsyncExitStack() as open_servers:
        senders = {}
        for kind in (BARE, WHOLE):
            serving = await open_servers.enter_async_context(served(kind, server.house_dsn))
            senders[kind] = Sender(serving.port, size.connections, numbers)
            await senders[kind].rate(size.duration_s / 4)
        medians = await rounds.medians({kind: partial(each.rate, size.duration_s) for kind, each in senders.items()})
    async with served(WHOLE, server.house_dsn) as serving:
        answered, lost = await _lost_by_a_kill(server, serving, size, numbers)
    ours, bare = Amount(medians[WHOLE], "/s"), Amount(medians[BARE], "/s")
    what = f"updates by webhook, {size.connections} connections"
    amounts = Amount(lost, "updates"), Amount(answered, "updates")
    lost_figure = Figure("S8", "answered, and lost by kill -9", amounts[0], "answered", amounts[1], AtMost(0))
    return Findings([Figure("S8", what, ours, "a FastAPI route that says yes", bare, GOAL), lost_figure])


async def _lost_by_a_kill(
    server: Server, serving: Served, size: WebhookSize, numbers: Iterator[int]
) -> tuple[int, int]:
    sender = Sender(serving.port, size.connections, numbers)
    sending = asyncio.create_task(sender.rate(math.inf))
    await sender.begun.wait()
    await asyncio.sleep(size.kill_after_s)
    serving.process.kill()
    await sending
    async with server.house(1) as database:
        rows = await database.rows(
            "SELECT external_id FROM avatar.arrivals WHERE source = %s", source_of(BotId(PATH.rpartition("/")[2]))
        )
    kept = {external_id for (external_id,) in rows}
    assert sender.answered
    return len(sender.answered), sum(str(number) not in kept for number in sender.answered)


def _update(number: int) -> bytes:
    """Word an update that needs no answer in the chat: a line of Telegram's own."""
    person = {"id": 1_000 + number % 500, "is_bot": False, "first_name": "A customer"}
    chat = {"id": -1_000 - number % 500, "type": "group", "title": "A group"}
    message = {"message_id": number, "date": 1_790_000_000, "chat": chat, "from": person, "new_chat_title": "A group"}
    return json.dumps({"update_id": number, "message": message}).encode()
