"""What the stand-in remembers: models, versions, files and runs, and how each looks on the wire."""

import asyncio
import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

Json: TypeAlias = dict[str, object]
RunKind: TypeAlias = Literal["training", "prediction"]

TERMINAL = frozenset({"succeeded", "failed", "canceled", "aborted"})
ALL_EVENTS = ("start", "output", "logs", "completed")


def new_id() -> str:
    """Make an identifier shaped like the vendor's: 26 lower-case letters and digits."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def stamp(moment: datetime | None) -> str | None:
    """Word a moment as the vendor does: ISO 8601, milliseconds, Z."""
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Version:
    """A version of a model; a trained one keeps the photographs that it was made from."""

    id: str
    created_at: datetime
    schema: Json
    trainer: str | None = None
    photos: tuple[bytes, ...] = ()

    def to_json(self) -> Json:
        """Show the version as `GET …/versions/{id}` does."""
        return {
            "id": self.id,
            "created_at": stamp(self.created_at),
            "cog_version": "0.16.9",
            "openapi_schema": self.schema,
        }


@dataclass
class Model:
    """A model: a name under an owner, and the versions pushed to it."""

    owner: str
    name: str
    visibility: str
    hardware: str
    created_at: datetime
    description: str | None = None
    versions: list[Version] = field(default_factory=list)

    @property
    def slug(self) -> str:
        """The name with its owner, as used everywhere."""
        return f"{self.owner}/{self.name}"

    def to_json(self) -> Json:
        """Show the model as `GET /v1/models/{owner}/{name}` does."""
        return {
            "url": f"https://replicate.com/{self.slug}",
            "owner": self.owner,
            "name": self.name,
            "description": self.description,
            "visibility": self.visibility,
            "github_url": None,
            "paper_url": None,
            "license_url": None,
            "run_count": 0,
            "cover_image_url": None,
            "default_example": None,
            "latest_version": self.versions[-1].to_json() if self.versions else None,
        }


@dataclass
class StoredFile:
    """A file uploaded to `/v1/files`; gone after 24 hours."""

    id: str
    name: str
    content_type: str
    content: bytes
    metadata: Json
    sha256: str
    created_at: datetime
    expires_at: datetime

    def to_json(self, base_url: str) -> Json:
        """Show the file's card, never its content."""
        return {
            "id": self.id,
            "name": self.name,
            "content_type": self.content_type,
            "size": len(self.content),
            "etag": self.sha256[:32],
            "checksums": {"sha256": self.sha256},
            "metadata": self.metadata,
            "created_at": stamp(self.created_at),
            "expires_at": stamp(self.expires_at),
            "urls": {"get": f"{base_url}/v1/files/{self.id}"},
        }


@dataclass(frozen=True)
class Delivery:
    """One attempt to deliver a webhook, and what came of it."""

    run_id: str
    event: str
    webhook_id: str
    attempt: int
    body: bytes
    answer: int | str


@dataclass
class Run:
    """A training or a prediction."""

    kind: RunKind
    model: str
    version: Version
    input: Mapping[str, object]
    created_at: datetime
    webhook: str | None = None
    events: tuple[str, ...] = ALL_EVENTS
    destination: str | None = None
    ignored_inputs: tuple[str, ...] = ()
    id: str = field(default_factory=new_id)
    status: str = "starting"
    logs: str = ""
    output: object = None
    error: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    data_removed: bool = False
    vanished: bool = False
    last_progress_s: float = -1.0
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    post_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    task: asyncio.Task[None] | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in TERMINAL

    @property
    def metrics(self) -> Json:
        """Seconds it took, once it has ended."""
        if self.completed_at is None:
            return {}
        begun = self.started_at or self.completed_at
        return {
            "predict_time": (self.completed_at - begun).total_seconds(),
            "total_time": (self.completed_at - self.created_at).total_seconds(),
        }

    def to_json(self, base_url: str) -> Json:
        """Show the run as the API and the webhooks do."""
        address = f"{base_url}/v1/{self.kind}s/{self.id}"
        shown: Json = {
            "id": self.id,
            "model": self.model,
            "version": self.version.id,
            "input": {} if self.data_removed else dict(self.input),
            "logs": "" if self.data_removed else self.logs,
            "output": None if self.data_removed else self.output,
            "data_removed": self.data_removed,
            "error": self.error,
            "source": "api",
            "status": self.status,
            "created_at": stamp(self.created_at),
            "started_at": stamp(self.started_at),
            "completed_at": stamp(self.completed_at),
            "urls": {"get": address, "cancel": f"{address}/cancel"},
            "metrics": self.metrics,
        }
        if self.webhook is not None:
            shown |= {"webhook": self.webhook, "webhook_events_filter": list(self.events)}
        return shown
