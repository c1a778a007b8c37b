"""The news in both languages, for customers and owners."""

import dataclasses
import typing
from collections.abc import Callable
from datetime import timedelta

import pytest

from adapters.telegram.messenger import Rendering
from avatar_core import events
from avatar_core.catalogue_file import load_catalogue
from avatar_core.customers import Address, Language, Role
from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from avatar_core.events import Event
from avatar_core.ids import BotId, TelegramId
from avatar_core.money import Currency, Price, Stars
from avatar_core.runs import FailureReason
from avatar_core.tasks import _FOLLOWING, Reaction
from avatar_core.testing.examples import NOW, uid
from entrypoints.bot.callbacks import LARGEST_BYTES, Tap, asking, read
from entrypoints.bot.renderer import EventRenderer
from entrypoints.bot.routes import TAPS
from entrypoints.bot.texts import Unworded
from entrypoints.sandbox.telegram.entities import parse

RENDERER = EventRenderer(load_catalogue(DEFAULT_CATALOGUE))
FACTS: dict[str, object] = {
    "plan": "NEUROPHOTO",
    "ends": NOW + timedelta(days=30),
    "grace_until": NOW + timedelta(days=33),
    "starts": None,
    "days": 3,
    "price": Stars.parse("7.5"),
    "stars": Stars.of(476),
    "balance": Stars.of(500),
    "released": Stars.parse("7.5"),
    "percent": 40,
    "minutes": 25,
    "minutes_left": 3,
    "count": 2,
    "reason": FailureReason.MODERATION,
    "resume": None,
}
TOLD = [(kind, role) for kind in typing.get_args(Event) for role in Role]


def an_event(kind: type[Event], **given: object) -> Event:
    """An event with something in every field; names and words try to be markup."""
    names = [field.name for field in dataclasses.fields(kind)]
    facts = {name: FACTS.get(name, uid(1, place) if place else "<b>&") for place, name in enumerate(names, start=1)}
    facts |= {name: "<b>&amp;" for name in ("avatar", "detail", "person", "setting") if name in names}
    if kind in {events.PaymentCompleted, events.PaymentQuarantined, events.PaymentOpened}:
        facts["price"] = Price(476, Currency.XTR)
    if kind is events.PaymentQuarantined:
        facts["reason"] = "wrong-amount"
    make: Callable[..., Event] = kind
    return make(**{**facts, **given})


def rendered(news: Event, role: Role = Role.CUSTOMER, language: Language = Language.EN) -> Rendering:
    return RENDERER.render(Address(BotId("bot"), TelegramId(1), language, role), news)


def is_told(kind: type[Event], role: Role) -> bool:
    reaction = Reaction.TELL_CUSTOMER if role is Role.CUSTOMER else Reaction.TELL_OWNER
    return reaction in _FOLLOWING[kind]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize(("kind", "role"), TOLD)
def test_every_event_that_is_told_is_rendered_for_its_role(kind: type[Event], role: Role, language: Language) -> None:
    if not is_told(kind, role):
        with pytest.raises(Unworded):
            rendered(an_event(kind), role, language)
        return
    message = rendered(an_event(kind), role, language)
    text, _ = parse(message.text, "HTML")
    assert 0 < len(text) <= 4096
    assert "None" not in text
    for button in (button for row in message.buttons for button in row):
        assert button.data
        is_new, prefix, args = read(button.data)
        assert is_new
        assert TAPS[prefix].arguments in {None, len(args)}
        assert len(button.data.encode()) <= LARGEST_BYTES
    assert not (role is Role.OWNER and message.buttons)


@pytest.mark.parametrize("reason", list(FailureReason))
def test_a_customer_never_reads_the_providers_words(reason: FailureReason) -> None:
    for kind in (events.TrainingFailed, events.PortraitsFailed):
        news = an_event(kind, reason=reason, detail="CUDA out of memory")
        assert "CUDA" not in rendered(news).text
        assert "CUDA" in rendered(news, Role.OWNER).text


@pytest.mark.parametrize(("language", "training"), [(Language.EN, "train"), (Language.RU, "обуч")])
def test_portraits_that_failed_blame_no_training(language: Language, training: str) -> None:
    for reason in FailureReason:
        assert training not in rendered(an_event(events.PortraitsFailed, reason=reason), language=language).text


def test_a_paid_plan_tells_its_end_and_a_paid_pack_does_not() -> None:
    plan = rendered(an_event(events.PaymentCompleted)).text
    assert "📸 NeuroPhoto is active until 31 March 2026" in plan
    waiting = rendered(an_event(events.PaymentCompleted, starts=NOW + timedelta(days=20))).text
    assert "begins on 21 March 2026 and lasts until 31 March 2026" in waiting
    assert "active" not in waiting
    endless = rendered(an_event(events.PaymentCompleted, ends=None)).text
    assert "active without an end" in endless
    assert "active" not in rendered(an_event(events.PaymentCompleted, plan=None, ends=None)).text


def test_what_was_interrupted_is_the_first_button() -> None:
    resume = asking(Tap.QUOTE_PORTRAITS, uid(6, 1), "16:9", 4)
    message = rendered(an_event(events.PaymentCompleted, plan=None, ends=None, resume=resume))
    assert (message.buttons[0][0].label, message.buttons[0][0].data) == (
        "▶️ Go on: paint the portrait",
        f"+{resume}",
    )
    other = rendered(an_event(events.PaymentCompleted, resume="something new"))
    assert other.buttons[0][0].label == "▶️ Go on"


def test_what_was_not_delivered_is_told_only_when_there_is_some() -> None:
    assert "are back" in rendered(an_event(events.PortraitsDelivered)).text
    assert "are back" not in rendered(an_event(events.PortraitsDelivered, released=Stars(0))).text


def test_money_of_an_unknown_bot_is_told_too() -> None:
    assert "bot ?" in rendered(an_event(events.PaymentQuarantined, bot=None), Role.OWNER).text


def test_a_progress_message_that_is_over_offers_nothing_to_stop() -> None:
    over = rendered(an_event(events.TrainingProgressed, percent=100))
    assert "has ended" in over.text
    assert over.buttons == ()
    assert rendered(an_event(events.TrainingProgressed)).buttons


@pytest.mark.parametrize(("language", "quoted"), [(Language.EN, "“CUDA”"), (Language.RU, "«CUDA»")])
def test_the_services_own_words_are_quoted_to_the_owner(language: Language, quoted: str) -> None:
    for kind in (events.TrainingFailed, events.PortraitsFailed, events.ProviderPuzzling):
        news = an_event(kind, detail="CUDA")
        assert quoted in rendered(news, Role.OWNER, language).text
