"""What the stand-in remembers: people, files, invoices, messages, charges.  All of it in memory."""

import asyncio
from dataclasses import dataclass, field
from typing import TypeAlias

Json: TypeAlias = dict[str, object]


@dataclass(slots=True)
class Person:
    """A human with a Telegram account and Stars in the purse."""

    person_id: int
    first_name: str
    username: str | None = None
    language_code: str | None = "en"
    last_name: str | None = None
    stars: int = 1_000_000

    def wire(self) -> Json:
        """Return Bot API's User."""
        return present(
            id=self.person_id,
            is_bot=False,
            first_name=self.first_name,
            last_name=self.last_name,
            username=self.username,
            language_code=self.language_code,
        )

    def wire_chat(self) -> Json:
        """Return Bot API's private Chat."""
        return present(
            id=self.person_id,
            type="private",
            first_name=self.first_name,
            last_name=self.last_name,
            username=self.username,
        )


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Bytes kept for one bot: file ids are worth nothing to another bot, as in Telegram."""

    file_id: str
    unique_id: str
    path: str
    bot_id: int
    content: bytes
    mime: str
    name: str | None = None
    width_px: int = 0
    height_px: int = 0

    def wire_photo_size(self) -> Json:
        """Return Bot API's PhotoSize."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.content),
            "width": self.width_px,
            "height": self.height_px,
        }

    def wire_document(self) -> Json:
        """Return Bot API's Document."""
        return present(
            file_name=self.name,
            mime_type=self.mime,
            file_id=self.file_id,
            file_unique_id=self.unique_id,
            file_size=len(self.content),
        )


@dataclass(slots=True)
class Invoice:
    """What a Pay button charges for; `amount` is in whole Stars when the currency is XTR."""

    bot_id: int
    title: str
    description: str
    payload: str
    currency: str
    amount: int
    start_parameter: str = ""
    subscription_period_s: int | None = None
    link: str | None = None

    def wire(self) -> Json:
        """Return Bot API's Invoice."""
        return {
            "title": self.title,
            "description": self.description,
            "start_parameter": self.start_parameter,
            "currency": self.currency,
            "total_amount": self.amount,
        }


@dataclass(slots=True)
class Message:
    """One message of a private chat between a bot and a person."""

    message_id: int
    bot_id: int
    person_id: int
    is_from_bot: bool
    date: int
    text: str | None = None
    entities: list[Json] = field(default_factory=list)
    caption: str | None = None
    caption_entities: list[Json] = field(default_factory=list)
    photo: list[StoredFile] = field(default_factory=list)
    document: StoredFile | None = None
    invoice: Invoice | None = None
    is_invoice_paid: bool = False
    payment: Json | None = None
    refunded_payment: Json | None = None
    media_group_id: str | None = None
    keyboard: list[list[Json]] | None = None
    reply_to_id: int | None = None
    extra: Json = field(default_factory=dict)
    edit_date: int | None = None
    edited_count: int = 0
    revision: int = 0
    is_deleted: bool = False


@dataclass(slots=True)
class CallbackQuery:
    """A tap on an inline button, waiting for the bot's answer."""

    query_id: str
    bot_id: int
    person_id: int
    message_id: int
    data: str
    asked_s: float
    is_answered: bool = False
    text: str | None = None
    is_alert: bool = False
    url: str | None = None


@dataclass(slots=True)
class PreCheckout:
    """A payment's last question to the bot; `answer` is True once the bot agreed."""

    query_id: str
    bot_id: int
    payer_id: int
    invoice: Invoice
    answer: "asyncio.Future[bool]"
    error_message: str | None = None
    is_closed: bool = False


@dataclass(slots=True)
class Charge:
    """Stars that moved from a person to a bot."""

    charge_id: str
    bot_id: int
    person_id: int
    invoice: Invoice
    date: int
    subscription: "Subscription | None" = None
    is_refunded: bool = False


@dataclass(slots=True)
class Subscription:
    """A monthly payment made through an invoice link; `expires` is unix seconds."""

    bot_id: int
    person_id: int
    invoice: Invoice
    expires: int
    charge_ids: list[str] = field(default_factory=list)
    is_canceled_by_person: bool = False
    is_canceled_by_bot: bool = False

    @property
    def period_s(self) -> int:
        """Seconds between two charges."""
        return self.invoice.subscription_period_s or 0

    @property
    def is_canceled(self) -> bool:
        """Whether the next period will not be charged."""
        return self.is_canceled_by_bot or self.is_canceled_by_person


@dataclass(frozen=True, slots=True)
class StarTransaction:
    """A line of a bot's star account; a refund repeats the id of what it gives back."""

    transaction_id: str
    amount: int
    date: int
    partner: Json
    is_incoming: bool

    def wire(self) -> Json:
        """Return Bot API's StarTransaction."""
        side = "source" if self.is_incoming else "receiver"
        return {"id": self.transaction_id, "amount": self.amount, "date": self.date, side: self.partner}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a chat's full history: what was sent, edited, deleted, answered or paid, in order."""

    revision: int
    at_s: float
    kind: str
    message_id: int | None
    text: str
    is_from_bot: bool


def present(**fields: object) -> Json:
    """Return the fields that have a value, as Bot API leaves absent ones out."""
    return {name: value for name, value in fields.items() if value is not None}
