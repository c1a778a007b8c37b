"""The machines: anything that can happen, in any order, against an oracle that knows nothing of the store."""

from avatar_core.testing.machines.business import Business, Home
from avatar_core.testing.machines.contract import MACHINES, MachinesContract
from avatar_core.testing.machines.ledger import Ledger
from avatar_core.testing.machines.payments import Payments
from avatar_core.testing.machines.subscriptions import Subscriptions
from avatar_core.testing.machines.trainings import Trainings

__all__ = ["MACHINES", "Business", "Home", "Ledger", "MachinesContract", "Payments", "Subscriptions", "Trainings"]
