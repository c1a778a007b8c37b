"""Customers: known by their Telegram id alone, once, however often and at once they come."""

import asyncio
from dataclasses import replace

import pytest

from avatar_core.customers import Language
from avatar_core.errors import ConcurrentChange, CustomerNotFound
from avatar_core.events import CustomerRegistered
from avatar_core.ids import BotId, CustomerId, NetworkId, TelegramId
from avatar_core.money import NO_STARS
from avatar_core.testing.examples import BOT, NETWORK, NOW
from avatar_core.testing.faults import Fate, Killed, die, lose
from avatar_core.use_cases.customers import Visit
from tests.use_cases.world import MemoryWorld

FAN = Visit(BOT, TelegramId(1), "Fan", "ru-RU")


async def test_whoever_comes_first_is_registered_and_the_owner_hears_of_it(world: MemoryWorld) -> None:
    dossier = await world.welcome(FAN)
    customer = dossier.customer
    assert (customer.telegram_id, customer.bot, customer.network, customer.name) == (
        FAN.telegram_id,
        BOT,
        NETWORK,
        "Fan",
    )
    assert (customer.language, customer.registered_at, customer.inviter) == (Language.RU, NOW, None)
    assert dossier.wallet.available == NO_STARS
    assert world.happened() == [CustomerRegistered(customer=customer.id, person="Fan")]


async def test_of_whom_telegram_tells_nothing_the_name_is_empty_and_the_language_english(world: MemoryWorld) -> None:
    customer = (await world.welcome(Visit(BOT, TelegramId(1)))).customer
    assert (customer.name, customer.language, customer.inviter) == ("", Language.EN, None)


async def test_whoever_comes_again_is_the_same_customer(world: MemoryWorld, fate: Fate) -> None:
    first = await world.welcome(FAN)
    commits = fate.commits
    assert await world.welcome(FAN) == first
    assert fate.commits == commits


async def test_a_new_name_and_another_bot_of_the_network_are_noted(world: MemoryWorld) -> None:
    first = await world.welcome(FAN)
    again = await world.welcome(replace(FAN, name="Fan K."))
    assert again.customer == replace(first.customer, name="Fan K.", version=2)
    assert len(world.happened()) == 1


async def test_whoever_had_blocked_the_bot_is_known_to_return_once(world: MemoryWorld) -> None:
    first = await world.welcome(FAN)
    await world.note_unreachable(first.customer.id)
    again = await world.welcome(FAN)
    assert (again.customer.reachable, again.returned) == (True, True)
    assert [first.returned, (await world.welcome(FAN)).returned] == [False, False]
    assert (await world.welcome(replace(FAN, name="Fan K."))).returned is False


async def test_telegrams_language_counts_only_the_first_time(world: MemoryWorld) -> None:
    customer = (await world.welcome(FAN)).customer
    await world.choose_language(customer.id, Language.EN)
    assert (await world.welcome(FAN)).customer.language is Language.EN


async def test_the_same_person_in_another_network_is_another_customer(world: MemoryWorld) -> None:
    here = (await world.welcome(FAN)).customer
    there = (await world.welcome(replace(FAN, bot=BotId("stranger_bot")))).customer
    assert here.id != there.id
    assert (here.network, there.network) == (NETWORK, NetworkId("stranger_bot"))


async def test_an_inviter_is_remembered(world: MemoryWorld) -> None:
    inviter = (await world.welcome(FAN)).customer.id
    invited = (await world.welcome(Visit(BOT, TelegramId(2), inviter=inviter))).customer
    assert (invited.inviter, invited.language) == (inviter, Language.EN)


async def test_many_first_visits_at_once_are_one_customer(world: MemoryWorld) -> None:
    visits = await asyncio.gather(*(world.welcome(FAN) for _ in range(64)))
    assert len({each.customer.id for each in visits}) == 1
    assert len(world.named("customer.registered")) == 1


@pytest.mark.parametrize("when", ["before", "after"])
async def test_whoever_was_being_registered_when_the_process_died_is_registered_once(
    world: MemoryWorld, fate: Fate, when: str
) -> None:
    getattr(fate, when).append(die)
    with pytest.raises(Killed):
        await world.welcome(FAN)
    await world.welcome(FAN)
    assert len(world.named("customer.registered")) == 1


async def test_nobody_who_is_not_there_is_read_as_somebody_with_nothing(world: MemoryWorld) -> None:
    with pytest.raises(CustomerNotFound):
        await world.read(CustomerId("nobody"))


async def test_a_language_is_chosen_once(world: MemoryWorld, fate: Fate) -> None:
    customer = (await world.welcome(FAN)).customer
    commits = fate.commits
    assert (await world.choose_language(customer.id, Language.RU)).language is Language.RU
    assert fate.commits == commits
    assert (await world.choose_language(customer.id, Language.EN)).language is Language.EN
    assert (await world.read(customer.id)).customer.language is Language.EN


async def test_whoever_blocked_the_bot_is_unreachable_until_they_come_back(world: MemoryWorld, fate: Fate) -> None:
    customer = (await world.welcome(FAN)).customer
    await world.note_unreachable(customer.id)
    commits = fate.commits
    await world.note_unreachable(customer.id)
    assert fate.commits == commits
    assert not (await world.read(customer.id)).customer.reachable
    assert (await world.welcome(FAN)).customer.reachable


async def test_whoever_was_not_fast_enough_reads_and_decides_again(world: MemoryWorld, fate: Fate) -> None:
    customer = (await world.welcome(FAN)).customer
    fate.before[:] = [lose, lose]
    await world.choose_language(customer.id, Language.EN)
    assert fate.pauses == [1, 2]


async def test_whoever_is_never_fast_enough_gives_up_at_the_25th_try(world: MemoryWorld, fate: Fate) -> None:
    customer = (await world.welcome(FAN)).customer
    fate.before[:] = [lose] * 100
    with pytest.raises(ConcurrentChange):
        await world.choose_language(customer.id, Language.EN)
    assert fate.pauses == list(range(1, 25))
