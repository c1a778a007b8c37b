"""What is handed over: to providers what the customer chose, to the customer what was ordered."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.memory import Album, MemoryDatabase, MemoryPainter, MemoryPhotoStore, MemoryTrainer, RecordingMessenger
from avatar_core.avatars import Gender
from avatar_core.dossier import Record
from avatar_core.ports import PaintingOrder, TrainingOrder
from avatar_core.tasks import Happening
from entrypoints.simulation.audit import Broken
from entrypoints.simulation.oracle import Oracle

WORDS = {Gender.MALE: "man", Gender.FEMALE: "woman", Gender.OTHER: "person"}

ENTRY = b"PK\x01\x02"
"""With this begins what a ZIP says of each of its files, which lie in it as they are."""


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where goods leave the business: each remembers all of them."""

    trainer: MemoryTrainer
    painter: MemoryPainter
    messenger: RecordingMessenger
    disk: MemoryPhotoStore


class Goods:
    """Looks, at each commit, at what was handed over since the one before."""

    def __init__(self, database: MemoryDatabase, oracle: Oracle, outlets: Outlets) -> None:
        self._database = database
        self._oracle = oracle
        self._disk = outlets.disk
        self._outlets: tuple[tuple[list[Any], Callable[[Any], Iterator[Broken]]], ...] = (
            (outlets.trainer.orders, self._training),
            (outlets.painter.orders, self._painting),
            (outlets.messenger.albums, self._album),
        )
        self._seen = [0, 0, 0]

    def committed(self, records: Sequence[Record], happenings: Sequence[Happening]) -> Iterator[Broken]:
        """Go through what was not handed over as it should have been."""
        for place, (handed, look_at) in enumerate(self._outlets):
            while self._seen[place] < len(handed):
                yield from look_at(handed[self._seen[place]])
                self._seen[place] += 1

    def _training(self, order: TrainingOrder) -> Iterator[Broken]:
        training, sitting = self._database.trainings[order.id], self._oracle.sittings[order.id]
        chosen = (sitting.trainer, sitting.steps, self._database.avatars[sitting.avatar].trigger)
        told = (order.offer.code, order.steps, order.trigger)
        if told != chosen:
            yield Broken("what is trained is what was chosen", order.id, f"{told}, not {chosen}")
        archive = self._disk.kept.get(order.archive)
        if archive is None:
            if not training.run.status.final:  # then its files are deleted, however late a run begins
                yield Broken("what is trained is what was chosen", order.id, "no archive")
            return
        packed, photos = archive.count(ENTRY), [self._disk.kept[photo.ref] for photo in training.photos]
        if packed != len(photos) or not all(photo in archive for photo in photos):
            yield Broken("what is trained is what was chosen", order.id, f"{packed} photos in the archive")

    def _painting(self, order: PaintingOrder) -> Iterator[Broken]:
        idea = self._oracle.ideas[order.id]
        avatar = self._database.avatars[idea.avatar]
        prompt = f"photo of {avatar.trigger}, a {WORDS[avatar.gender]}"
        chosen = (self._oracle.models.get(idea.avatar), prompt, idea.aspect, idea.count)
        told = (order.model, order.prompt, order.aspect, order.count)
        if told != chosen:
            yield Broken("what is painted is what was chosen", order.id, f"{told}, not {chosen}")

    def _album(self, album: Album) -> Iterator[Broken]:
        customer = self._database.customers[self._oracle.orders[album.order]]
        if album.address.telegram_id != customer.telegram_id:
            yield Broken("an album goes to whoever ordered it", album.order, str(album.address.telegram_id))
        name = f"/{album.order}/".encode()
        if len(set(album.images)) < len(album.images) or not all(name in image for image in album.images):
            yield Broken("an album has the images of its order", album.order)
