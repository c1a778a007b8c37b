"""Every machine over memory, and over a real PostgreSQL in a shorter profile."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from adapters.postgres.embedded import EmbeddedPostgres
from tests.properties.ledger import Ledger
from tests.properties.machine import Business, PostgresHome
from tests.properties.payments import Payments
from tests.properties.subscriptions import Subscriptions
from tests.properties.trainings import Trainings

MACHINES: list[type[Business]] = [Ledger, Payments, Subscriptions, Trainings]


@pytest.mark.parametrize("machine", MACHINES)
def test_nothing_that_happens_in_memory_surprises_the_oracle(machine: type[Business]) -> None:
    run_state_machine_as_test(machine)


@pytest.mark.parametrize("machine", MACHINES)
def test_nothing_that_happens_on_postgres_surprises_the_oracle(
    machine: type[Business], postgres_server: EmbeddedPostgres, migrated_template: str
) -> None:
    def home() -> PostgresHome:
        return PostgresHome(postgres_server, migrated_template)

    there = type(machine.__name__, (machine,), {"home": staticmethod(home)})
    run_state_machine_as_test(there, settings=settings.get_profile("postgres"))
