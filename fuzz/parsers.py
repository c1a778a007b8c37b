"""Every parser of outside input as a function of bytes: it returns, or raises a named error of ours; never another."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from aiogram.types import Update
from PIL import Image
from pydantic import ValidationError

from adapters.images import PillowInspector
from adapters.postgres.errors import require_conninfo
from adapters.postgres.storable import storable, storable_json
from adapters.replicate import ReplicateSettings, ReplicateWebhooks
from adapters.replicate.errors import asking
from adapters.replicate.reports import report_of
from adapters.replicate.settings import RunKind, address_in, mark_in, mark_of
from adapters.robokassa import RobokassaGateway, RobokassaSettings
from adapters.robokassa.signatures import notice_signature
from adapters.telegram.stars import StarsGateway
from avatar_core.catalogue_file import load_catalogue
from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from avatar_core.errors import (
    CustomerNotFound,
    InvalidAmount,
    InvalidCatalogue,
    NoticeForged,
    NoticeUnreadable,
    PhotoRefused,
    ProviderUnavailable,
    RunVanished,
)
from avatar_core.money import Currency, Price, Stars
from entrypoints.bot.callbacks import OutdatedButton, aspect_in, one_of, read, unpacked, whole
from entrypoints.bot.intake import lane_of
from entrypoints.bot.reception import Reception, _command
from entrypoints.logs import Redaction
from entrypoints.settings import SettingsWrong, load_settings
from entrypoints.web.pages import paid_page
from entrypoints.web.telegram import _update

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHOP = RobokassaSettings("shop", "first-word", "second-word")
ACCOUNT = ReplicateSettings("r8_token", ("me/avatars",))
KEY = b"a key of twenty-four byte"
WEBHOOKS = ReplicateWebhooks(ACCOUNT, "whsec_" + base64.b64encode(KEY).decode())
INSPECTOR = PillowInspector()
Parser = Callable[[bytes], None]


class _Nobody:
    """A desk where nobody is known, and conversations that nobody has."""

    async def read_customer(self, _customer: str) -> None:
        raise CustomerNotFound


NOBODY: Any = _Nobody()


def robokassa_form(data: bytes) -> None:
    """A form that anybody may post."""
    with contextlib.suppress(NoticeForged, NoticeUnreadable):
        RobokassaGateway(SHOP).read(data, NOW)


def robokassa_signed(data: bytes) -> None:
    """The same with a genuine signature, so that what stands behind the check is reached."""
    try:
        pairs = parse_qsl(data.decode(errors="replace"), keep_blank_values=True)
    except ValueError:
        return
    fields = {"OutSum": "1100.00", "InvId": "5", **dict(pairs)}
    signed = {**fields, "SignatureValue": notice_signature(SHOP.hash, fields, SHOP.password2)}
    robokassa_form(urlencode(signed).encode())


def stars_notice(data: bytes) -> None:
    """A payment in Telegram Stars, as our bot hands it over."""
    with contextlib.suppress(NoticeUnreadable):
        StarsGateway().read(data, NOW)


def replicate_notice(data: bytes) -> None:
    """A notice with a genuine signature; its first line is the query of its address."""
    query, _, body = data.partition(b"\n")
    sent_at = str(int(NOW.timestamp()))
    digest = hmac.digest(KEY, f"msg.{sent_at}.".encode() + body, hashlib.sha256)
    headers = {
        "webhook-id": "msg",
        "webhook-timestamp": sent_at,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }
    with contextlib.suppress(NoticeUnreadable):
        WEBHOOKS.read_webhook(headers, body, NOW, query.decode("latin-1"))


def replicate_headers(data: bytes) -> None:
    """Headers that anybody may send, one to a line."""
    lines = data.decode("latin-1").split("\n")
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    with contextlib.suppress(NoticeForged, NoticeUnreadable):
        WEBHOOKS.read_webhook(dict(zip(names, lines, strict=False)), b"{}", NOW)


def replicate_answer(data: bytes) -> None:
    """What the API says of a run."""
    for kind in RunKind:
        with contextlib.suppress(ProviderUnavailable, RunVanished), asking():
            report_of(json.loads(data), kind, ACCOUNT)


def addresses(data: bytes) -> None:
    """An address that a vendor hands on: never an error at all."""
    text = data.decode(errors="surrogateescape")
    for address in (text, f"https://{text}", f"https://x/?training={text}"):
        mark_in(address)
        address_in(address)
    mark_of(text)


def telegram_update(data: bytes) -> None:
    """A body at Telegram's webhook."""
    try:
        update = _update(data)
    except NoticeUnreadable:
        return
    lane_of(update)
    json.dumps(update, ensure_ascii=False)
    with contextlib.suppress(ValidationError):
        Update.model_validate(update)


def button(data: bytes) -> None:
    """What a button carries, or a customer's own client says it did."""
    _, prefix, args = read(data.decode(errors="surrogateescape"))
    for each in (prefix, *args):
        aspect_in(each)
        for reader in (unpacked, whole, lambda text: one_of(text, ("s", "r"))):
            with contextlib.suppress(OutdatedButton):
                reader(each)


def deep_link(data: bytes) -> None:
    """What stands behind /start: never an error at all."""
    _, argument = _command(data.decode(errors="surrogateescape"))
    for each in (argument, f"ref_{argument}", f"inv_{argument}"):
        asyncio.run(Reception(NOBODY, NOBODY, NOBODY)._inviter(each))  # noqa: SLF001  (the very parser)


