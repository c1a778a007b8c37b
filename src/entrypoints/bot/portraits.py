"""Ordering portraits: the avatar, a style or own words, format and number, the price, the confirmation."""

from dataclasses import replace

from adapters.telegram.messenger import Button
from avatar_core.avatars import Avatar
from avatar_core.errors import FeatureLocked, InsufficientStars, QuoteExpired
from avatar_core.ids import AvatarId, PortraitOrderId
from avatar_core.plans import Feature
from avatar_core.portraits import PortraitOrder
from avatar_core.pricing import MAX_IMAGES, TRIGGER
from avatar_core.runs import RunStatus
from avatar_core.use_cases.portraits import Idea
from entrypoints.bot.avatars import ready_avatars
from entrypoints.bot.callbacks import OutdatedButton, Tap, asking, aspect_in, calling, unpacked, whole
from entrypoints.bot.menu import Interrupted
from entrypoints.bot.pages import Page, turning
from entrypoints.bot.talk import Place, Rows, Talk

AVATAR = "avatar"
LONGEST_PROMPT = 1000
FAVOURITE_ASPECT = "2:3"
_FORMATS_IN_A_ROW = 4
_SHOWN_PROMPT = 300


async def open_portraits(talk: Talk, args: list[str]) -> None:
    """Choose the avatar, when there are several; without one, the way to train it."""
    if not talk.may(Feature.PORTRAITS):
        raise FeatureLocked(feature=Feature.PORTRAITS)
    ready = ready_avatars(talk, args)
    match ready.all:
        case 0:
            await talk.show("no-avatar", ((talk.button("button-new-avatar", Tap.AVATARS),),))
        case 1:
            await _show_styles(talk, ready.things[0])
        case _:
            await _show_avatars(talk, ready)


async def _show_avatars(talk: Talk, ready: Page[Avatar]) -> None:
    rows = tuple((Button(avatar.name, calling(Tap.AVATAR, avatar.id)),) for avatar in ready.things)
    screen = talk.screen("choose-avatar", (*rows, *turning(talk, Tap.PORTRAITS, ready)))
    page = (talk.words("avatars-page", **ready.facts),) if ready.is_part else ()
    await talk.voice.show(replace(screen, text="\n\n".join((screen.text, *page))))


async def choose_style(talk: Talk, args: list[str]) -> None:
    """Offer the styles for an avatar."""
    if not talk.may(Feature.PORTRAITS):
        raise FeatureLocked(feature=Feature.PORTRAITS)
    await _show_styles(talk, talk.dossier.avatar(AvatarId(unpacked(args[0]))))


async def _show_styles(talk: Talk, avatar: Avatar) -> None:
    avatar.model()
    buttons = [
        Button(talk.words.title(style.titles), calling(Tap.STYLE, avatar.id, style.code))
        for style in talk.catalogue.styles.values()
    ]
    rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
    own = (talk.button("button-own-words", Tap.OWN_WORDS, avatar.id),)
    await talk.show("choose-style", (*rows, own), name=avatar.name, price=talk.catalogue.portraits.price)
    await talk.leave()


async def ask_prompt(talk: Talk, args: list[str]) -> None:
    """Ask for the customer's own words."""
    avatar = talk.dossier.avatar(AvatarId(unpacked(args[0])))
    avatar.model()
    await talk.show("ask-prompt", ((talk.button("button-back", Tap.AVATAR, avatar.id),),), name=avatar.name)
    await talk.enter(Place.PROMPT, **{AVATAR: avatar.id})


async def take_style(talk: Talk, args: list[str]) -> None:
    """Ask the price of a portrait in a style."""
    style = talk.catalogue.style(args[1])
    await _quote(talk, Idea(AvatarId(unpacked(args[0])), style.template, _aspect(talk), 1))


async def take_prompt(talk: Talk, text: str) -> None:
    """Ask the price of a portrait after the customer's own words."""
    avatar = talk.remembered.get(AVATAR)
    if not isinstance(avatar, str):
        raise OutdatedButton
    if len(text) > LONGEST_PROMPT:
        await talk.say("prompt-too-long", longest=LONGEST_PROMPT, length=len(text))
        return
    await _quote(talk, Idea(AvatarId(avatar), text.strip(), _aspect(talk), 1))


async def ask_again(talk: Talk, args: list[str]) -> None:
    """Ask for new words for the avatar of an order."""
    _, order = await talk.desk.read_order(talk.customer.id, PortraitOrderId(unpacked(args[0])))
    await choose_style(talk, [order.wish.avatar])


