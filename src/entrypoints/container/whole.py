"""Everything wired: bot, web and worker, each from a fresh container."""

import os
import random
import socket

from avatar_core.ports import (
    EventPublisher,
    Messenger,
    Painter,
    PhotoInspector,
    PhotoStore,
    Trainer,
)
from avatar_core.use_cases import delivery, drafts, operations, portraits, trainings, upkeep
from entrypoints.bot.desk import Desk, Rails, ReadOrder
from entrypoints.container.ground import Container, lay_ground
from entrypoints.ground import Ground
from entrypoints.house import House, Vendors
from entrypoints.notices import RunNotices, TakeRunNotice
from entrypoints.web.desk import RobokassaDoor, WebDesk
from entrypoints.worker.due import DueVerbs, RoundPace, rounds_of
from entrypoints.worker.patience import Patience
from entrypoints.worker.rounds import Rounds
from entrypoints.worker.tasks import Pace, TaskLoop
from entrypoints.worker.worker import Worker

WITH_VENDORS = (
    drafts.StartDraft,
    drafts.AddPhoto,
    drafts.RemovePhoto,
    drafts.DiscardDraft,
    drafts.QuoteTraining,
    trainings.RequestTraining,
    trainings.SubmitTraining,
    trainings.RecordTrainingReport,
    trainings.PollTraining,
    trainings.CancelTraining,
    trainings.DropFiles,
    trainings.StopTraining,
    trainings.DeletePhotos,
    upkeep.SweepPhotos,
    upkeep.ForgetArrivals,
    portraits.QuotePortraits,
    portraits.RequestPortraits,
    portraits.SubmitPortraits,
    portraits.RecordPortraitReport,
    portraits.PollPortraits,
    delivery.DeliverPortraits,
    operations.TellCustomer,
    operations.TellOwner,
    operations.CarryOut,
)
"""Use cases that need somebody outside too."""


def bot_container(house: House) -> Container:
    """Wire what conversations need: ``get(Desk)``."""
    container = _with_vendors(house)
    container.build(ReadOrder, Desk)
    return container


def web_container(house: House) -> Container:
    """Wire what the web app needs: ``get(WebDesk)``."""
    container = _with_vendors(house)
    container.build(TakeRunNotice, RobokassaDoor, WebDesk)
    return container


def worker_container(house: House) -> Container:
    """Wire what the worker needs: ``get(Worker)``; each call is another worker, by name."""
    container = _with_vendors(house)
    container.build(TakeRunNotice, DueVerbs)
    container.lay(Worker, _worker(container, house.ground))
    return container


def _with_vendors(house: House) -> Container:
    container = Container()
    lay_ground(container, house.ground)
    _lay_vendors(container, house.vendors)
    return container


def _lay_vendors(container: Container, vendors: Vendors) -> None:
    container.lay(PhotoStore, vendors.photos)
    container.lay(PhotoInspector, vendors.inspector)
    container.lay(Trainer, vendors.trainer)
    container.lay(Painter, vendors.painter)
    container.lay(Messenger, vendors.messenger)
    container.lay(EventPublisher, vendors.publisher)
    container.lay(Rails, vendors.rails)
    container.lay(RunNotices, vendors.run_notices)
    container.build(*WITH_VENDORS)


def _worker(container: Container, ground: Ground) -> Worker:
    settings = ground.settings
    tasks = TaskLoop(
        name=f"{socket.gethostname()}-{os.getpid()}-{ground.names.fresh()}",
        outbox=ground.store.outbox,
        carry_out=container.get(operations.CarryOut),
        clock=ground.clock,
        bell=ground.bell,
        patience=Patience(random.Random(), settings.retry_first_pause_s),  # noqa: S311  (jitter is no secret)
        redaction=ground.redaction,
        pace=Pace(at_once=settings.worker_tasks),
    )
    pace = RoundPace(settings.rounds_every_s, settings.poll_runs_every_s, settings.keep_photos_days)
    rounds = rounds_of(ground.store.worklists, container.get(DueVerbs), pace)
    return Worker(tasks, Rounds(ground.clock, ground.store.warden, ground.redaction, rounds))
