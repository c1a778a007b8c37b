"""The news in words: every event that is told has a text for whom it is told.

Its buttons are answered by new messages: the news stays readable.
"""

from dataclasses import dataclass, fields

from adapters.telegram.messenger import Button, Rendering
from avatar_core import events
from avatar_core.catalogue import Catalogue
from avatar_core.customers import Address, Role
from avatar_core.events import Event
from avatar_core.money import Stars
from entrypoints.bot.callbacks import Tap, anew, calling, read
from entrypoints.bot.talk import Rows
from entrypoints.bot.texts import Words, words_in

_WHOLE_PERCENT = 100
FREE_TO_TRY = 4
"""Styles offered with their price as soon as an avatar is ready (product page 1.4)."""
RESUMING = {
    Tap.QUOTE_TRAINING: "resume-training",
    Tap.AVATARS: "resume-training",
    Tap.QUOTE_PORTRAITS: "resume-portraits",
    Tap.REPEAT: "resume-portraits",
    Tap.STYLE: "resume-portraits",
    Tap.AVATAR: "resume-portraits",
    Tap.PORTRAITS: "resume-portraits",
}
"""What the button says that goes on with what a payment interrupted; for others ``resume-avatars``."""


@dataclass(frozen=True, slots=True)
class EventRenderer:
    """Words events for the messenger."""

    catalogue: Catalogue

    def render(self, address: Address, news: Event) -> Rendering:
        """Return the message in the person's language and role.  Raises Unworded for an event that is not told."""
        words, is_owner = words_in(address.language), address.role is Role.OWNER
        text = words(_key(news, is_owner=is_owner), **self._facts(words, news))
        return Rendering(text, () if is_owner else self._rows(words, news))

    def _facts(self, words: Words, news: Event) -> dict[str, object]:
        facts = {field.name: getattr(news, field.name) for field in fields(news)}
        plan, ends = facts.get("plan"), facts.get("ends")
        if plan is not None:
            facts["plan"] = words.title(self.catalogue.plan(plan).titles)
        facts["term"] = words.plain("until", at=ends) if ends else words.plain("no-end")
        if isinstance(news, events.TrainingFailed | events.PortraitsFailed):
            facts["why"] = words.plain(f"failure-{news.reason}")
        if facts.get("detail"):  # whatever language the service speaks, these are not our words
            facts["detail"] = words.plain("providers-words", detail=facts["detail"])
        if isinstance(news, events.PortraitsDelivered):
            facts["back"] = words.plain("given-back", released=news.released) if news.released else ""
        if isinstance(news, events.PaymentQuarantined):
            facts["bot"] = news.bot or "?"
            facts["why"] = words.plain(f"quarantine-{news.reason}")
        return {name: fact for name, fact in facts.items() if fact is not None}

    def _rows(self, words: Words, news: Event) -> Rows:
        menu = (_button(words, "button-menu", calling(Tap.MENU)),)
        match news:
            case events.PaymentCompleted():
                rows = _going_on(words, news)
            case events.SubscriptionExpiring() | events.SubscriptionEnded() | events.SubscriptionExpired():
                rows = ((_button(words, "menu-plans", calling(Tap.PLANS)),),)
            case events.TrainingRequested() | events.TrainingProgressed() | events.TrainingDelayed():
                return () if _is_over(news) else ((_button(words, "button-stop", calling(Tap.STOP, news.training)),),)
            case events.TrainingSucceeded():
                rows = self._to_try(words, news)
            case events.TrainingFailed() | events.TrainingCanceled():
                rows = ((_button(words, "button-train-again", calling(Tap.AVATARS)),),)
            case events.PortraitsDelivered():
                rows = self._once_more(words, news)
            case events.PortraitsFailed():
                rows = ((_button(words, "button-try-again", calling(Tap.REPEAT, news.order, 0)),),)
            case _:
                rows = ()
        return (*rows, menu)

    def _to_try(self, words: Words, news: events.TrainingSucceeded) -> Rows:
        """Offer the first styles, each with its price."""
        price = self.catalogue.portraits.price
        return tuple(
            (
                Button(
                    words.plain("button-style", style=words.title(style.titles), price=price),
                    anew(calling(Tap.STYLE, news.avatar_id, style.code)),
                ),
            )
            for style in list(self.catalogue.styles.values())[:FREE_TO_TRY]
        )

    def _once_more(self, words: Words, news: events.PortraitsDelivered) -> Rows:
        """Offer the same again, in other numbers, in another format, or something new."""
        price = self.catalogue.portraits.price

        def times(key: str, count: int) -> Button:
            cost: Stars = price * (count or news.count)
            return _button(words, key, calling(Tap.REPEAT, news.order, count), price=cost)

        return (
            (times("button-again", 0),),
            (times("button-twice", 2), times("button-four", 4)),
            (
                _button(words, "button-format", calling(Tap.FORMATS, news.order)),
                _button(words, "button-new-words", calling(Tap.NEW_WORDS, news.order)),
            ),
        )


def _is_over(news: Event) -> bool:
    """Return whether this closes a progress message: there is nothing left to stop."""
    return isinstance(news, events.TrainingProgressed) and news.percent == _WHOLE_PERCENT


def _key(news: Event, *, is_owner: bool) -> str:
    key = f"{'owner' if is_owner else 'news'}-{news.name.replace('.', '-')}"
    if is_owner or not isinstance(news, events.PaymentCompleted):
        return key
    return f"{key}-pack" if news.plan is None else f"{key}-waiting" if news.starts else key


def _button(words: Words, key: str, data: str, **facts: object) -> Button:
    return Button(words.plain(key, **facts), anew(data))


def _going_on(words: Words, news: events.PaymentCompleted) -> Rows:
    """Offer to go on with what the payment interrupted, or else the first thing to do."""
    if news.resume is None:
        return (
            (
                _button(words, "menu-avatars", calling(Tap.AVATARS)),
                _button(words, "menu-portraits", calling(Tap.PORTRAITS)),
            ),
        )
    _, prefix, _ = read(news.resume)
    key = next((key for tap, key in RESUMING.items() if tap == prefix), "resume-avatars")
    return ((Button(words.plain(key), anew(news.resume)),),)
