"""Every machine over one store."""

from collections.abc import Callable
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from avatar_core.testing.machines.business import Business, Home
from avatar_core.testing.machines.ledger import Ledger
from avatar_core.testing.machines.payments import Payments
from avatar_core.testing.machines.subscriptions import Subscriptions
from avatar_core.testing.machines.trainings import Trainings

MACHINES: tuple[type[Business], ...] = (Ledger, Payments, Subscriptions, Trainings)


class MachinesContract:
    """Fill ``home`` with what makes a home over your store; ``profile`` names a Hypothesis profile of yours."""

    profile: ClassVar[str | None] = None

    @pytest.fixture
    def home(self) -> Callable[[], Home]:
        raise NotImplementedError

    @pytest.mark.parametrize("machine", MACHINES)
    def test_nothing_that_happens_surprises_the_oracle(self, machine: type[Business], home: Callable[[], Home]) -> None:
        there = type(machine.__name__, (machine,), {"home": staticmethod(home)})
        run_state_machine_as_test(there, settings=settings.get_profile(self.profile) if self.profile else None)
