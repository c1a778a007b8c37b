"""A class is named as a port's adapter when it has the port's shape, not when its methods have the same names."""

import pytest

from avatar_core.ports import BeginUnitOfWork, PaymentGateway, Warden
from tests.docs.from_core import adapters_by_port, fits, port_classes


class ByName:
    """An index: its ``first`` is another one."""

    def first(self, key: str) -> str | None:
        raise NotImplementedError


class OtherParameters:
    async def first(self, key: str) -> bool:
        raise NotImplementedError


class NotAwaited:
    def first(self, topic: str, at: object, every_s: float) -> bool:
        raise NotImplementedError


class Strict:
    async def first(self, topic: str, at: object, every_s: float, *, strictly: bool = True) -> bool:
        raise NotImplementedError


@pytest.mark.parametrize("odd", [ByName, OtherParameters, NotAwaited])
def test_a_class_whose_methods_only_have_the_names_is_no_adapter(odd: type) -> None:
    assert not fits(odd, Warden)
    assert not fits(odd, BeginUnitOfWork)


def test_a_class_with_the_shape_is_an_adapter_whatever_else_it_takes() -> None:
    assert fits(Strict, Warden)
    assert not fits(Strict, PaymentGateway)


def test_every_port_has_an_adapter_in_memory_and_tables_have_none() -> None:
    found = adapters_by_port()
    assert set(found) == set(port_classes())
    assert all(any(".memory." in each for each in adapters) for adapters in found.values())
    assert not [each for adapters in found.values() for each in adapters if each.startswith("adapters.memory.rows.")]
