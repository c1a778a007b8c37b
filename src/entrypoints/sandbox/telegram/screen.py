"""A chat as a person sees it on the screen."""

from dataclasses import dataclass

from .records import Invoice, Json, Message
from .state import Chat


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: what it says and what a tap does."""

    text: str
    data: str | None = None
    url: str | None = None
    is_pay: bool = False


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message as it looks now; `text` is a photo's caption where there is no text."""

    message_id: int
    is_from_bot: bool
    text: str
    entities: tuple[Json, ...]
    photo: bytes | None
    document: bytes | None
    document_name: str | None
    rows: tuple[tuple[Button, ...], ...]
    invoice: Invoice | None
    payment: Json | None
    refunded_payment: Json | None
    media_group_id: str | None
    edited_count: int
    date: int
    revision: int

    @property
    def buttons(self) -> tuple[Button, ...]:
        """All buttons, row by row."""
        return tuple(button for row in self.rows for button in row)

    @property
    def labels(self) -> list[str]:
        """What the buttons say."""
        return [button.text for button in self.buttons]

    def says(self, fragment: str) -> bool:
        """Tell whether the words, or the invoice's title and description, contain `fragment`."""
        words = self.text
        if self.invoice is not None:
            words = f"{words}\n{self.invoice.title}\n{self.invoice.description}"
        return fragment in words

    def button(self, wanted: str) -> Button | None:
        """Return the button that says or carries `wanted`, or else the first whose label contains it."""
        exact = [button for button in self.buttons if wanted in {button.text, button.data}]
        near = [button for button in self.buttons if wanted in button.text]
        return next(iter(exact + near), None)


def seen(message: Message) -> ChatMessage:
    """Return a message as the person sees it."""
    rows = tuple(tuple(_button(button) for button in row) for row in message.keyboard or [])
    if message.invoice is not None and not rows and not message.is_invoice_paid:
        rows = ((Button(f"Pay ⭐{message.invoice.amount}", is_pay=True),),)
    return ChatMessage(
        message_id=message.message_id,
        is_from_bot=message.is_from_bot,
        text=message.text or message.caption or "",
        entities=tuple(message.entities or message.caption_entities),
        photo=message.photo[-1].content if message.photo else None,
        document=message.document.content if message.document else None,
        document_name=message.document.name if message.document else None,
        rows=rows,
        invoice=message.invoice,
        payment=message.payment,
        refunded_payment=message.refunded_payment,
        media_group_id=message.media_group_id,
        edited_count=message.edited_count,
        date=message.date,
        revision=message.revision,
    )


def _button(wire: Json) -> Button:
    data, url = wire.get("callback_data"), wire.get("url")
    return Button(
        text=str(wire["text"]),
        data=data if isinstance(data, str) else None,
        url=url if isinstance(url, str) else None,
        is_pay=bool(wire.get("pay")),
    )


def transcript(chat: Chat) -> str:
    """Return a chat's history as lines for people."""
    names = {True: f"@{chat.bot.username}", False: chat.person.first_name}
    return "\n".join(
        f"{names[line.is_from_bot]} {line.kind}{f' #{line.message_id}' if line.message_id else ''}: {line.text}"
        for line in chat.log
    )
