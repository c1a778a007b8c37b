"""A Replicate on this machine, and the adapters connected to it."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from adapters.disk import DiskPhotoStore
from adapters.replicate import (
    ReplicateConnection,
    ReplicatePainter,
    ReplicateSettings,
    ReplicateTrainer,
    connected_replicate,
)
from avatar_core.catalogue_file import load_catalogue
from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from avatar_core.ids import PhotoRef, PortraitOrderId, TrainingId
from avatar_core.ports import PaintingOrder, TrainingOrder
from avatar_core.runs import ModelVersion, Ticket
from avatar_core.testing.provider import Ending, ProviderSwitches
from entrypoints.sandbox.replicate import ReplicateSandbox
from entrypoints.sandbox.replicate.records import Model, Run, RunKind

PHOTOS = sorted((Path(__file__).parents[3] / "examples" / "photos").glob("*.jpg"))
DESTINATION = "avatars/portraits"
WEBHOOK = "https://example.org/replicate"
CATALOGUE = load_catalogue(DEFAULT_CATALOGUE)


@dataclass
class Studio:
    """The stand-in, and both adapters on one connection to it."""

    replicate: ReplicateSandbox
    connection: ReplicateConnection
    trainer: ReplicateTrainer
    painter: ReplicatePainter

    async def training(self, order: str = "order-1", **changes: object) -> TrainingOrder:
        """Pack three photos and word the order."""
        store = self.trainer.photos
        photos = [PhotoRef(f"trainings/{order}/{path.name}") for path in PHOTOS[:3]]
        for ref, path in zip(photos, PHOTOS, strict=False):
            await store.put(ref, path.read_bytes())
        archive = PhotoRef(f"archives/{order}.zip")
        await store.pack(archive, photos)
        offer = CATALOGUE.trainer("flux-dev-lora")
        return replace(TrainingOrder(TrainingId(order), "TOK_ABCDEF", 1000, offer, archive), **changes)  # type: ignore[arg-type]

    def painting(self, order: str = "order-1", **changes: object) -> PaintingOrder:
        """Train a version behind everybody's back and word the order."""
        provider = self.replicate.provider
        if DESTINATION not in provider.models:
            owner, _, name = DESTINATION.partition("/")
            provider.add_model(Model(owner, name, "private", "gpu-h100", self.replicate.clock.now()))
        version = provider.push_version(DESTINATION, tuple(path.read_bytes() for path in PHOTOS[:2]))
        model = ModelVersion(DESTINATION, version.id, None)
        return replace(PaintingOrder(PortraitOrderId(order), model, "TOK_ABCDEF in rain", "2:3", 2, 7), **changes)  # type: ignore[arg-type]


def settings_of(replicate: ReplicateSandbox, **changes: object) -> ReplicateSettings:
    settings = ReplicateSettings(
        token=replicate.token,
        destinations=(DESTINATION,),
        webhook_url=WEBHOOK,
        base_url=replicate.base_url,
        timeout_s=1.0,
    )
    return replace(settings, **changes)  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def opened_studio(folder: Path) -> AsyncIterator[Studio]:
    """Run the stand-in ten times as fast as the clock on the wall, without webhooks."""
    async with ReplicateSandbox.running(training_s=4.0, prediction_s=0.5, speed=10.0) as replicate:
        replicate.silence_webhooks()
        async with connected_replicate(settings_of(replicate)) as connection:
            trainer = ReplicateTrainer(connection, DiskPhotoStore(folder / "photos"), folder)
            painter = ReplicatePainter(connection, CATALOGUE.portraits.parameters)
            yield Studio(replicate, connection, trainer, painter)


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    async with opened_studio(tmp_path) as studio:
        yield studio


def ordered(run: Run) -> dict[str, object]:
    """Return what a run was started with in the words of the providers' contract."""
    training, painting = ("trigger", "steps"), ("prompt", "aspect", "count", "seed")
    vendors = {**CATALOGUE.trainer("flux-dev-lora").names, "aspect": "aspect_ratio", "count": "num_outputs"}
    names = training if run.kind == "training" else painting
    return {"version": run.version.id, **{name: run.input[vendors.get(name, name)] for name in names}}


def studio_switches(replicate: ReplicateSandbox, kind: RunKind) -> ProviderSwitches:
    """Return the stand-in's switches in the words of the providers' contract."""
    training = kind == "training"
    endings: dict[Ending, Callable[[], None]] = {
        Ending.SUCCEED: lambda: replicate.let_run(kind),
        Ending.FAIL: replicate.fail_next_training if training else replicate.fail_next_prediction,
        Ending.CANCEL: replicate.cancel_next_training,
        Ending.VANISH: replicate.vanish_next_training,
        Ending.HANG: replicate.hang_next_training if training else replicate.hang_next_prediction,
    }

    async def let_end(ticket: Ticket) -> None:
        await replicate.ended(replicate.provider.runs[ticket.run])

    return ProviderSwitches(
        started=lambda: len(replicate.provider.runs_of(kind)),
        plan=lambda ending: endings[ending](),
        let_end=let_end,
        revoke_token=replicate.revoke_token,
        restore_token=replicate.restore_token,
        break_next=lambda: replicate.break_next(path_part="/"),  # what was painted as well
        refuse_next=lambda: replicate.refuse_next(path_part=f"/{kind}s"),
        lose_next_answer=lambda: replicate.lose_next_answer(path_part=f"/{kind}s"),
        ordered=lambda: [ordered(run) for run in replicate.provider.runs_of(kind)],
    )
