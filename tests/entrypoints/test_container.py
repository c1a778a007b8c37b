"""The wiring: whatever an entrypoint asks of its container resolves, and nothing falls back on a default."""

import dataclasses
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module

import pytest

import avatar_core.use_cases
from entrypoints.bot.desk import Desk
from entrypoints.container.ground import ON_THE_GROUND, Container, cli_container
from entrypoints.container.whole import WITH_VENDORS, bot_container, web_container, worker_container
from entrypoints.house import House
from entrypoints.web.desk import RobokassaDoor, WebDesk
from entrypoints.worker.due import DueVerbs
from entrypoints.worker.worker import Worker
from tests.entrypoints.memory_house import MemoryHouse

INNER = {"Handover"}
"""What use cases make for themselves."""
WHOLE: tuple[Callable[[House], Container], ...] = (bot_container, web_container, worker_container)


@pytest.fixture
def house() -> House:
    return MemoryHouse().house


def use_cases() -> Iterator[type]:
    for module in pkgutil.iter_modules(avatar_core.use_cases.__path__, "avatar_core.use_cases."):
        for name, each in inspect.getmembers(import_module(module.name), inspect.isclass):
            is_its_own = each.__module__ == module.name and dataclasses.is_dataclass(each)
            if is_its_own and "__call__" in vars(each) and name not in INNER:
                yield each


def test_every_use_case_there_is_has_a_place_in_the_wiring() -> None:
    assert set(use_cases()) == {*ON_THE_GROUND, *WITH_VENDORS}


@pytest.mark.parametrize("make", WHOLE)
@pytest.mark.parametrize("use_case", [*ON_THE_GROUND, *WITH_VENDORS])
def test_every_use_case_resolves_where_vendors_are(
    house: House, make: Callable[[House], Container], use_case: type
) -> None:
    assert isinstance(make(house).get(use_case), use_case)


@pytest.mark.parametrize("use_case", ON_THE_GROUND)
def test_a_command_gets_every_use_case_of_the_ground(house: House, use_case: type) -> None:
    assert isinstance(cli_container(house.ground).get(use_case), use_case)


def test_each_entrypoint_gets_its_desk(house: House) -> None:
    assert bot_container(house).get(Desk).store is house.vendors.photos
    assert web_container(house).get(WebDesk).readiness is house.ground.store.readiness
    assert worker_container(house).get(Worker).tasks.outbox is house.ground.store.outbox


@pytest.mark.parametrize("injected", [*ON_THE_GROUND, *WITH_VENDORS, Desk, WebDesk, RobokassaDoor, DueVerbs])
def test_nothing_injected_has_a_default_that_punq_would_silently_take(injected: type) -> None:
    assert [
        field.name
        for field in dataclasses.fields(injected)
        if field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
    ] == []


def test_containers_share_nothing(house: House) -> None:
    bot_container(house)
    with pytest.raises(Exception, match="Desk"):
        web_container(house).get(Desk)


def test_two_workers_have_names_of_their_own(house: House) -> None:
    first, second = (worker_container(house).get(Worker) for _ in range(2))
    assert first.tasks.name != second.tasks.name
