"""What we read of an update is what aiogram, which knows every field that Telegram has, reads there."""

import dataclasses
from datetime import datetime
from typing import Any

import pytest
from aiogram import types
from pydantic import TypeAdapter, ValidationError

from adapters.telegram import updates

PERSON = {"id": 7, "is_bot": False, "first_name": "Fan", "last_name": "One", "language_code": "ru", "username": "fan"}
CHAT = {"id": -5, "type": "group", "title": "A group"}
LINE = {"message_id": 3, "date": 1_790_000_000, "chat": CHAT, "from": PERSON}
PHOTO = [{"file_id": size, "file_unique_id": size, "width": 9, "height": 9, "file_size": 10} for size in ("s", "l")]
DOCUMENT = {"file_id": "d", "file_unique_id": "d", "file_name": "me.png", "mime_type": "image/png", "file_size": 5}
PAID = {"currency": "XTR", "total_amount": 500, "invoice_payload": "p", "telegram_payment_charge_id": "c"}
MESSAGES = {
    "a text": LINE | {"text": "/menu", "entities": [{"type": "bot_command", "offset": 0, "length": 5}]},
    "nobody's": {name: part for name, part in LINE.items() if name != "from"} | {"text": "a channel speaks"},
    "a nameless person's": LINE | {"from": {"id": 8, "is_bot": True, "first_name": ""}},
    "a photo of an album": LINE | {"photo": PHOTO, "media_group_id": "m", "caption": "me"},
    "a document": LINE | {"document": DOCUMENT},
    "a refund": LINE | {"refunded_payment": PAID},
    "out of reach": {"message_id": 3, "date": 0, "chat": CHAT},
}
QUERY = {"id": "1", "from": PERSON, "chat_instance": "x"}
OTHERS: dict[str, tuple[type, type[types.TelegramObject], dict[str, Any]]] = {
    "a tap": (updates.CallbackQuery, types.CallbackQuery, QUERY | {"data": "menu", "message": MESSAGES["a text"]}),
    "an old tap": (updates.CallbackQuery, types.CallbackQuery, QUERY | {"message": MESSAGES["out of reach"]}),
    "a bare tap": (updates.CallbackQuery, types.CallbackQuery, QUERY),
    "a question": (updates.PreCheckoutQuery, types.PreCheckoutQuery, {"id": "1", "from": PERSON} | PAID),
    "a subscription": (
        updates.SubscriptionUpdated,
        types.BotSubscriptionUpdated,
        {"user": PERSON, "invoice_payload": "p", "state": "active"},
    ),
    "media": (updates.PaidMediaPurchased, types.PaidMediaPurchased, {"from": PERSON, "paid_media_payload": "p"}),
}


def agree(ours: Any, theirs: Any) -> None:  # noqa: ANN401  (two readings of any JSON)
    """Compare every field that we read."""
    if isinstance(ours, tuple):
        for one, other in zip(ours, theirs or (), strict=True):
            agree(one, other)
    elif dataclasses.is_dataclass(ours):
        for name in (field.name for field in dataclasses.fields(ours)):
            agree(getattr(ours, name), getattr(theirs, name, None))  # a file has not every field
    elif isinstance(theirs, datetime):
        assert ours == theirs.timestamp()
    else:
        assert ours == theirs


@pytest.mark.parametrize("raw", MESSAGES.values(), ids=MESSAGES)
def test_a_message_is_read_as_aiogram_reads_it(raw: dict[str, Any]) -> None:
    ours, theirs = TypeAdapter(updates.Message).validate_python(raw), types.Message.model_validate(raw)
    agree(ours, theirs)
    if ours.from_user and theirs.from_user:
        assert ours.from_user.full_name == theirs.from_user.full_name


@pytest.mark.parametrize(("mine", "known", "raw"), OTHERS.values(), ids=OTHERS)
def test_everything_else_is_read_as_aiogram_reads_it(
    mine: type[object], known: type[types.TelegramObject], raw: dict[str, Any]
) -> None:
    reader: TypeAdapter[Any] = TypeAdapter(mine)
    ours, theirs = reader.validate_python(raw), known.model_validate(raw)
    agree(ours, theirs)
    under = getattr(ours, "message", None)
    assert under is None or under.is_accessible is isinstance(theirs.message, types.Message)  # type: ignore[attr-defined]


def test_what_was_paid_is_left_to_the_gateway() -> None:
    read = TypeAdapter(updates.Message).validate_python(LINE | {"successful_payment": PAID})
    assert read.successful_payment == PAID


@pytest.mark.parametrize("missing", ["message_id", "date", "chat"])
def test_what_lacks_a_part_that_every_message_has_cannot_be_read(missing: str) -> None:
    raw = {name: part for name, part in LINE.items() if name != missing}
    for reader in (TypeAdapter(updates.Message).validate_python, types.Message.model_validate):
        with pytest.raises(ValidationError):
            reader(raw)