def catalogue(data: bytes) -> None:
    """The owner's catalogue file."""
    with contextlib.suppress(InvalidCatalogue):
        load_catalogue(data.decode(errors="replace"))


def settings_file(data: bytes) -> None:
    """The owner's `.env`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ".env"
        path.write_bytes(data)
        with contextlib.suppress(SettingsWrong):
            load_settings(path)


def settings_environment(data: bytes) -> None:
    """The owner's environment: a name and a value to a line."""
    lines = data.replace(b"\0", b"").split(b"\n")
    pairs = (line.partition(b"=") for line in lines)
    given = {b"AVATAR_" + name.lstrip(b"=").upper(): value for name, _, value in pairs if name.strip(b"=")}
    set_now = {os.fsdecode(name): os.fsdecode(value) for name, value in given.items()}
    with _environment(set_now), contextlib.suppress(SettingsWrong):
        load_settings(None)


@contextlib.contextmanager
def _environment(given: Mapping[str, str]) -> Iterator[None]:
    before = {name: value for name, value in os.environ.items() if not name.startswith("AVATAR_")}
    os.environ.update(given)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def photo(data: bytes) -> None:
    """A photo of a customer's; what is accepted is prepared for the trainer."""

    async def looked_at() -> None:
        await INSPECTOR.inspect(data)
        await INSPECTOR.prepared(data)

    with contextlib.suppress(PhotoRefused):
        asyncio.run(looked_at())


def connection_string(data: bytes) -> None:
    """The address of the database: refused without being shown."""
    text = data.decode(errors="surrogateescape")
    try:
        require_conninfo(text)
    except ValueError as wrong:
        if str(wrong) != "it looks like postgresql://user:password@host/name":
            raise AssertionError("the error may show the address") from wrong


def words(data: bytes) -> None:
    """Any text on its way into the database, a page or a log: never an error at all."""
    text = data.decode(errors="surrogateescape")
    storable(text).encode()
    storable_json({text: [text]})
    paid_page(text)
    Redaction(["a-secret"])(text)
    for amount in (Stars.parse, lambda each: Price.parse(each, Currency.RUB)):
        with contextlib.suppress(InvalidAmount):
            amount(text)


PARSERS: Mapping[str, Parser] = {
    each.__name__: each
    for each in (
        robokassa_form,
        robokassa_signed,
        stars_notice,
        replicate_notice,
        replicate_headers,
        replicate_answer,
        addresses,
        telegram_update,
        button,
        deep_link,
        catalogue,
        settings_file,
        settings_environment,
        photo,
        connection_string,
        words,
    )
}
_RUN = (
    b'{"id":"r","status":"succeeded","webhook":"https://x/?training=o","logs":"1%|x| 1/9 [",'
    b'"output":{"version":"a/b:c"}}'
)
_PAID = (
    b'{"bot":"b","update":{"message":{"from":{"id":7},"successful_payment":{"currency":"XTR","total_amount":500,'
    b'"invoice_payload":"p","telegram_payment_charge_id":"c"}}}}'
)


def _small_photos() -> list[bytes]:
    """Return a small picture in every format that is read."""
    made = []
    for kind in ("JPEG", "PNG", "WEBP", "HEIF"):
        file = io.BytesIO()
        Image.radial_gradient("L").resize((520, 520)).convert("RGB").save(file, kind)
        made.append(file.getvalue())
    return made


SEEDS: Mapping[str, Sequence[bytes]] = {
    "robokassa_form": [b"OutSum=1100.00&InvId=5&SignatureValue=00&Shp_payment=p&IsTest=0"],
    "robokassa_signed": [b"OutSum=1100.00&InvId=5&Shp_payment=p&Shp_a=1"],
    "stars_notice": [_PAID],
    "replicate_notice": [b"training=o\n" + _RUN, b"\n" + _RUN.replace(b"training", b"portraits")],
    "replicate_headers": [b"msg\n1772366400\nv1,AAAA v1,BBBB"],
    "replicate_answer": [_RUN],
    "addresses": [b"http://[::1]:80/?training=o&portraits=p"],
    "telegram_update": [b'{"update_id":1,"message":{"message_id":1,"date":1,"chat":{"id":7,"type":"private"}}}'],
    "button": [b"+pq:AZDJqHscfVWO4AEjRWeJqw:2x3:1", b"buy:xtr-500:s:stm:0"],
    "deep_link": [b"/start ref_0190c9a8-7b1c-7d55-8ee0-0123456789ab"],
    "catalogue": [DEFAULT_CATALOGUE.encode()],
    "settings_file": [b'AVATAR_BOTS__B__TOKEN=1:A\nAVATAR_BOTS__B__OWNERS=[1, 2]\nAVATAR_KEEP_PHOTOS_DAYS="7"\n'],
    "settings_environment": [b"BOTS__B__TOKEN=1:A\nBOTS__B__OWNERS=[1]\nLISTEN_PORT=80\nBOTS={}\nREPLICATE_MODELS=a/b"],
    "photo": _small_photos(),
    "connection_string": [b"postgresql://u:pw@h:5432/d?sslmode=require", b"host=h password='p w'"],
    "words": [b"ru-RU;q=0.9", b"postgresql://u:p@h SignatureValue=0f 123456:AAAAAAAAAAAAAAAAAAAAA", b"-7.50"],
}
"""What a parser is meant for, to begin with."""
