"""Robokassa's signatures, worked out from the vendor's description only.

https://docs.robokassa.ru/ru/pay-interface (SignatureValue), .../notifications-and-redirects, .../xml-interfaces
"""

import hashlib
import hmac
from collections.abc import Mapping

HASHES = frozenset({"md5", "ripemd160", "sha1", "sha256", "sha384", "sha512"})
# Parameters that enter the signature when they are sent, in this order, between InvId and Password1.
OPTIONAL_PARTS = (
    "OutSumCurrency",
    "UserIp",
    "Receipt",
    "StepByStep",
    "ResultUrl2",
    "SuccessUrl2",
    "SuccessUrl2Method",
    "FailUrl2",
    "FailUrl2Method",
)


def digest(algorithm: str, *parts: str) -> str:
    """Join the parts by colons and hash them; lower-case hex.  Raises ValueError for a hash that is not offered."""
    if algorithm not in HASHES:
        raise ValueError(f"Robokassa offers no {algorithm}")
    return hashlib.new(algorithm, ":".join(parts).encode()).hexdigest()


def same(given: str, expected: str) -> bool:
    """Compare two hex signatures whatever their case."""
    return hmac.compare_digest(given.lower().encode(), expected.lower().encode())


def user_fields(parameters: Mapping[str, str]) -> dict[str, str]:
    """Pick the merchant's own fields, sorted by name."""
    return {name: parameters[name] for name in sorted(parameters) if name.lower().startswith("shp_")}


def init_signature(algorithm: str, parameters: Mapping[str, str], password1: str) -> str:
    """Sign a checkout from its parameters after one url-decoding (so the Receipt is still encoded once)."""
    parts = [parameters["MerchantLogin"], parameters["OutSum"], parameters.get("InvId", "")]
    parts += [parameters[name] for name in OPTIONAL_PARTS if parameters.get(name)]
    return digest(algorithm, *parts, password1, *_shown(parameters))


def result_signature(algorithm: str, parameters: Mapping[str, str], password: str) -> str:
    """Sign a notice (Password2) or a way back to the shop (Password1)."""
    return digest(algorithm, parameters["OutSum"], parameters["InvId"], password, *_shown(parameters))


def state_signature(algorithm: str, login: str, invoice_id: str, password2: str) -> str:
    """Sign a question about an operation's state."""
    return digest(algorithm, login, invoice_id, password2)


def hold_cancel_signature(algorithm: str, login: str, invoice_id: str, password1: str) -> str:
    """Sign the cancelling of a held sum: the sum's place stays empty."""
    return digest(algorithm, login, "", invoice_id, password1)


def _shown(parameters: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in user_fields(parameters).items()]
