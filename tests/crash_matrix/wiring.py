"""An open house whose every way out passes a tripwire: ports, the vendors' requests behind them, the web's answers."""

import inspect
import json
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import httpx
from aiogram import Bot
from aiogram.methods import TelegramMethod
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.replicate import ReplicateTrainer
from avatar_core.dossier import Record
from avatar_core.events import Event
from avatar_core.ports import BeginUnitOfWork, EventPublisher, UnitOfWork
from avatar_core.tasks import Happening, Task
from entrypoints.bot.desk import Rails
from entrypoints.bot.polling import RawUpdates
from entrypoints.ground import Store
from entrypoints.house import Vendors
from entrypoints.vendors import OpenHouse
from tests.crash_matrix.boundaries import Tripwire

Label = Callable[..., str]
UNCOUNTED = {"deleteWebhook", "setMyCommands"}
"""Said at each start, whatever happens: nothing of ours depends on when."""
_LONG_NAME = re.compile(r"(?<=/)(?=[0-9a-z-]*\d)[0-9a-z-]{16,}")
_telling: ContextVar[bool] = ContextVar("telling", default=False)


class Watched:
    """A port whose methods named in ``labels`` pass the tripwire; everything else is the port's own."""

    def __init__(self, inner: object, tripwire: Tripwire, labels: Mapping[str, Label]) -> None:
        self._inner, self._tripwire, self._labels = inner, tripwire, labels

    def __getattr__(self, name: str) -> object:
        found = getattr(self._inner, name)
        if name not in self._labels or not inspect.iscoroutinefunction(found):
            return found

        async def watched(*args: Any, **kwargs: Any) -> object:  # noqa: ANN401  (whatever the port takes)
            return await self._tripwire.around(self._labels[name](*args), found(*args, **kwargs))

        return watched


def _always(label: str) -> Label:
    return lambda *_: label


def _named(port: str, *methods: str) -> dict[str, Label]:
    return {method: _always(f"{port}.{method}") for method in methods}


class WatchedWork(Watched):
    """A unit of work that names its commit by what it writes."""

    def __init__(self, inner: UnitOfWork, tripwire: Tripwire) -> None:
        labels: dict[str, Label] = {
            "dossier": lambda subject: f"read {type(subject).__name__}",
            "evidence": _always("read evidence"),
            "next_number": _always("next number"),
            "commit": lambda: f"commit {' '.join(self._written)}",
        }
        super().__init__(inner, tripwire, labels)
        self._work = inner
        self._written: list[str] = []

    def save(self, *records: Record) -> None:
        self._written += [_worded(record) for record in records]
        self._work.save(*records)

    def emit(self, *events: Event) -> None:
        self._written += [event.name for event in events]
        self._work.emit(*events)


def _worded(record: Record) -> str:
    run = getattr(record, "run", None)
    status = getattr(run or record, "status", "")
    return f"{type(record).__name__}:{status}" if isinstance(status, str) and status else type(record).__name__


class WatchedBegin:
    """Begins such units of work."""

    def __init__(self, inner: BeginUnitOfWork, tripwire: Tripwire) -> None:
        self._inner, self._tripwire = inner, tripwire

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[UnitOfWork]:
        async with self._inner() as work:
            yield cast("UnitOfWork", WatchedWork(work, self._tripwire))

    async def pause(self, attempt: int) -> None:
        await self._inner.pause(attempt)


class WatchedOutbox(Watched):
    """An outbox; a claim that finds nothing is no boundary."""

    async def claim(self, *args: Any) -> Sequence[Task]:  # noqa: ANN401  (whatever the port takes)
        inner: Any = self._inner
        tasks: Sequence[Task] = await inner.claim(*args)
        if tasks:
            self._tripwire.passed("outbox.claim")
        return tasks


class WatchedMessenger(Watched):
    """A messenger; the requests of its own that it makes are no boundaries of their own."""

    def __getattr__(self, name: str) -> object:
        found = super().__getattr__(name)
        if name not in self._labels:
            return found

        async def telling(*args: object) -> object:
            token = _telling.set(True)
            try:
                return await cast("Callable[..., Awaitable[object]]", found)(*args)
            finally:
                _telling.reset(token)

        return telling


@dataclass(frozen=True, slots=True)
class AnsweringWatched:
    """ASGI middleware: what the web app answers is an acknowledgement, with a boundary on each side of it."""

    app: ASGIApp
    tripwire: Tripwire

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        label, occurrence = "", 0

        async def answered(message: Message) -> None:
            nonlocal label, occurrence
            if message["type"] == "http.response.start":
                label = f"answer {scope['method']} {scope['path']} {message['status']}"
                occurrence = self.tripwire.begins(label)
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self.tripwire.ended(label, occurrence)

        await self.app(scope, receive, answered)


