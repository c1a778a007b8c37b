"""Adapters with one mistake each, in the suites that must catch it (see test_wrong_adapters)."""

from dataclasses import replace
from datetime import datetime

import pytest

from adapters.memory import (
    HashInspector,
    MemoryDatabase,
    MemoryGateway,
    MemoryPhotoStore,
    MemoryTrainer,
    MemoryUnitOfWork,
    MemoryWarden,
    RecordingMessenger,
)
from adapters.telegram.stars import StarsGateway
from avatar_core.customers import Address, Customer
from avatar_core.dossier import Record
from avatar_core.errors import ConcurrentChange, StoreUnavailable
from avatar_core.events import Event
from avatar_core.ids import EvidenceId, MessageId, PhotoRef, TrainingId
from avatar_core.money import Currency, Price
from avatar_core.payments import Evidence, evidence_id
from avatar_core.ports import TrainingOrder
from avatar_core.runs import Ticket
from avatar_core.testing.examples import BOT, NOW
from avatar_core.testing.messenger import MessengerContract, MessengerWorld
from avatar_core.testing.payment_gateway import GatewayWorld, PaymentGatewayContract, SignedGatewayContract, payment_of
from avatar_core.testing.photo_inspector import InspectionWorld, PhotoInspectorContract
from avatar_core.testing.photo_store import PhotoStoreContract, PhotoStoreWorld
from avatar_core.testing.provider import TrainerWorld
from avatar_core.testing.store import Store
from avatar_core.testing.trainer import TrainerContract
from avatar_core.testing.unit_of_work_people import PeopleContract
from avatar_core.testing.unit_of_work_races import RacesContract
from avatar_core.testing.warden import WardenContract
from tests.contracts.memory_provider import memory_switches
from tests.contracts.memory_store import memory_store, store_with
from tests.contracts.test_memory_messenger import messenger_world
from tests.contracts.test_memory_photo_inspector import inspection_world
from tests.contracts.test_memory_trainer import order
from tests.contracts.test_telegram_stars_gateway import stars_world


def gateway_world(gateway: MemoryGateway) -> GatewayWorld:
    price = Price(111_000, Currency.RUB)
    return GatewayWorld(gateway, payment_of(gateway, price), lambda paid, charge: gateway.pay(paid, charge, NOW))


class CredulousGateway(MemoryGateway):
    """Believes any signature."""

    def read(self, notice: bytes, at: datetime) -> Evidence:
        return super().read(self.signed(notice.rpartition(b"\n")[0]), at)


class TestCredulousGateway(SignedGatewayContract):
    @pytest.fixture
    def world(self) -> GatewayWorld:
        return gateway_world(CredulousGateway())


class NamelessGateway(MemoryGateway):
    """Calls evidence by the charge alone: another gateway's charge of the same name would be the same evidence."""

    def read(self, notice: bytes, at: datetime) -> Evidence:
        evidence = super().read(notice, at)
        return replace(evidence, id=EvidenceId(evidence.charge))


class TestNamelessGateway(SignedGatewayContract):
    @pytest.fixture
    def world(self) -> GatewayWorld:
        return gateway_world(NamelessGateway())


class HopefulGateway(StarsGateway):
    """Takes money that was given back for money that came."""

    def read(self, notice: bytes, at: datetime) -> Evidence:
        return super().read(notice.replace(b"refunded_payment", b"successful_payment"), at)


class TestHopefulGateway(PaymentGatewayContract):
    @pytest.fixture
    def world(self) -> GatewayWorld:
        return stars_world(HopefulGateway())


class FloatingGateway(MemoryGateway):
    """Reads amounts by way of a float: 0.29 becomes 28 kopecks."""

    def read(self, notice: bytes, at: datetime) -> Evidence:
        evidence = super().read(notice, at)
        return replace(evidence, price=replace(evidence.price, minor=max(int(evidence.price.minor / 100 * 100), 1)))


class TestFloatingGateway(SignedGatewayContract):
    @pytest.fixture
    def world(self) -> GatewayWorld:
        return gateway_world(FloatingGateway())


class SingleMindedGateway(MemoryGateway):
    """Takes the payment's id for the charge's: the money of somebody who pays twice is never seen."""

    def read(self, notice: bytes, at: datetime) -> Evidence:
        evidence = super().read(notice, at)
        charge = str(evidence.payment_id)
        return replace(evidence, id=evidence_id(self.code, charge), charge=charge)


