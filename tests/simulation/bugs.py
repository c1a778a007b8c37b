"""Deliberate bugs: each breaks one rule of the product, in a part that is put into the simulated processes."""

import asyncio
from contextlib import suppress
from dataclasses import replace

from adapters.memory import MemoryDatabase, MemoryGateway
from adapters.memory.rows import Rows
from avatar_core.dossier import Dossier, Record
from avatar_core.errors import AvatarError
from avatar_core.ids import PortraitOrderId
from avatar_core.ledger import TransferKind
from avatar_core.portraits import Image, PortraitOrder
from avatar_core.ports import TrainingOrder
from avatar_core.runs import Ticket
from avatar_core.trainings import Training
from avatar_core.use_cases.delivery import DeliverPortraits
from avatar_core.use_cases.trainings import SubmitTraining, archive_of
from avatar_core.wallet import Wallet
from entrypoints.simulation.life import Killed
from entrypoints.simulation.notices import Door
from entrypoints.simulation.process import Parts
from entrypoints.simulation.work import Work


class NoVersionCheck(Work):
    """Writes trainings and orders over whatever somebody else has written meanwhile."""

    async def write(self) -> None:
        for key, record in self._saved.items():
            self._saved[key] = self._restamped(record)
        await super().write()

    def _restamped(self, record: Record) -> Record:
        match record:
            case Training():
                return replace(record, version=self._stored(self._database.trainings.get(record.id)))
            case PortraitOrder():
                return replace(record, version=self._stored(self._database.orders.get(record.id)))
            case _:
                return record

    def _stored(self, row: Training | PortraitOrder | None) -> int:
        return row.version if row else 0


class _Anything(Rows):  # type: ignore[type-arg]
    """An index that lets the same key in again."""

    def claim(self, key: object, value: object) -> None:
        self.set(key, value)


class NoKeyOfPersons(MemoryDatabase):
    """One person may be two customers."""

    def _lay_people(self) -> None:
        super()._lay_people()
        self.customer_of_person = _Anything(self._journal)


class NoKeyOfDrafts(MemoryDatabase):
    """One customer may have two drafts."""

    def _lay_orders(self) -> None:
        super()._lay_orders()
        self.draft_of_customer = _Anything(self._journal)


class NoRelease(Work):
    """Ends what has failed, and forgets to give the stars back."""

    async def write(self) -> None:
        for key, record in list(self._saved.items()):
            if isinstance(record, Wallet) and any(
                posting.transfer.kind is TransferKind.RELEASE for posting in record.postings
            ):
                del self._saved[key]
        await super().write()


class ChargeFirst(DeliverPortraits):
    """Earns the price of images, and sends them afterwards."""

    async def _keep(self, order: PortraitOrderId, images: tuple[Image, ...]) -> PortraitOrder:
        kept = await super()._keep(order, images)
        await self._charge(order)
        return kept


class PublishFirst(Work):
    """Lets the news out before what they tell is written."""

    async def write(self) -> None:
        news, self._happenings = self._happenings, []
        records, self._saved = self._saved, {}
        self._happenings = news
        await super().write()
        await self.life.reach("between the news and their truth")
        self._saved = records
        await super().write()


class NeverAsking(SubmitTraining):
    """Starts a run without asking whether there is one."""

    async def _give(self, dossier: Dossier, training: Training) -> Ticket:
        archive = archive_of(training.id)
        await self.store.pack(archive, [photo.ref for photo in training.photos])
        offer, trigger = self.catalogue.trainer(training.chosen.trainer), dossier.avatar(training.avatar).trigger
        return await self.trainer.submit(TrainingOrder(training.id, trigger, training.chosen.steps, offer, archive))


class AnswerFirst(Door):
    """Answers the gateway before the evidence is kept."""

    async def take(self, gateway: MemoryGateway, notice: bytes) -> None:
        asyncio.get_running_loop().create_task(self._keep_later(gateway, notice))

    async def _keep_later(self, gateway: MemoryGateway, notice: bytes) -> None:
        with suppress(AvatarError, Killed):
            await super().take(gateway, notice)


BUGS = {
    "no version check": Parts(work=NoVersionCheck),
    "no unique key of persons": Parts(database=NoKeyOfPersons),
    "no unique key of drafts": Parts(database=NoKeyOfDrafts),
    "no release": Parts(work=NoRelease),
    "charge before delivery": Parts(instead={DeliverPortraits: ChargeFirst}),
    "publish before commit": Parts(work=PublishFirst),
    "submit before asking": Parts(instead={SubmitTraining: NeverAsking}),
    "answer before evidence": Parts(instead={Door: AnswerFirst}),
}
