"""Every command, button and route, tried by everybody who may not: with other people's ids, and without a secret.

The lists come from the code: a new button, command or route without a line here fails.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pytest
from starlette.routing import BaseRoute, Route

from avatar_core.dossier import Dossier
from avatar_core.money import NO_STARS
from avatar_core.testing.examples import BOT
from entrypoints.bot.callbacks import Tap, calling
from entrypoints.bot.reception import START
from entrypoints.bot.routes import COMMANDS, TAPS
from entrypoints.container.whole import web_container
from entrypoints.sandbox.telegram import CallbackQuery, Customer
from entrypoints.web.app import make_app
from entrypoints.web.desk import WebDesk
from entrypoints.web.telegram import TelegramDoor
from tests.adversary.web import calling_on
from tests.entrypoints.bot.stage import FIRST, OWNER, SECOND, Stage, stage_of
from tests.entrypoints.bot.ways import go_to, painted
from tests.entrypoints.memory_house import MemoryHouse

MARK = "Marked"
"""The name of the victim's avatar: nobody else may read it."""


@dataclass(frozen=True)
class Things:
    """What the victim has, by the names that buttons carry."""

    avatar: str
    training: str
    quote: str
    order: str
    photo: str


Args = Callable[[Things], tuple[object, ...]]
NONE: Args = lambda _: ()  # noqa: E731  (one of a table's entries)
BUTTONS: Mapping[Tap, Args] = {
    Tap.MENU: NONE,
    Tap.PLANS: NONE,
    Tap.TOP_UP: NONE,
    Tap.BUY: lambda _: ("xtr-500", "s"),
    Tap.AVATARS: NONE,
    Tap.NEW_AVATAR: NONE,
    Tap.GENDER: lambda _: ("female",),
    Tap.PHOTOS: NONE,
    Tap.PREVIEW: lambda _: (0,),
    Tap.REMOVE: lambda its: (its.photo,),
    Tap.STEPS: NONE,
    Tap.QUOTE_TRAINING: lambda _: ("flux-dev-lora", 1000),
    Tap.TRAIN: lambda its: (its.training, its.quote),
    Tap.STOP: lambda its: (its.training,),
    Tap.STOP_SURELY: lambda its: (its.training,),
    Tap.DISCARD: NONE,
    Tap.DISCARD_SURELY: lambda its: (its.training,),
    Tap.PORTRAITS: NONE,
    Tap.AVATAR: lambda its: (its.avatar,),
    Tap.STYLE: lambda its: (its.avatar, "studio"),
    Tap.OWN_WORDS: lambda its: (its.avatar,),
    Tap.QUOTE_PORTRAITS: lambda its: (its.order, "2x3", 4),
    Tap.REPEAT: lambda its: (its.order, 1),
    Tap.NEW_WORDS: lambda its: (its.order,),
    Tap.FORMATS: lambda its: (its.order,),
    Tap.PAINT: lambda its: (its.order,),
    Tap.BALANCE: NONE,
    Tap.STATEMENT: lambda _: (0,),
    Tap.PRICES: NONE,
    Tap.LANGUAGE: NONE,
    Tap.SPEAK: lambda _: ("en",),
    Tap.HELP: NONE,
    Tap.SUPPORT: NONE,
    Tap.INVITE: NONE,
    Tap.CANCEL: NONE,
}
FOR_EVERYBODY = {
    *("start", "menu", "balance", "price", "language", "help", "cancel", "support", "paysupport", "terms", "privacy")
}
"""Commands; each shows and changes nothing but the caller's own.  There are none for owners: those use the console."""
INVENTED = ["admin", "grant", "addstars", "setplan", "test", "testpay", "users", "stats", "broadcast", "refund", "sql"]


def test_every_button_and_command_has_a_line() -> None:
    assert set(BUTTONS) == set(TAPS) == set(Tap)
    assert {*COMMANDS, START} == FOR_EVERYBODY


