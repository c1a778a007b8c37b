"""The main menu, and the ways out of every dead end."""

from collections.abc import Mapping
from functools import cache

from adapters.telegram.messenger import Button, Rendering
from avatar_core.customers import Language
from avatar_core.errors import FeatureLocked, InsufficientStars
from avatar_core.money import Currency, Stars
from avatar_core.plans import Feature
from avatar_core.pricing import StarPack
from entrypoints.bot.callbacks import Tap, calling, going_on
from entrypoints.bot.desk import Rail
from entrypoints.bot.talk import Rows, Talk
from entrypoints.bot.texts import words_in

REST = (
    (("menu-balance", Tap.BALANCE), ("menu-top-up", Tap.TOP_UP)),
    (("menu-plans", Tap.PLANS), ("menu-prices", Tap.PRICES)),
    (("menu-invite", Tap.INVITE), ("menu-support", Tap.SUPPORT)),
    (("menu-language", Tap.LANGUAGE), ("menu-help", Tap.HELP)),
)
"""The rows of the main menu that no plan changes."""


class Interrupted(Exception):
    """Stars or a plan are missing, and the talk knows where to go on once they are there."""

    def __init__(self, talk: Talk, lack: InsufficientStars | FeatureLocked) -> None:
        super().__init__(str(lack))
        self.talk, self.lack = talk, lack


def menu_rows(talk: Talk) -> Rows:
    """Draw the main menu; what the plan does not open carries a lock."""
    training = "menu-avatars" if talk.may(Feature.TRAINING) else "menu-avatars-locked"
    portraits = "menu-portraits" if talk.may(Feature.PORTRAITS) else "menu-portraits-locked"
    return _menu_rows(talk.customer.language, training, portraits)


@cache
def _menu_rows(language: Language, training: str, portraits: str) -> Rows:
    words = words_in(language)
    table = (((training, Tap.AVATARS), (portraits, Tap.PORTRAITS)), *REST)
    return tuple(tuple(Button(words.plain(key), calling(tap)) for key, tap in row) for row in table)


def tap_named(text: str) -> Tap | None:
    """Return what the button of the main menu does whose label somebody has typed, in whichever language."""
    return _typed_labels().get(_bare(text))


@cache
def _typed_labels() -> Mapping[str, Tap]:
    keys = [("menu-avatars", Tap.AVATARS), ("menu-portraits", Tap.PORTRAITS), *(each for row in REST for each in row)]
    return {_bare(words_in(language).plain(key)): tap for language in Language for key, tap in keys}


def _bare(label: str) -> str:
    """Return the words of a label: people type no pictures."""
    return " ".join(word for word in label.casefold().split() if any(map(str.isalnum, word)))


def menu_screen(talk: Talk, key: str = "menu", **facts: object) -> Rendering:
    """Draw the main menu under any words."""
    return Rendering(talk.words(key, **facts), menu_rows(talk))


async def open_menu(talk: Talk, _args: list[str]) -> None:
    """Show the main menu, leaving whatever was going on."""
    await talk.voice.show(menu_screen(talk, balance=talk.dossier.wallet.available))
    await talk.leave()


def rails(talk: Talk) -> list[Rail]:
    """Return the ways to pay that this bot's owner allows this customer."""
    return list(talk.desk.rails.allowed(talk.profile, talk.customer.telegram_id))


def buying(item: str, rail: Rail, resume: str | None) -> str:
    """Return the data of a button that buys, and after the payment goes on with what was interrupted."""
    return going_on(f"{calling(Tap.BUY, item)}:{rail.letter}", resume)


async def not_enough(talk: Talk, lack: InsufficientStars) -> None:
    """Say what is missing and offer the cheapest pack that covers it: the one wording everywhere (bug museum 56)."""
    rows = tuple((button,) for rail in rails(talk) if (button := _sufficient(talk, lack.missing, rail)))
    more = (Button(talk.words.plain("button-all-packs"), going_on(calling(Tap.TOP_UP), talk.resume)),)
    await talk.show("not-enough", (*rows, more), **lack.facts)


def _sufficient(talk: Talk, missing: object, rail: Rail) -> Button | None:
    pack = talk.catalogue.sufficient_pack(missing, rail.currency) if isinstance(missing, Stars) else None
    if pack is None:
        return None
    return Button(pack_label(talk, pack), buying(pack.code, rail, talk.resume))


def pack_label(talk: Talk, pack: StarPack) -> str:
    """Say what a pack brings, and for how much where that is not the same number of Telegram Stars."""
    if is_even(pack):
        return talk.words.plain("button-pack-stars", stars=pack.stars)
    return talk.words.plain("button-pack", stars=pack.stars, price=pack.price)


def is_even(pack: StarPack) -> bool:
    """Whether a pack brings one ⭐ for each Telegram Star."""
    return pack.price.currency is Currency.XTR and pack.stars == Stars.of(pack.price.minor)


async def locked(talk: Talk, lock: FeatureLocked) -> None:
    """Name the lowest plan sold here that opens the feature; one tap buys it, and then the feature is opened."""
    named = talk.words.plain(f"feature-{lock.feature}")
    feature = named[:1].upper() + named[1:]
    if lock.feature == Feature.PORTRAITS and not any(avatar.trained for avatar in talk.dossier.avatars.values()):
        talk = talk.with_resume(calling(Tap.AVATARS))  # a portrait has to wait for somebody to be painted
    allowed = rails(talk)
    plan = talk.catalogue.cheapest_plan_with(Feature(lock.feature), {rail.currency for rail in allowed})
    if plan is None:
        await talk.show("locked-for-all", feature=feature)
        return
    title = talk.words.title(plan.titles)
    rows = tuple(
        (
            Button(
                talk.words.plain("button-plan", plan=title, price=plan.prices[rail.currency]),
                _buy(plan.code, rail, talk),
            ),
        )
        for rail in allowed
        if rail.currency in plan.prices
    )
    await talk.show("locked", (*rows, (_all_plans(talk),)), feature=feature, plan=title)


def _all_plans(talk: Talk) -> Button:
    return Button(talk.words.plain("button-all-plans"), going_on(calling(Tap.PLANS), talk.resume))


def _buy(plan: str, rail: Rail, talk: Talk) -> str:
    return buying(plan, rail, talk.resume)