@dataclass(frozen=True, slots=True)
class RecordingPublisher:
    """A publisher that also notes what other systems have heard by now."""

    inner: EventPublisher
    file: int

    async def publish(self, happening: Happening) -> None:
        await self.inner.publish(happening)
        os.write(self.file, f"{happening.id} {happening.event.name}\n".encode())


def recording(house: OpenHouse, file: Path) -> OpenHouse:
    """Return the house with a record of what it publishes."""
    noted = os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    publisher = RecordingPublisher(house.vendors.publisher, noted)
    return replace(house, vendors=replace(house.vendors, publisher=publisher))


def watched(house: OpenHouse, tripwire: Tripwire) -> OpenHouse:
    """Return the house with a tripwire at every way out."""
    _watch_telegram(house, tripwire)
    _watch_replicate(house, tripwire)
    ground = replace(house.ground, store=_watched_store(house.ground.store, tripwire))
    return replace(house, ground=ground, vendors=_watched_vendors(house.vendors, tripwire))


def _watched_store(store: Store, tripwire: Tripwire) -> Store:
    def task(verb: str) -> Label:
        return lambda task, *_: f"outbox.{verb} {task.reaction} {task.happening.event.name}"

    of_inbox: dict[str, Label] = {
        "keep": lambda source, arrivals, _at: f"inbox.keep {source.partition(':')[0]} {_kinds(arrivals)}",
        "handled": lambda source, _id: f"inbox.handled {source.partition(':')[0]}",
    }
    of_outbox = {verb: task(verb) for verb in ("done", "again", "bury")}
    return replace(
        store,
        begin=WatchedBegin(store.begin, tripwire),
        outbox=cast("Any", WatchedOutbox(store.outbox, tripwire, of_outbox)),
        inbox=cast("Any", Watched(store.inbox, tripwire, of_inbox)),
        conversations=cast("Any", Watched(store.conversations, tripwire, _named("conversations", "put", "drop"))),
    )


def _kinds(arrivals: Sequence[tuple[str, str]]) -> str:
    kinds = {kind for _, raw in arrivals for kind in json.loads(raw)}
    return " ".join(sorted(kinds & {"message", "callback_query", "pre_checkout_query"}))


def _watched_vendors(vendors: Vendors, tripwire: Tripwire) -> Vendors:
    def watch(port: object, name: str, *methods: str) -> Any:  # noqa: ANN401  (it stands for any port)
        return Watched(port, tripwire, _named(name, *methods))

    of_messenger: dict[str, Label] = {
        "tell": lambda address, news: f"messenger.tell {address.role} {news.name}",
        "amend": lambda _address, _message, news: f"messenger.amend {news.name}",
        "send_images": _always("messenger.send_images"),
    }
    rails = tuple(replace(rail, gateway=watch(rail.gateway, "gateway", "checkout")) for rail in vendors.rails.rails)
    publish: dict[str, Label] = {"publish": lambda happening: f"publish {happening.event.name}"}
    return replace(
        vendors,
        photos=watch(vendors.photos, "photos", "put", "get", "pack", "delete"),
        trainer=watch(vendors.trainer, "trainer", "find", "submit", "report", "cancel"),
        painter=watch(vendors.painter, "painter", "find", "submit", "report", "fetch"),
        messenger=cast("Any", WatchedMessenger(vendors.messenger, tripwire, of_messenger)),
        publisher=cast("Any", Watched(vendors.publisher, tripwire, publish)),
        rails=Rails(rails),
    )


def _watch_telegram(house: OpenHouse, tripwire: Tripwire) -> None:
    """Watch what conversations ask Telegram for; the messenger has boundaries of its own."""

    acknowledged = 0

    async def asked(make: Any, bot: Bot, method: TelegramMethod[Any]) -> Any:  # noqa: ANN401  (aiogram's generics)
        nonlocal acknowledged
        name = method.__api_method__
        if isinstance(method, RawUpdates):
            acknowledges, acknowledged = method.offset > acknowledged, method.offset
        else:
            acknowledges = not _telling.get() and name not in UNCOUNTED
        call = make(bot, method)
        return await (tripwire.around(f"Telegram {name}", call) if acknowledges else call)

    for bot in list(house.telegram.bots.values())[:1]:  # they share one session
        bot.session.middleware(cast("Any", asked))


def _watch_replicate(house: OpenHouse, tripwire: Tripwire) -> None:
    """Watch each request to the provider: a submission is several."""
    trainer = house.vendors.trainer
    assert isinstance(trainer, ReplicateTrainer)
    wire = trainer.connection.api._transport
    send = wire.handle_async_request

    async def sent(request: httpx.Request) -> httpx.Response:
        path = _LONG_NAME.sub("*", request.url.path)
        return await tripwire.around(f"Replicate {request.method} {path}", send(request))

    setattr(wire, "handle_async_request", sent)  # noqa: B010  (mypy holds methods for fixed)
