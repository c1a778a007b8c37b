"""What has to be known of a shop at Robokassa."""

import hashlib
import json
from dataclasses import dataclass, field

HASHES = ("md5", "ripemd160", "sha1", "sha256", "sha384", "sha512")


@dataclass(frozen=True, slots=True)
class RobokassaReceipt:
    """What the tax office is told of a sale (54-FZ), in the vendor's words."""

    tax: str = "none"
    """``none``, ``vat0``, ``vat5``, ``vat7``, ``vat10``, ``vat20`` …"""
    system: str | None = None
    """The shop's tax system (``sno``), where it has several."""
    method: str = "full_payment"
    object: str = "service"

    def of(self, title: str, amount: str) -> str:
        """Return the receipt for one thing as compact JSON; the amount stays as it is written, never a float."""
        item = json.dumps(
            {
                "name": title,
                "quantity": 1,
                "tax": self.tax,
                "payment_method": self.method,
                "payment_object": self.object,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        system = f'"sno":{json.dumps(self.system)},' if self.system else ""
        return f'{{{system}"items":[{item[:-1]},"sum":{amount}}}]}}'


@dataclass(frozen=True, slots=True)
class RobokassaSettings:
    """One shop, as its cabinet has it.  Raises ValueError, which never shows a password, for what cannot be right."""

    login: str
    password1: str = field(repr=False)
    """Signs checkouts; of the test pair when ``test`` is set."""
    password2: str = field(repr=False)
    """Signs notices; of the test pair when ``test`` is set."""
    hash: str = "md5"
    test: bool = False
    """Whether checkouts move no money; a notice of a test is refused unless this is set."""
    base_url: str = "https://auth.robokassa.ru"
    receipt: RobokassaReceipt | None = None
    """Set where the shop has to send receipts."""
    sends_expiry: bool = False
    """Whether Robokassa is told until when an invoice can be paid; what is paid later is credited all the same."""

    def __post_init__(self) -> None:
        """Refuse an incomplete shop, and a hash that cannot be computed."""
        if not (self.login and self.password1 and self.password2):
            raise ValueError("a shop at Robokassa has a login and two passwords")
        if self.hash not in HASHES:
            raise ValueError(f"Robokassa signs with {', '.join(HASHES)}, not with {self.hash}")
        if self.hash not in hashlib.algorithms_available:
            raise ValueError(f"this machine's OpenSSL has no {self.hash}: choose another hash in the shop's cabinet")