def test_the_lines_carry_as_many_arguments_as_the_buttons() -> None:
    its = Things("a", "t", "q", "o", "p")
    wrong = {tap for tap, args in BUTTONS.items() if TAPS[tap].arguments not in {None, len(args(its))}}
    assert wrong == set()


async def a_victim(stage: Stage) -> tuple[Customer, Things]:
    """Somebody with a trained avatar, painted portraits, and a new draft with photos and a price."""
    person = stage.telegram.person("Victim", language_code="en")
    await painted(stage, person)
    await stage.give(person, stars=1000)
    await stage.press(person, Tap.NEW_AVATAR)
    await stage.say(person, MARK)
    await stage.press(person, calling(Tap.GENDER, "female"))
    customer = (await stage.dossier(person)).customer.id
    for number in range(10):
        await stage.desk.add_photo(customer, f"photo {number}".encode())
    await stage.press(person, calling(Tap.QUOTE_TRAINING, "flux-dev-lora", 1000))
    dossier = await stage.dossier(person)
    avatar = next(each for each in dossier.avatars.values() if each.trained)
    order = next(each for each in stage.database.orders if each.customer == customer)
    draft = dossier.draft
    return person, Things(avatar.id, draft.id, draft.chosen.quote.id, order.id, draft.photos[0].seen.sha256[:16])


async def callers(stage: Stage) -> dict[str, Customer]:
    """Everybody else, each as they would come."""
    second = next(account for account in stage.telegram.bots if account.username == SECOND)
    made = {
        "another customer": stage.telegram.person("Other", language_code="en"),
        "the bot's owner": stage.telegram.person("Owner", person_id=OWNER),
        "a customer of another bot": stage.telegram.person("Foreign", language_code="en", bot=second),
        "a stranger": stage.telegram.person("Stranger", language_code="en"),
        "somebody who blocked the bot": stage.telegram.person("Blocked", language_code="en"),
    }
    for name, person in made.items():
        if name != "a stranger":
            await stage.say(person, "/start")
    dossier = await stage.dossier(made["somebody who blocked the bot"])
    await stage.desk.note_unreachable(dossier.customer.id)
    return made


def press(person: Customer, data: str) -> None:
    """Tap a button that may never have been drawn; the answer is waited for later."""
    number, now = str(3_000_000 + person.world.number()), person.world.clock.now()
    query = CallbackQuery(number, person.bot.bot_id, person.person_id, person.received[-1].message_id, data, now)
    person.world.callbacks[number] = query
    person.note_action("tap", data)
    person._tell_tap(query)


async def picture_of(stage: Stage, victim: Customer) -> tuple[Dossier, object, object, int]:
    dossier = await stage.dossier(victim)
    orders = [each for each in stage.database.orders if each.customer == dossier.customer.id]
    return dossier, orders, sorted(stage.store.kept), len(victim.received)


def saw(person: Customer) -> str:
    drawn = (f"{one.text} {' '.join(one.labels)}" for one in person.received)
    return "\n".join([*drawn, *(line.text for line in person.history if line.kind in {"toast", "alert"})])


async def test_nobody_gets_at_anothers_things_by_any_button() -> None:
    async with stage_of() as stage, stage.running():
        victim, its = await a_victim(stage)
        others = await callers(stage)
        before = await picture_of(stage, victim)
        for name, person in others.items():
            if not person.received:
                await person.write("hello")  # there is nothing to tap before the bot has answered
                await stage.settled()
            for tap, args in BUTTONS.items():
                press(person, calling(tap, *args(its)))
            await stage.settled()
            assert await picture_of(stage, victim) == before, name
            assert MARK not in saw(person), name
            assert "Something broke" not in saw(person), name
            assert not [one for one in person.received if one.photo], name


