"""Which suite proves which port."""

from collections.abc import Mapping

from avatar_core import ports
from avatar_core.testing.books import BooksContract
from avatar_core.testing.clock import ClockContract
from avatar_core.testing.event_publisher import EventPublisherContract
from avatar_core.testing.inbox import InboxContract
from avatar_core.testing.messenger import MessengerContract
from avatar_core.testing.names import NamesContract
from avatar_core.testing.outbox import OutboxContract
from avatar_core.testing.painter import PainterContract
from avatar_core.testing.payment_gateway import PaymentGatewayContract
from avatar_core.testing.photo_inspector import PhotoInspectorContract
from avatar_core.testing.photo_store import PhotoStoreContract
from avatar_core.testing.trainer import TrainerContract
from avatar_core.testing.unit_of_work import UnitOfWorkContract
from avatar_core.testing.warden import WardenContract
from avatar_core.testing.worklists import WorklistsContract

SUITES: Mapping[str, type] = {
    ports.Clock.__name__: ClockContract,
    ports.Names.__name__: NamesContract,
    ports.UnitOfWork.__name__: UnitOfWorkContract,
    ports.BeginUnitOfWork.__name__: UnitOfWorkContract,
    ports.Books.__name__: BooksContract,
    ports.Worklists.__name__: WorklistsContract,
    ports.Outbox.__name__: OutboxContract,
    ports.Inbox.__name__: InboxContract,
    ports.Trainer.__name__: TrainerContract,
    ports.Painter.__name__: PainterContract,
    ports.PaymentGateway.__name__: PaymentGatewayContract,
    ports.Messenger.__name__: MessengerContract,
    ports.PhotoInspector.__name__: PhotoInspectorContract,
    ports.PhotoStore.__name__: PhotoStoreContract,
    ports.EventPublisher.__name__: EventPublisherContract,
    ports.Warden.__name__: WardenContract,
}
"""By the port's name.  A gateway that anybody can reach is proved by SignedGatewayContract, a stricter one."""
