"""Robokassa as a gateway: a signed link to pay by, and ResultURL's form body as the notice."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlencode

from adapters.robokassa.settings import RobokassaSettings
from adapters.robokassa.signatures import Fields, checkout_signature, notice_signature, same
from avatar_core.errors import InvalidAmount, NoticeForged, NoticeUnreadable
from avatar_core.ids import GatewayCode, PaymentId
from avatar_core.money import Currency, Price
from avatar_core.payments import Evidence, Payment, evidence_id
from avatar_core.ports import Checkout

ROBOKASSA = GatewayCode("robokassa")
LARGEST_NUMBER = 2**31 - 1
DESCRIPTION_CHARS = 100
OWN_FIELD = "Shp_payment"
"""Carries our payment's id: a number alone might be another installation's that shares the shop."""
MOST_FIELDS = 100
LONGEST_NAME = 64
"""Ids of ours are shorter; of a longer name the digest stands in the evidence's key, for an index takes no essay."""
_REQUIRED = ("OutSum", "InvId", "SignatureValue")
_UNTAKEN = re.compile("[^ -~А-Яа-яЁё«»—–…]+")
"""What a Description may not have: it takes English and Russian letters, digits and punctuation, and shows no emoji."""
_NUMBER = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class RobokassaGateway:
    """Takes roubles.  Nothing is asked of the vendor here, so nothing is ever unavailable."""

    settings: RobokassaSettings

    @property
    def code(self) -> GatewayCode:
        """``robokassa``."""
        return ROBOKASSA

    async def checkout(self, payment: Payment, title: str) -> Checkout:
        """Return the signed link; InvId is the payment's number.  Raises InvalidAmount for another currency."""
        if payment.price.currency is not Currency.RUB:
            raise InvalidAmount(what="roubles", value=str(payment.price))
        shop, described = self.settings, _described(title) or str(payment.number)
        fields = {
            "MerchantLogin": shop.login,
            "OutSum": payment.price.plain,
            "InvId": str(payment.number),
            "Description": described,
            "Encoding": "utf-8",
            OWN_FIELD: payment.id,
        }
        if shop.receipt:
            fields["Receipt"] = quote(shop.receipt.of(described, payment.price.plain), safe="")
        if shop.test:
            fields["IsTest"] = "1"
        if shop.sends_expiry:
            fields["ExpirationDate"] = payment.expires_at.isoformat(timespec="seconds")
        signed = {**fields, "SignatureValue": checkout_signature(shop.hash, fields, shop.password1)}
        return Checkout(payment, f"{shop.base_url}/Merchant/Index.aspx?{urlencode(signed)}")

    def read(self, notice: bytes, at: datetime) -> Evidence:
        """Return the evidence in ResultURL's form body.

        The charge is the number, the amount and our id: an invoice is paid once, so a second amount or another id is
        something else, and "5.12" and "5.120000" are the same.  Raises NoticeUnreadable and NoticeForged.
        """
        fields = _fields(notice)
        self._require_genuine(fields)
        try:
            price = Price.parse(fields["OutSum"], Currency.RUB)
        except InvalidAmount as cause:
            raise _unreadable("OutSum is no sum of roubles") from cause
        number = int(fields["InvId"])
        named = fields.get(OWN_FIELD, "")
        charge = ":".join([str(number), price.plain, *_key_of(named)])
        return Evidence(
            id=evidence_id(ROBOKASSA, charge),
            gateway=ROBOKASSA,
            charge=charge,
            price=price,
            raw=notice.decode(),
            received_at=at,
            payment_id=PaymentId(named) if named else None,
            payment_number=number,
        )

    def answer(self, evidence: Evidence) -> str:
        """Return what Robokassa waits for, to be said only once the evidence is kept."""
        return f"OK{evidence.payment_number}"

    def _require_genuine(self, fields: Fields) -> None:
        shop = self.settings
        expected = notice_signature(shop.hash, fields, shop.password2)
        if not same(fields.get("SignatureValue", ""), expected):
            raise NoticeForged(source=ROBOKASSA, reason="its signature is wrong")
        if fields.get("IsTest", "0") != "0" and not shop.test:
            raise NoticeForged(source=ROBOKASSA, reason="it is about a test payment")


def _described(title: str) -> str:
    """Return the title in the characters that are taken, as many as are taken."""
    return " ".join(_UNTAKEN.sub(" ", title).split())[:DESCRIPTION_CHARS].rstrip()


def _key_of(named: str) -> list[str]:
    """Return what stands for our id in the evidence's key; nothing for a notice without one."""
    return [named if len(named) <= LONGEST_NAME else hashlib.sha256(named.encode()).hexdigest()] if named else []


def _fields(notice: bytes) -> Fields:
    try:
        pairs = parse_qsl(
            notice.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError as cause:
        raise _unreadable("it is no form") from cause
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _unreadable("a field comes twice")
    if missing := [name for name in _REQUIRED if name not in fields]:
        raise _unreadable(f"{' and '.join(missing)} missing")
    number = fields["InvId"]
    if not _NUMBER.fullmatch(number) or not 1 <= int(number) <= LARGEST_NUMBER:
        raise _unreadable(f"InvId is no number from 1 to {LARGEST_NUMBER}")
    return fields


def _unreadable(reason: str) -> NoticeUnreadable:
    """Word what is wrong by the field's name, never by its content: the sender reads it."""
    return NoticeUnreadable(source=ROBOKASSA, reason=reason)