async def test_a_button_with_anothers_id_is_refused_even_to_who_may_use_such_buttons() -> None:
    mine, yours = Things("a", "t", "q", "o", "p"), Things("b", "u", "r", "n", "f")
    naming = [tap for tap, args in BUTTONS.items() if args(mine) != args(yours)]
    assert len(naming) == 13
    async with stage_of() as stage, stage.running():
        _, its = await a_victim(stage)
        rich = stage.telegram.person("Rich", language_code="en")
        await painted(stage, rich)
        await stage.give(rich, stars=1000)
        before = await picture_of(stage, rich)
        for tap in naming:
            await stage.press(rich, calling(tap, *BUTTONS[tap](its)))
            assert rich.received[-1].text.startswith("There is no "), tap
            assert (await picture_of(stage, rich))[:3] == before[:3], tap


async def test_nobody_gets_at_anothers_things_by_any_command_with_any_argument() -> None:
    async with stage_of() as stage, stage.running():
        victim, its = await a_victim(stage)
        others = await callers(stage)
        before = await picture_of(stage, victim)
        customer = before[0].customer.id
        for name, person in others.items():
            for command in (*sorted(FOR_EVERYBODY), *INVENTED):
                await person.write(f"/{command} {customer}")
            for argument in (f"ref_{customer}", f"ref_{its.training}", customer, its.order, "admin", "buy", "plans"):
                await person.write(f"/start {argument}")
            await stage.say(person, "/cancel")
            dossier = await stage.dossier(person, SECOND if "another bot" in name else FIRST)
            assert (dossier.wallet.available, dossier.subscription.terms) == (NO_STARS, ()), name
            assert await picture_of(stage, victim) == before, name
            assert MARK not in saw(person), name
            assert "Something broke" not in saw(person), name


async def test_the_victim_can_do_with_it_what_the_others_could_not() -> None:
    """The control: the same buttons work for whose things they are."""
    async with stage_of() as stage, stage.running():
        victim, its = await a_victim(stage)
        for tap in (Tap.STYLE, Tap.REPEAT, Tap.REMOVE, Tap.AVATARS, Tap.PREVIEW):
            await stage.press(victim, calling(tap, *BUTTONS[tap](its)))
        dossier, orders, _, _ = await picture_of(stage, victim)
        assert len(orders) == 3  # type: ignore[arg-type]
        assert len(dossier.draft.photos) == 9
        assert MARK in saw(victim)
        await go_to(stage, victim, None)


PUBLIC, BY_SECRET, BY_SIGNATURE = "anybody", "Telegram's secret token", "the vendor's signature"
ROUTES = {
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/openapi.json"): PUBLIC,
    ("GET", "/robokassa/success"): PUBLIC,
    ("GET", "/robokassa/fail"): PUBLIC,
    ("POST", "/telegram/{bot}"): BY_SECRET,
    ("POST", "/replicate"): BY_SIGNATURE,
    ("POST", "/robokassa/result"): BY_SIGNATURE,
}


async def _kept(*_: object) -> None:
    pytest.fail("something was kept")


def served(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Give every method and path, of routers within routers too; a route of another kind has no line and fails."""
    for each in routes:
        inner = getattr(each, "original_router", None)
        if inner is not None:
            yield from served(inner.routes)
        elif isinstance(each, Route):
            yield from ((method, each.path) for method in each.methods or ())
        else:
            yield type(each).__name__, str(each)


async def test_every_route_has_a_line_and_lets_in_whom_it_says() -> None:
    house = MemoryHouse()
    door = TelegramDoor(_kept, {BOT: house.settings.bots[BOT].webhook_secret})
    app = make_app(web_container(house.house).get(WebDesk), door)
    assert {(method, path) for method, path in served(app.routes) if method != "HEAD"} == set(ROUTES)
    async with calling_on(app, "203.0.113.7") as stranger:
        for (method, path), who in ROUTES.items():
            url = re.sub(r"\{\w+\}", BOT, path)
            for tried in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                answer = await stranger.request(tried, url, content=b"{}")
                welcome = 200 if who == PUBLIC else (400, 403)
                expected = (welcome,) if isinstance(welcome, int) else welcome
                assert answer.status_code in (expected if tried == method else (405,)), (tried, path)
    assert not house.database.arrivals.taken()
    assert not list(house.database.evidence)
    assert not list(house.database.happenings)
