"""A payment gateway in memory, with signed notices."""

import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from avatar_core.errors import GatewayUnavailable, InvalidAmount, NoticeForged, NoticeUnreadable
from avatar_core.ids import GatewayCode, PaymentId, TelegramId
from avatar_core.money import Currency, Price
from avatar_core.payments import Evidence, Payment, evidence_id
from avatar_core.ports import Checkout

CODE = GatewayCode("memory")
OLDEST_NOTICE = timedelta(minutes=5)
UNREADABLE = (InvalidAmount, KeyError, TypeError, ValueError)


@dataclass
class MemoryGateway:
    """Takes no money.  ``pay`` makes the notice of a payment: its facts as JSON, a line break, their HMAC in hex."""

    code: GatewayCode = CODE
    secret: bytes = b"known to the gateway and to us"
    down: bool = False
    checkouts: list[Checkout] = field(default_factory=list)

    async def checkout(self, payment: Payment, title: str) -> Checkout:
        """Return a link, the same for the same payment.  Raises GatewayUnavailable while the gateway is down."""
        if self.down:
            raise GatewayUnavailable(gateway=self.code, reason="it was told not to answer")
        checkout = Checkout(payment, f"memory://pay/{payment.number}")
        if checkout not in self.checkouts:
            self.checkouts.append(checkout)
        return checkout

    def read(self, notice: bytes, at: datetime) -> Evidence:
        """Return the evidence in a notice.  Raises NoticeForged and NoticeUnreadable."""
        told, _, signature = notice.rpartition(b"\n")
        if not hmac.compare_digest(self._signature(told), signature):
            raise NoticeForged(source=self.code, reason="wrong signature")
        try:
            facts = json.loads(told)
            sent_at = datetime.fromisoformat(facts["at"])
            evidence = self._evidence(facts, told.decode(), at)
        except UNREADABLE as cause:
            raise NoticeUnreadable(source=self.code, reason=str(cause)) from cause
        if abs(at - sent_at) > OLDEST_NOTICE:
            raise NoticeForged(source=self.code, reason="it is too old")
        return evidence

    def pay(self, payment: Payment, charge: str, at: datetime, **odd: object) -> bytes:
        """Return the signed notice of a paid payment; ``odd`` facts replace what is right."""
        right = {"number": payment.number, "minor": payment.price.minor, "currency": payment.price.currency}
        facts = {**right, "id": payment.id, "charge": charge, "at": at.isoformat(), "payer": None, **odd}
        return self.signed(json.dumps(facts).encode())

    def signed(self, told: bytes) -> bytes:
        """Sign any text."""
        return told + b"\n" + self._signature(told)

    def _evidence(self, facts: dict[str, Any], raw: str, at: datetime) -> Evidence:
        charge, payer = str(facts["charge"]), facts["payer"]
        return Evidence(
            id=evidence_id(self.code, charge),
            gateway=self.code,
            charge=charge,
            price=Price(facts["minor"], Currency(facts["currency"])),
            raw=raw,
            received_at=at,
            payment_id=PaymentId(facts["id"]),
            payment_number=facts["number"],
            payer=None if payer is None else TelegramId(payer),
        )

    def _signature(self, told: bytes) -> bytes:
        return hmac.new(self.secret, told, sha256).hexdigest().encode()
