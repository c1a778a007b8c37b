"""Who may call what: tables that must name everything the code has, each line tried by everybody who may not.

The lists come from the code: a new use case, button, command or route without a line here fails.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import get_type_hints

import pytest

import avatar_core.use_cases
from avatar_core.avatars import Avatar
from avatar_core.errors import NotFound, Refusal
from avatar_core.ids import BotId, CustomerId
from avatar_core.payments import Payment
from avatar_core.portraits import PortraitOrder
from avatar_core.trainings import Training
from avatar_core.use_cases.operations import CarryOut
from avatar_core.use_cases.portraits import Idea
from avatar_core.use_cases.subscriptions import Gift
from entrypoints.bot.desk import Desk
from entrypoints.web.desk import WebDesk
from entrypoints.worker.due import DueVerbs
from tests.use_cases.world import MemoryWorld, memory_world

BOT_OF_THE_VICTIM = BotId("portrait_bot")
BOT, WEB, WORKER, CONSOLE = "bot", "web", "worker", "console"
Attack = Callable[["Victim", CustomerId], Awaitable[object]]


@dataclass
class Victim:
    """Somebody who has one of everything, and the use cases around them."""

    world: MemoryWorld
    id: CustomerId
    draft: Training
    avatar: Avatar
    order: PortraitOrder
    payment: Payment

    def idea(self) -> Idea:
        return Idea(self.avatar.id, "photo of {trigger}", "2:3", 1)


@dataclass(frozen=True)
class Line:
    """Where a use case can be reached from, and how somebody else would try it on the victim's things."""

    doors: frozenset[str]
    attack: Attack | None = None
    """None: it takes no id of anything but the caller's own, or no customer can reach it."""


def by(*doors: str, attack: Attack | None = None) -> Line:
    return Line(frozenset(doors), attack)


USE_CASES: Mapping[str, Line] = {
    # of customers
    "Welcome": by(BOT),
    "ReadCustomer": by(BOT),
    "ChooseLanguage": by(BOT),
    "NoteUnreachable": by(BOT),
    # of billing
    "OpenPayment": by(BOT),
    "ApprovePayment": by(
        BOT, attack=lambda v, me: v.world.approve_payment(v.payment.id, me, v.payment.price, "another query")
    ),
    "AwaitCharge": by(BOT),
    "KeepEvidence": by(BOT, WEB),
    "SettlePayment": by(BOT, WEB, WORKER),
    "ExpirePayment": by(WORKER),
    "CancelPayment": by(),
    # of subscriptions
    "AnnounceSubscription": by(WORKER),
    "GrantStars": by(CONSOLE),
    "GrantPlan": by(CONSOLE),
    # of drafts
    "StartDraft": by(BOT),
    "AddPhoto": by(BOT),
    "RemovePhoto": by(BOT, attack=lambda v, me: v.world.remove_photo(me, v.draft.photos[0].ref)),
    "DiscardDraft": by(BOT, attack=lambda v, me: v.world.discard_draft(me, v.draft.id)),
    "DiscardEmptyDraft": by(WORKER),
    "QuoteTraining": by(BOT),
    # of trainings
    "RequestTraining": by(BOT, attack=lambda v, me: v.world.request_training(me, v.draft.id, v.draft.chosen.quote.id)),
    "SubmitTraining": by(WORKER),
    "RecordTrainingReport": by(WEB, WORKER),
    "PollTraining": by(WORKER),
    "CancelTraining": by(BOT, attack=lambda v, me: v.world.cancel_training(me, v.draft.id)),
    "StopTraining": by(WORKER),
    "DropFiles": by(WORKER),
    "DeletePhotos": by(WORKER),
    # of portraits
    "QuotePortraits": by(BOT, attack=lambda v, me: v.world.quote_portraits(me, BOT_OF_THE_VICTIM, v.idea())),
    "DiscardQuote": by(WORKER),
    "RequestPortraits": by(BOT, attack=lambda v, me: v.world.request_portraits(me, v.order.id)),
    "SubmitPortraits": by(WORKER),
    "RecordPortraitReport": by(WEB, WORKER),
    "PollPortraits": by(WORKER),
    "DeliverPortraits": by(WORKER),
    # of operations
    "TellCustomer": by(WORKER),
    "TellOwner": by(WORKER),
    "CarryOut": by(WORKER),
    "SealDays": by(WORKER),
    "SweepPhotos": by(WORKER),
    "ForgetArrivals": by(WORKER),
}


