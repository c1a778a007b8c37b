"""Which words and buttons lead where: tables instead of filters, for each filter of aiogram's costs a thread."""

from collections.abc import Mapping
from dataclasses import dataclass

from entrypoints.bot import account, album, avatars, information, menu, owners, portraits, purchase, training
from entrypoints.bot.callbacks import Tap
from entrypoints.bot.talk import Place, Talk, Tapped, Told


@dataclass(frozen=True, slots=True)
class Route:
    """What a button does, and how many arguments it carries (None: as many as it likes)."""

    act: Tapped
    arguments: int | None = 0


TAPS: Mapping[str, Route] = {
    Tap.MENU: Route(menu.open_menu),
    Tap.PLANS: Route(purchase.open_plans, None),
    Tap.TOP_UP: Route(purchase.open_packs, None),
    Tap.BUY: Route(purchase.buy, None),
    Tap.AVATARS: Route(avatars.open_avatars, None),
    Tap.NEW_AVATAR: Route(avatars.begin),
    Tap.GENDER: Route(avatars.take_gender, 1),
    Tap.PHOTOS: Route(avatars.show_photos),
    Tap.PREVIEW: Route(album.preview, 1),
    Tap.REMOVE: Route(album.remove, 1),
    Tap.STEPS: Route(training.choose_steps),
    Tap.QUOTE_TRAINING: Route(training.quote, 2),
    Tap.TRAIN: Route(training.confirm, 2),
    Tap.STOP: Route(training.ask_stop, 1),
    Tap.STOP_SURELY: Route(training.stop, 1),
    Tap.DISCARD: Route(training.ask_discard),
    Tap.DISCARD_SURELY: Route(training.discard, 1),
    Tap.PORTRAITS: Route(portraits.open_portraits, None),
    Tap.AVATAR: Route(portraits.choose_style, 1),
    Tap.STYLE: Route(portraits.take_style, 2),
    Tap.OWN_WORDS: Route(portraits.ask_prompt, 1),
    Tap.QUOTE_PORTRAITS: Route(portraits.quote, 3),
    Tap.REPEAT: Route(portraits.repeat, 2),
    Tap.NEW_WORDS: Route(portraits.ask_again, 1),
    Tap.FORMATS: Route(portraits.choose_format, 1),
    Tap.PAINT: Route(portraits.confirm, 1),
    Tap.BALANCE: Route(account.open_balance),
    Tap.STATEMENT: Route(account.open_statement, 1),
    Tap.PRICES: Route(information.open_prices),
    Tap.LANGUAGE: Route(information.choose_language),
    Tap.SPEAK: Route(information.speak, 1),
    Tap.HELP: Route(information.help_out),
    Tap.SUPPORT: Route(information.ask_question),
    Tap.INVITE: Route(information.invite),
    Tap.CANCEL: Route(information.cancel),
}

COMMANDS: Mapping[str, Tapped] = {
    "menu": menu.open_menu,
    "balance": account.open_balance,
    "price": information.open_prices,
    "language": information.choose_language,
    "help": information.help_out,
    "cancel": information.cancel,
    "support": information.ask_question,
    "paysupport": information.ask_about_payment,
    "terms": information.show_terms,
    "privacy": information.show_privacy,
}
"""All but /start, which takes an argument."""

WORDS: Mapping[str, Told] = {
    Place.NAME: avatars.take_name,
    Place.GENDER: avatars.ask_gender_again,
    Place.PHOTOS: album.count_again,
    Place.PROMPT: portraits.take_prompt,
    Place.SUPPORT: owners.pass_question_on,
}
"""What a text means at each place of a conversation."""

GUIDANCE: Mapping[str, str] = {
    Place.NAME: "guide-name",
    Place.GENDER: "guide-gender",
    Place.PHOTOS: "guide-photos",
    Place.PROMPT: "guide-prompt",
    Place.SUPPORT: "guide-support",
}
"""What is said at each place to a sticker, a voice, or anything else that was not asked for."""


async def guide(talk: Talk) -> None:
    """Say what is expected here."""
    key = GUIDANCE.get(talk.place or "")
    if key is not None:
        await talk.say(key)
    else:
        await talk.voice.say(information.unknown(talk))
