"""The world in memory: every use case comes out of it wired, and one adapter of another kind can take a place in it."""

import inspect
from typing import Any

import pytest

from adapters.memory.trainer import MemoryTrainer
from adapters.memory.world import BOT, MemoryWorld
from avatar_core.ids import PlanCode, TelegramId
from avatar_core.money import Currency, Stars
from avatar_core.payments import EvidenceStatus, Payment
from avatar_core.use_cases import (
    billing,
    customers,
    delivery,
    drafts,
    operations,
    portraits,
    subscriptions,
    trainings,
    upkeep,
)
from avatar_core.use_cases.billing import OpenPayment, Purchase
from avatar_core.use_cases.settlement import SettlePayment

MODULES = (billing, customers, delivery, drafts, operations, portraits, subscriptions, trainings, upkeep)
USE_CASES: set[type[Any]] = {
    each
    for module in MODULES
    for _, each in inspect.getmembers(module, inspect.isclass)
    if "__call__" in vars(each) and each.__module__ == module.__name__
}


async def bill(world: MemoryWorld) -> Payment:
    visitor = (await world.of(customers.Welcome)(customers.Visit(BOT, TelegramId(1)))).customer
    purchase = Purchase(PlanCode("NEUROPHOTO"), world.gateway.code, Currency.RUB, BOT)
    return await world.of(OpenPayment)(visitor.id, purchase)


def test_every_use_case_comes_out_wired() -> None:
    world = MemoryWorld()
    assert len(USE_CASES) > 30
    assert {type(world.of(each)) for each in USE_CASES} == USE_CASES


def test_use_cases_of_one_world_share_its_ports() -> None:
    world = MemoryWorld()
    assert world.of(SettlePayment).begin is world.begin
    assert world.of(operations.CarryOut).submit_training.trainer is world.trainer


async def test_paying_credits_the_stars_once_however_often_the_notice_comes() -> None:
    world = MemoryWorld()
    payment = await bill(world)
    for _ in range(2):
        assert (await world.pay(payment)).status is EvidenceStatus.SETTLED
    dossier = await world.of(customers.ReadCustomer)(payment.customer)
    assert dossier.wallet.available == Stars.of(476)
    assert await world.books.violations() == []


async def test_carrying_out_leaves_nothing_to_do_but_what_failed() -> None:
    world = MemoryWorld()
    await world.pay(await bill(world))
    assert await world.carry_out() > 0
    assert await world.carry_out() == 0
    assert world.messenger.told
    assert world.publisher.published


def test_an_adapter_of_ones_own_takes_its_place() -> None:
    mine = MemoryTrainer()
    assert MemoryWorld(trainer=mine).of(trainings.PollTraining).trainer is mine


def test_what_the_others_are_made_of_cannot_be_replaced() -> None:
    with pytest.raises(TypeError, match="clock"):
        MemoryWorld(clock=object())
