"""What buttons carry: ``prefix:argument:argument`` in 64 bytes, ``+`` in front when the answer is a new message.

Everything a button needs is in it, so that a button of any age still does what it says, or can tell why not.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

LARGEST_BYTES = 64
_PACKED = 22
_ASPECT, _COLON = "x", ":"


class OutdatedButton(Exception):
    """What the button carries makes no sense any more."""


class Tap(StrEnum):
    """The prefixes, one for each thing a button can do."""

    MENU = "menu"
    PLANS = "plans"
    TOP_UP = "topup"
    BUY = "buy"
    AVATARS = "av"
    NEW_AVATAR = "new"
    GENDER = "sex"
    PHOTOS = "photos"
    PREVIEW = "seen"
    REMOVE = "rm"
    STEPS = "steps"
    QUOTE_TRAINING = "tq"
    TRAIN = "tr"
    STOP = "stop"
    STOP_SURELY = "halt"
    DISCARD = "drop"
    DISCARD_SURELY = "gone"
    PORTRAITS = "ph"
    AVATAR = "pa"
    STYLE = "ps"
    OWN_WORDS = "pw"
    QUOTE_PORTRAITS = "pq"
    REPEAT = "pr"
    NEW_WORDS = "pn"
    FORMATS = "pf"
    PAINT = "po"
    BALANCE = "bal"
    STATEMENT = "stm"
    PRICES = "price"
    LANGUAGE = "lang"
    SPEAK = "lg"
    HELP = "help"
    SUPPORT = "sup"
    INVITE = "inv"
    CANCEL = "cancel"


def packed(name: str) -> str:
    """Write a UUID in 22 characters; any other name stays as it is."""
    try:
        return urlsafe_b64encode(UUID(name).bytes).decode().rstrip("=")
    except ValueError:
        return name


def unpacked(text: str) -> str:
    """Read what `packed` wrote.  Raises OutdatedButton."""
    if len(text) != _PACKED:
        return text
    try:
        return str(UUID(bytes=urlsafe_b64decode(f"{text}==")))
    except (Error, ValueError) as cause:
        raise OutdatedButton from cause


def aspect_in(text: str) -> str:
    """Read an aspect ratio: ``16x9`` is 16:9."""
    return text.replace(_ASPECT, _COLON)


def calling(tap: Tap, *args: object) -> str:
    """Return a button's data.  Raises ValueError when it would not fit."""
    data = _COLON.join([tap.value, *(packed(str(arg)) for arg in args)])
    if len(data.encode()) > LARGEST_BYTES:
        raise ValueError(f"{data!r} does not fit into a button")
    return data


def asking(tap: Tap, order: str, aspect: str, count: int) -> str:
    """Return the data of a button that asks for an order's price in another format or number."""
    return calling(tap, order, aspect.replace(_COLON, _ASPECT), count)


def going_on(data: str, resume: str | None) -> str:
    """Return a button's data with the one of what goes on afterwards, where both fit in."""
    whole_data = data if resume is None else f"{data}:{resume}"
    return whole_data if len(whole_data.encode()) <= LARGEST_BYTES else data


def anew(data: str) -> str:
    """Return the data of a button that is answered by a new message, its own staying as it is."""
    return f"+{data}"


def read(data: str) -> tuple[bool, str, list[str]]:
    """Return whether a new message is wanted, the prefix, and the arguments.

    What no button of ours ever carried (control characters, halves of characters) has a prefix that nobody knows.
    """
    if not data.isprintable():
        return False, "", []
    prefix, *args = data.removeprefix("+").split(_COLON)
    return data.startswith("+"), prefix, args


def whole(text: str) -> int:
    """Read a number.  Raises OutdatedButton."""
    if not text.isascii() or not text.isdigit():
        raise OutdatedButton
    return int(text)


def one_of(text: str, known: Sequence[str]) -> str:
    """Read a word of a list.  Raises OutdatedButton."""
    if text not in known:
        raise OutdatedButton
    return text