class TestSingleMindedGateway(SignedGatewayContract):
    @pytest.fixture
    def world(self) -> GatewayWorld:
        return gateway_world(SingleMindedGateway())


class ForgetfulUnitOfWork(MemoryUnitOfWork):
    """Tries again by itself with the version that a customer has meanwhile: the last one wins."""

    async def commit(self) -> None:
        try:
            await super().commit()
        except ConcurrentChange:
            before = dict(self._saved)
            self._saved = {key: self._renewed(record) for key, record in before.items()}
            if self._saved == before:
                raise
            await self.commit()

    def _renewed(self, record: Record) -> Record:
        known = self._database.customers.get(record.id) if isinstance(record, Customer) else None
        return replace(record, version=known.version) if isinstance(record, Customer) and known else record


class TestForgetfulUnitOfWork(PeopleContract, RacesContract):
    @pytest.fixture
    def store(self) -> Store:
        return store_with(ForgetfulUnitOfWork)


class OverwritingPhotoStore(MemoryPhotoStore):
    """Keeps by the file's name alone, so that one album's photo overwrites another's; breaks off on a full disk."""

    async def put(self, ref: PhotoRef, content: bytes) -> None:
        name = PhotoRef(ref.rpartition("/")[2])
        self.kept[name] = content[:10] if self.full else content
        if self.full:
            raise StoreUnavailable(reason="no space left on device")

    async def get(self, ref: PhotoRef) -> bytes:
        return await super().get(PhotoRef(ref.rpartition("/")[2]))

    async def delete(self, ref: PhotoRef) -> None:
        await super().delete(PhotoRef(ref.rpartition("/")[2]))


class TestOverwritingPhotoStore(PhotoStoreContract):
    @pytest.fixture
    def world(self) -> PhotoStoreWorld:
        store = OverwritingPhotoStore()
        return PhotoStoreWorld(store, lambda: setattr(store, "full", True))


class AmnesicTrainer(MemoryTrainer):
    """Finds only the runs that it told of itself."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    async def submit(self, order: TrainingOrder) -> Ticket:
        ticket = await super().submit(order)
        self.told.append(order.id)
        return ticket

    async def find(self, order: TrainingId) -> Ticket | None:
        found = await super().find(order)
        return found if order in self.told else None


class TestAmnesicTrainer(TrainerContract):
    @pytest.fixture
    def world(self) -> TrainerWorld:
        trainer = AmnesicTrainer()
        return TrainerWorld(trainer, memory_switches(trainer, lambda name: trainer.finish(TrainingId(name))), order)


class UnbendingMessenger(RecordingMessenger):
    """Lets stand what was once said."""

    async def amend(self, address: Address, message: MessageId, news: Event) -> None:
        known = next((each.shown for each in self.told if each.id == message), news)
        await super().amend(address, message, known)


class TestUnbendingMessenger(MessengerContract):
    @pytest.fixture
    def world(self) -> MessengerWorld:
        return messenger_world(UnbendingMessenger())


class OneBotMessenger(RecordingMessenger):
    """Tells everybody by one and the same bot, which most of them have never seen."""

    async def tell(self, address: Address, news: Event) -> MessageId:
        return await super().tell(replace(address, bot=BOT), news)


class TestOneBotMessenger(MessengerContract):
    @pytest.fixture
    def world(self) -> MessengerWorld:
        return messenger_world(OneBotMessenger())


class IndiscreetInspector(HashInspector):
    """Keeps photos as they came."""

    async def prepared(self, content: bytes) -> bytes:
        return content


class TestIndiscreetInspector(PhotoInspectorContract):
    @pytest.fixture
    def world(self) -> InspectionWorld:
        return inspection_world(IndiscreetInspector())


class NaggingWarden(MemoryWarden):
    """Counts the time from whoever asked last, so that whoever keeps asking is never let through."""

    async def first(self, topic: str, at: datetime, every_s: float) -> bool:
        passed = await super().first(topic, at, every_s)
        self._database.said.set(topic, at)
        return passed


class TestNaggingWarden(WardenContract):
    @pytest.fixture
    def store(self) -> Store:
        database = MemoryDatabase()
        return replace(memory_store(database), warden=NaggingWarden(database))
