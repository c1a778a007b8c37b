"""What can be asked at any time: prices, language, help, support, the terms, the way out."""

from dataclasses import replace

from aiogram.utils.link import create_telegram_link

from adapters.telegram.messenger import Button, Rendering
from avatar_core.customers import Language
from avatar_core.money import Currency
from avatar_core.pricing import TrainerOffer
from avatar_core.trainings import Training
from entrypoints.bot.account import plan_line
from entrypoints.bot.avatars import draft_of
from entrypoints.bot.callbacks import Tap, calling, one_of
from entrypoints.bot.menu import menu_screen
from entrypoints.bot.purchase import open_plans, plan_card
from entrypoints.bot.talk import Place, Talk
from entrypoints.bot.voice import FORWARDED

NAMES = {Language.RU: "🇷🇺 Русский", Language.EN: "🇬🇧 English"}
INVITED = "ref_"
"""What a deep link of a customer who invites begins with."""


async def start(talk: Talk, argument: str) -> None:
    """Greet; a forwarded invoice leads to the plans."""
    if argument == FORWARDED:
        await open_plans(talk, [])
    else:
        await _greet(talk)
    await talk.leave()


async def _greet(talk: Talk) -> None:
    if talk.dossier.subscription.term_at(talk.now) is None:
        await talk.voice.say(menu_screen(talk, "welcome", name=talk.customer.name))
        return
    facts = {"name": talk.customer.name, "balance": talk.dossier.wallet.available, "plan": plan_line(talk)}
    await talk.voice.say(menu_screen(talk, "welcome-again", **facts))


async def open_prices(talk: Talk, _args: list[str]) -> None:
    """Show what everything costs."""
    plans = "\n\n".join(plan_card(talk, plan) for plan in talk.catalogue.plans_on_sale(Currency.XTR))
    trainings = "\n".join(_training(talk, offer) for offer in talk.catalogue.trainers.values())
    portrait = talk.words("price-portrait", price=talk.catalogue.portraits.price)
    rows = ((talk.button("menu-plans", Tap.PLANS), talk.button("menu-top-up", Tap.TOP_UP)),)
    screen = talk.screen("prices", rows)
    await talk.voice.show(replace(screen, text=f"{screen.text}\n\n{plans}\n\n{trainings}\n\n{portrait}"))


def _training(talk: Talk, offer: TrainerOffer) -> str:
    fewest, most = min(offer.steps), max(offer.steps)
    title, quickest = talk.words.title(offer.titles), offer.minutes_for(fewest)
    if offer.flat_price is not None:
        return talk.words("price-training-flat", title=title, price=offer.flat_price, minutes=quickest)
    prices, steps = {"low": offer.price(fewest), "high": offer.price(most)}, {"fewest": str(fewest), "most": str(most)}
    minutes = {"quickest": quickest, "minutes": offer.minutes_for(most)}
    return talk.words("price-training", title=title, **prices, **steps, **minutes)


async def choose_language(talk: Talk, _args: list[str]) -> None:
    """Offer the languages, each in its own words."""
    buttons = tuple(Button(name, calling(Tap.SPEAK, language)) for language, name in NAMES.items())
    await talk.show("choose-language", (buttons,))


async def speak(talk: Talk, args: list[str]) -> None:
    """Speak another language from now on."""
    language = Language(one_of(args[0], list(Language)))
    known = await talk.desk.choose_language(talk.customer.id, language)
    spoken = replace(talk, dossier=replace(talk.dossier, customer=known))
    await talk.voice.show(menu_screen(spoken, "language-chosen"))


async def help_out(talk: Talk, _args: list[str]) -> None:
    """Say what the bot can do."""
    await talk.show("help")


async def invite(talk: Talk, _args: list[str]) -> None:
    """Show the customer's own link."""
    link = create_telegram_link(await talk.voice.username(), start=f"{INVITED}{talk.customer.id}")
    await talk.show("invite", link=link)


async def cancel(talk: Talk, _args: list[str]) -> None:
    """Leave whatever was going on; a draft is kept until the customer says otherwise."""
    draft = draft_of(talk)
    if draft is None:
        await talk.voice.show(menu_screen(talk, "cancelled" if talk.place else "nothing-to-cancel"))
    else:
        await _keep(talk, draft)
    await talk.leave()


async def _keep(talk: Talk, draft: Training) -> None:
    """Say that the draft is still there, and how to get rid of it."""
    row = (talk.button("button-continue-draft", Tap.PHOTOS), talk.button("button-discard", Tap.DISCARD))
    name = talk.dossier.avatar(draft.avatar).name
    await talk.show("draft-kept", (row,), name=name, photos=len(draft.photos))


async def show_terms(talk: Talk, _args: list[str]) -> None:
    """Show the terms of use."""
    await talk.show("terms")


async def show_privacy(talk: Talk, _args: list[str]) -> None:
    """Show what becomes of photos and data."""
    await talk.show("privacy")


async def ask_question(talk: Talk, _args: list[str]) -> None:
    """Take the next message to the bot's owners."""
    await talk.show("support", ((talk.button("button-cancel", Tap.CANCEL),),))
    await talk.enter(Place.SUPPORT)


async def ask_about_payment(talk: Talk, _args: list[str]) -> None:
    """Say how payments are put right, and take the next message to the owners."""
    rows = ((talk.button("menu-balance", Tap.BALANCE), talk.button("button-cancel", Tap.CANCEL)),)
    await talk.show("paysupport", rows)
    await talk.enter(Place.SUPPORT)


def unknown(talk: Talk) -> Rendering:
    """Answer what nobody understands with what can be done."""
    return menu_screen(talk, "not-understood")
