"""What has to be known of an account at Replicate, and how our orders are marked there."""

import re
import zlib
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

API = "https://api.replicate.com"
NOWHERE = "https://no-webhook.invalid/replicate"
"""Where nothing listens (RFC 6761): the poller finds out by itself, and the address still carries our mark."""
TOKEN_SETTING = "REPLICATE_API_TOKEN"  # noqa: S105 - the setting's name
MOST_FIELDS = 100
_TOKEN = re.compile(r"[!-~]+")
_CREDENTIALS = re.compile(r"\b(?:Bearer\s+|r8_|whsec_)[A-Za-z0-9+/=_-]+")
_MODEL = re.compile(r"[\w.-]+/[\w.-]+")


class NoDestination(ValueError):
    """The models that take the trained versions are missing, or written otherwise than ``owner/name``."""


class RunKind(StrEnum):
    """What is run for us; the value is the mark's name in our webhook addresses."""

    TRAINING = "training"
    PORTRAITS = "portraits"

    @property
    def path(self) -> str:
        """The runs' address in the API."""
        return "/v1/trainings" if self is RunKind.TRAINING else "/v1/predictions"


@dataclass(frozen=True, slots=True)
class ReplicateSettings:
    """One account.  Raises NoDestination, and ValueError, which never shows the token, for what cannot be right."""

    token: str = field(repr=False)
    destinations: tuple[str, ...]
    """Private models, ``owner/name``, that take the versions; an account may have 1,000 models, so they are few."""
    webhook_url: str = NOWHERE
    """Our public address for notices, HTTPS; orders are marked in its query."""
    base_url: str = API
    hardware: str = "gpu-h100"
    """What a new destination runs on; the names change, so ``ReplicateConnection.hardware`` tells the valid ones."""
    delivery_hosts: tuple[str, ...] = ("replicate.delivery",)
    """Hosts, with all below them, that images may be fetched from beside the API's own."""
    timeout_s: float = 30.0
    """How long one request may take; an upload may take twenty times as long."""

    def __post_init__(self) -> None:
        """Refuse what would fail later, or in a way that shows the token."""
        if not _TOKEN.fullmatch(self.token):
            raise ValueError(f"{TOKEN_SETTING} is empty or has characters that no token has")
        if not self.destinations or not all(_MODEL.fullmatch(each) for each in self.destinations):
            raise NoDestination("a model is written owner/name, and there is at least one")

    def destination(self, order: str) -> str:
        """Return the model that takes this training's version: always the same one."""
        return self.destinations[zlib.crc32(order.encode()) % len(self.destinations)]

    def marked(self, kind: RunKind, order: str) -> str:
        """Return our webhook address with the order's id in it."""
        joint = "&" if urlsplit(self.webhook_url).query else "?"
        return f"{self.webhook_url}{joint}{urlencode({kind.value: order})}"


def without_credentials(words: str) -> str:
    """Return the provider's own words, which are kept and shown to the owner, without what it was asked with."""
    return _CREDENTIALS.sub("[hidden]", words)


def address_in(value: object) -> SplitResult | None:
    """Return the parts of an address; None for what is none: the vendor hands on what its other users wrote."""
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return None
    try:
        address = urlsplit(value)
        address.port  # noqa: B018  (it is read only when it is asked for)
    except ValueError:
        return None
    return address


def mark_in(address: object) -> tuple[RunKind, str] | None:
    """Return what a webhook address of ours says: the kind of run and the order's id."""
    parts = address_in(address)
    return None if parts is None else mark_of(parts.query)


def mark_of(words: str) -> tuple[RunKind, str] | None:
    """Return what the query of such an address says."""
    try:
        query = parse_qs(words, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    return next(((kind, query[kind][0]) for kind in RunKind if kind in query), None)
