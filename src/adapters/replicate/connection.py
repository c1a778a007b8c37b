"""The way to Replicate's API.

New runs are made by the vendor's own client.  What it cannot show is read as plain JSON: it refuses the status
``aborted``, any status it has not heard of, and a version without its owner, so that one such run breaks every list.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO, NamedTuple
from urllib.parse import urlsplit

import httpx
from replicate.client import Client
from replicate.exceptions import ReplicateError

from adapters.replicate.errors import asking
from adapters.replicate.settings import ReplicateSettings, RunKind, address_in, mark_in
from avatar_core.ids import ProviderRunId
from avatar_core.runs import Ticket

EVENTS = ["start", "completed"]
"""Each notice carries all logs so far: one for each line of a training of 4,000 steps came to 700 MB.  How far a run is
is asked for."""
LOOK_BACK = timedelta(days=1)
"""No order waits longer to be handed over (runs.WAITING_LIMIT), so an older run is not the one that is looked for."""
UPLOAD_TIMES = 20
"""How much longer than another request an upload may take."""
MOST_PAGES = 20
"""Of 100 runs each, looked through for one of ours."""

Json = Mapping[str, object]


class Upload(NamedTuple):
    """A file that is kept at the provider."""

    id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ReplicateConnection:
    """One account's connections; ``connected_replicate`` opens them."""

    settings: ReplicateSettings
    vendor: Client
    api: httpx.AsyncClient
    """Carries the token."""
    web: httpx.AsyncClient
    """Carries no token: for what lies on other hosts."""

    async def call(self, method: str, path: str) -> Json:
        """Ask the API and return its JSON object.  Raises ReplicateError, httpx's errors and TypeError."""
        async with asyncio.timeout(self.settings.timeout_s):
            answer = await self.api.request(method, path)
        if not answer.is_success:
            raise ReplicateError.from_response(answer)
        return _object(answer.json())

    async def upload(self, name: str, content: IO[bytes], marks: Mapping[str, str]) -> str:
        """Keep a ZIP at the provider for a day and return its address; raises as ``call`` does.

        The vendor's own client takes only files that have a name on this machine.
        """
        async with asyncio.timeout(self.settings.timeout_s * UPLOAD_TIMES):
            answer = await self.api.post(
                "/v1/files",
                files={"content": (name, content, "application/zip")},
                data={"metadata": json.dumps(marks)},
            )
        if not answer.is_success:
            raise ReplicateError.from_response(answer)
        return str(_object(_object(answer.json())["urls"])["get"])

    async def uploads(self, marks: Mapping[str, str]) -> list[Upload]:
        """Return the files that carry these marks, of the hundred uploaded last, the newest first; raises as ``call``.

        Files and metadata of others who use the account are passed over.
        """
        files = [_object(file) for file in _list((await self.call("GET", "/v1/files"))["results"])]
        return [_upload(file) for file in files if _carries(file.get("metadata"), marks)]

    async def find(self, kind: RunKind, order: str) -> Ticket | None:
        """Look for an order's run in the last day's, the newest first: by its webhook, or else by a training's archive.

        A list of runs may leave the webhook out.  A painting is given a customer's words, so nothing is read of those.
        """
        unmarked: dict[str, Ticket] = {}
        with asking():
            async for run in self._runs(kind):
                ticket, mark = Ticket(ProviderRunId(str(run["id"]))), mark_in(run.get("webhook"))
                if mark == (kind, order):
                    return ticket
                if mark is None and kind is RunKind.TRAINING:
                    for name in _names(run.get("input")):
                        unmarked.setdefault(name, ticket)
            uploads = await self.uploads({kind.value: order}) if unmarked else []
        return next((unmarked[upload.id] for upload in uploads if upload.id in unmarked), None)

    async def _runs(self, kind: RunKind) -> AsyncIterator[Json]:
        oldest = datetime.now(UTC) - LOOK_BACK
        query = ""
        for _ in range(MOST_PAGES):
            page = await self.call("GET", f"{kind.path}{query}")
            runs = [_object(run) for run in _list(page["results"])]
            for run in runs:
                yield run
            following = page.get("next")
            if not following or not runs or _created(runs[-1]) < oldest:
                return
            query = f"?{urlsplit(str(following)).query}"  # the token goes to the API's own host only

    async def hardware(self) -> list[str]:
        """Return what models can run on, by the names of now; for a check at start-up."""
        with asking():
            answer = await self.api.get("/v1/hardware")
            if not answer.is_success:
                raise ReplicateError.from_response(answer)
            return [str(_object(each)["sku"]) for each in _list(answer.json())]

    async def account(self) -> str:
        """Return the name of the account that the token belongs to: the only one whose models can be trained."""
        with asking():
            return str((await self.call("GET", "/v1/account"))["username"])

    async def webhook_secret(self) -> str:
        """Return the secret that the account's webhooks are signed with."""
        with asking():
            return str((await self.call("GET", "/v1/webhooks/default/secret"))["key"])


@contextlib.asynccontextmanager
async def connected_replicate(settings: ReplicateSettings) -> AsyncIterator[ReplicateConnection]:
    """Keep connections to one account while the block runs."""
    wire = httpx.AsyncHTTPTransport()
    headers = {"Authorization": f"Bearer {settings.token}"}
    timeout = httpx.Timeout(settings.timeout_s, connect=min(settings.timeout_s, 5.0))
    vendor = Client(base_url=settings.base_url, headers=headers, timeout=timeout, transport=wire)
    async with (
        httpx.AsyncClient(base_url=settings.base_url, headers=headers, timeout=timeout, transport=wire) as api,
        httpx.AsyncClient(timeout=timeout, trust_env=False, follow_redirects=False) as web,
    ):
        yield ReplicateConnection(settings, vendor, api, web)


def _names(given: object) -> set[str]:
    """Return the names in the addresses that a run was given: an upload's is its id."""
    addresses = [address_in(value) for value in given.values()] if isinstance(given, dict) else []
    return {name for address in addresses if address for name in address.path.split("/") if name}


def _carries(metadata: object, marks: Mapping[str, str]) -> bool:
    return isinstance(metadata, dict) and marks.items() <= metadata.items()


def _upload(file: Json) -> Upload:
    expires_at = datetime.fromisoformat(str(file["expires_at"]))
    return Upload(str(file["id"]), str(_object(file["urls"])["get"]), expires_at)


def _created(run: Json) -> datetime:
    return datetime.fromisoformat(str(run["created_at"]))


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        raise TypeError(f"an object was expected, not a {type(value).__name__}")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"a list was expected, not a {type(value).__name__}")
    return value