def use_cases() -> dict[str, type]:
    """Every class of the core's use cases that can be called: from the modules themselves."""
    names = (f"avatar_core.use_cases.{each.name}" for each in iter_modules(avatar_core.use_cases.__path__))
    kinds = (kind for name in names for _, kind in inspect.getmembers(import_module(name), inspect.isclass))
    return {kind.__name__: kind for kind in kinds if is_dataclass(kind) and "__call__" in vars(kind)}


def reached_from(kind: type) -> Iterator[str]:
    """Give the use cases that stand behind a door, however deep."""
    known = set(use_cases().values())
    hints = get_type_hints(kind) if is_dataclass(kind) else {}
    for each in fields(kind) if is_dataclass(kind) else ():
        if hints[each.name] in known:
            yield hints[each.name].__name__
        yield from reached_from(hints[each.name])


def test_every_use_case_has_a_line_and_every_line_a_use_case() -> None:
    assert set(USE_CASES) == set(use_cases())


@pytest.mark.parametrize(("door", "kinds"), [(BOT, [Desk]), (WEB, [WebDesk]), (WORKER, [DueVerbs, CarryOut])])
def test_behind_each_door_stands_what_its_lines_say_and_nothing_else(door: str, kinds: list[type]) -> None:
    behind = {name for kind in kinds for name in (*reached_from(kind), kind.__name__) if name in USE_CASES}
    assert behind == {name for name, line in USE_CASES.items() if door in line.doors}


def test_whoever_takes_anothers_id_from_a_customer_has_an_attack() -> None:
    """A parameter of an id beside the customer's own, behind the bot's door, must be tried."""
    own = {"customer", "self", "return"}
    for name, kind in use_cases().items():
        if BOT not in USE_CASES[name].doors or name in {"SettlePayment", "AwaitCharge"}:  # after evidence, after a yes
            continue
        hints = get_type_hints(vars(kind)["__call__"])
        kinds = {str(hint) for parameter, hint in hints.items() if parameter not in own}
        takes = {each for each in kinds if each.endswith(("Id", "Ref", "Idea'>")) and "BotId" not in each}
        assert not takes or USE_CASES[name].attack, (name, takes)


async def a_victim(world: MemoryWorld, name: str) -> Victim:
    """Somebody with one of everything; their training waits already where it is to be cancelled."""
    customer = await world.with_stars(5000)
    avatar = await world.trained(customer)
    order = await world.portraits_quoted(customer, avatar)
    payment = await world.opened(customer)
    draft = await world.quoted(customer)
    if name == "CancelTraining":
        await world.request_training(customer, draft.id, draft.chosen.quote.id)
    return Victim(world, customer, draft, avatar, order, payment)


async def picture_of(victim: Victim) -> tuple[object, ...]:
    """Everything of the victim's that somebody could have changed."""
    world = victim.world
    order, payment = await world.order(victim.order.id), await world.payment(victim.payment.id)
    return await world.read(victim.id), order, payment, sorted(world.photos.kept)


ATTACKS = {name: line.attack for name, line in USE_CASES.items() if line.attack}


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("bot", [BOT_OF_THE_VICTIM, BotId("another_bot")])
async def test_nobody_can_use_anothers_things(name: str, bot: BotId) -> None:
    world = memory_world()
    victim = await a_victim(world, name)
    other = await world.customer(2 if bot == BOT_OF_THE_VICTIM else 1, bot)
    await world.grant_plan(other.id, "NEUROPHOTO", Gift("a-plan", "a friend"))
    await world.drafted(other.id, 1)
    before, own = await picture_of(victim), await world.money(other.id)
    with pytest.raises((NotFound, Refusal)):
        await ATTACKS[name](victim, other.id)
    assert await picture_of(victim) == before
    assert await world.money(other.id) == own
    assert await world.broken_laws() == []


@pytest.mark.parametrize("name", ATTACKS)
async def test_whose_things_they_are_can_use_them(name: str) -> None:
    """The control: what is refused to others is not refused to everybody."""
    victim = await a_victim(memory_world(), name)
    before = await picture_of(victim)
    await ATTACKS[name](victim, victim.id)
    if name != "QuotePortraits":  # which makes an order beside the victim's
        assert await picture_of(victim) != before
