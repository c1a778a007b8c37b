"""Robokassa's signatures (docs.robokassa.ru, "pay-interface" and "notifications-and-redirects")."""

import hashlib
import hmac
from collections.abc import Mapping

Fields = Mapping[str, str]


def checkout_signature(algorithm: str, fields: Fields, password1: str) -> str:
    """Sign a checkout; its Receipt is url-encoded once at this point."""
    receipt = [fields["Receipt"]] if "Receipt" in fields else []
    parts = [fields["MerchantLogin"], fields["OutSum"], fields["InvId"], *receipt, password1]
    return _digest(algorithm, [*parts, *_own(fields)])


def notice_signature(algorithm: str, fields: Fields, password: str) -> str:
    """Sign a notice (Password2) or a way back to the shop (Password1); OutSum is exactly as it was sent."""
    return _digest(algorithm, [fields["OutSum"], fields["InvId"], password, *_own(fields)])


def same(told: str, expected: str) -> bool:
    """Compare two signatures in hex, whatever their case, in constant time."""
    return hmac.compare_digest(told.lower().encode(), expected.lower().encode())


def _own(fields: Fields) -> list[str]:
    """Return the shop's own fields, sorted by name; lower-case endings are the only ones that everybody sorts alike."""
    return [f"{name}={fields[name]}" for name in sorted(fields) if name.lower().startswith("shp_")]


def _digest(algorithm: str, parts: list[str]) -> str:
    return hashlib.new(algorithm, ":".join(parts).encode()).hexdigest()
