"""Protocol vectors: what a vendor's scheme makes of known inputs, as data for whoever writes it again, in any language.

``robokassa``: every kind of signature with its hash, its fields and the two passwords it may be made with
(docs.robokassa.ru).  ``standard-webhooks``: a secret, the three headers and the body of a genuine webhook
(github.com/standard-webhooks/standard-webhooks), as Replicate and others send them.  ``telegram-stars``: updates about
payments in Telegram Stars and what each says (core.telegram.org/bots/api#successfulpayment).
"""

import json
from importlib.resources import files
from typing import Any

PROTOCOLS = ("robokassa", "standard-webhooks", "telegram-stars")


def vectors(protocol: str) -> dict[str, Any]:
    """Return the vectors of one of PROTOCOLS."""
    text = files(__name__).joinpath(f"{protocol}.json").read_text(encoding="utf-8")
    known: dict[str, Any] = json.loads(text)
    return known