async def quote(talk: Talk, args: list[str]) -> None:
    """Ask the price of an order once more, in another format or number."""
    aspect, count = aspect_in(args[1]), whole(args[2])
    _, order = await talk.desk.read_order(talk.customer.id, PortraitOrderId(unpacked(args[0])))
    await _quote(talk, Idea(order.wish.avatar, order.wish.prompt, aspect, count))


async def choose_format(talk: Talk, args: list[str]) -> None:
    """Offer the formats for an order that is repeated."""
    _, order = await talk.desk.read_order(talk.customer.id, PortraitOrderId(unpacked(args[0])))
    await talk.show("choose-format", _formats(talk, order))


async def repeat(talk: Talk, args: list[str]) -> None:
    """Ask the price of an order once more, in the same format, in a number."""
    _, order = await talk.desk.read_order(talk.customer.id, PortraitOrderId(unpacked(args[0])))
    wish = order.wish
    await _quote(talk, Idea(wish.avatar, wish.prompt, wish.aspect, whole(args[1]) or wish.count))


async def _quote(talk: Talk, idea: Idea, note: str = "") -> None:
    if not talk.may(Feature.PORTRAITS):
        raise FeatureLocked(feature=Feature.PORTRAITS)
    dossier, order = await talk.desk.quote_portraits(talk.customer.id, talk.bot, idea)
    wallet, price = dossier.wallet, order.quote.amount
    if wallet.available < price:
        here = talk.with_resume(asking(Tap.QUOTE_PORTRAITS, order.id, idea.aspect, idea.count))
        raise Interrupted(here, InsufficientStars(price, wallet.available, price - wallet.available))
    facts = {"name": dossier.avatar(idea.avatar).name, "what": _worded(talk, idea.prompt), "aspect": idea.aspect}
    money = {"price": price, "before": wallet.available, "after": wallet.available - price}
    await talk.show("portrait-quote", _choices(talk, order), note=note, count=idea.count, **facts, **money)
    await talk.leave()


def _worded(talk: Talk, prompt: str) -> str:
    """Return a style's name, or the customer's words; a template that no style has any more is not for reading."""
    for style in talk.catalogue.styles.values():
        if style.template == prompt:
            return talk.words.title(style.titles)
    if TRIGGER in prompt:
        return talk.words.plain("style-of-before")
    return prompt if len(prompt) <= _SHOWN_PROMPT else f"{prompt[:_SHOWN_PROMPT]}…"


def _choices(talk: Talk, order: PortraitOrder) -> Rows:
    counts = tuple(
        Button(
            f"• {count} •" if count == order.wish.count else f"×{count}",
            asking(Tap.QUOTE_PORTRAITS, order.id, order.wish.aspect, count),
        )
        for count in range(1, MAX_IMAGES + 1)
    )
    confirm = (talk.button("button-paint", Tap.PAINT, order.id, price=order.quote.amount),)
    other = (talk.button("button-other-words", Tap.AVATAR, order.wish.avatar),)
    return (*_formats(talk, order), counts, confirm, other)


def _formats(talk: Talk, order: PortraitOrder) -> Rows:
    wish = order.wish
    buttons = [
        Button(
            f"• {aspect} •" if aspect == wish.aspect else aspect,
            asking(Tap.QUOTE_PORTRAITS, order.id, aspect, wish.count),
        )
        for aspect in talk.catalogue.portraits.formats
    ]
    return tuple(tuple(buttons[i : i + _FORMATS_IN_A_ROW]) for i in range(0, len(buttons), _FORMATS_IN_A_ROW))


def _aspect(talk: Talk) -> str:
    formats = talk.catalogue.portraits.formats
    return FAVOURITE_ASPECT if FAVOURITE_ASPECT in formats else formats[0]


async def confirm(talk: Talk, args: list[str]) -> None:
    """Order at the price shown; a price that is too old is shown anew instead."""
    order = PortraitOrderId(unpacked(args[0]))
    try:
        ordered = await talk.desk.request_portraits(talk.customer.id, order)
    except QuoteExpired:
        _, old = await talk.desk.read_order(talk.customer.id, order)
        wish = old.wish
        await _quote(talk, Idea(wish.avatar, wish.prompt, wish.aspect, wish.count), talk.words.plain("price-anew"))
        return
    except InsufficientStars as lack:
        _, old = await talk.desk.read_order(talk.customer.id, order)
        here = talk.with_resume(asking(Tap.QUOTE_PORTRAITS, order, old.wish.aspect, old.wish.count))
        raise Interrupted(here, lack) from lack
    key = "portraits-ordered" if ordered.run.status is RunStatus.PENDING else "already-ordered"
    await talk.show(key, price=ordered.quote.amount, count=ordered.wish.count)
