"""The Replicate stand-in as tests and the demo use it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Self

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from entrypoints.sandbox.replicate.account_routes import account_routes
from entrypoints.sandbox.replicate.clock import SandboxClock
from entrypoints.sandbox.replicate.control_routes import control_routes
from entrypoints.sandbox.replicate.faults import FaultSwitches
from entrypoints.sandbox.replicate.file_routes import file_routes
from entrypoints.sandbox.replicate.gate import bind
from entrypoints.sandbox.replicate.problems import ProblemError, answer_problem, invalid_input, not_found
from entrypoints.sandbox.replicate.provider import Pace, Provider
from entrypoints.sandbox.replicate.records import Delivery, Run, RunKind, StoredFile
from entrypoints.sandbox.replicate.run_routes import run_routes
from entrypoints.sandbox.serving import serving

ACCOUNT = "avatars"


class ReplicateSandbox(FaultSwitches):
    """A running stand-in; the faults are planned by the methods it inherits from `FaultSwitches`."""

    def __init__(self, token: str, pace: Pace, speed: float) -> None:
        """Prepare one account; `running` is the way to get a served one."""
        super().__init__()
        self.clock = SandboxClock(speed)
        self.provider = Provider(token, ACCOUNT, pace, self.clock, self)

    @classmethod
    @contextlib.asynccontextmanager
    async def running(
        cls,
        token: str = "r8_sandbox",  # noqa: S107  (opens nothing but this stand-in)
        *,
        training_s: float = 120.0,
        prediction_s: float = 8.0,
        speed: float = 1.0,
        port: int = 0,
    ) -> AsyncIterator[Self]:
        """Serve on 127.0.0.1 while the block runs.

        Durations are sandbox seconds, of which `speed` pass in a real one; a training waits in the queue for a tenth
        of its own time first.  Raises at the end whatever broke in the stand-in itself.
        """
        sandbox = cls(token, Pace(training_s / 10, training_s, prediction_s), speed)
        app = application(sandbox.provider)
        async with serving(app, port) as base_url:
            sandbox.provider.base_url = base_url
            try:
                yield sandbox
            finally:
                await sandbox.provider.aclose()

    @property
    def base_url(self) -> str:
        """Where the API is, without a slash at the end."""
        return self.provider.base_url

    @property
    def token(self) -> str:
        """The one token that is accepted."""
        return self.provider.token

    @property
    def account(self) -> str:
        """The name that the token's models are owned by."""
        return self.provider.account

    @property
    def webhook_secret(self) -> str:
        """The `whsec_…` that webhooks are signed with."""
        return self.provider.postman.secret

    @property
    def trainings(self) -> list[Run]:
        """Every training ever created, oldest first, the vanished ones too."""
        return self.provider.runs_of("training")

    @property
    def predictions(self) -> list[Run]:
        """Every prediction ever created, oldest first."""
        return self.provider.runs_of("prediction")

    @property
    def files(self) -> list[StoredFile]:
        """The uploaded files that have not expired, oldest first."""
        self.provider.sweep()
        return list(self.provider.files.values())

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt to deliver a webhook, oldest first."""
        return self.provider.postman.deliveries

    def marked(self, kind: RunKind, marker: str) -> list[Run]:
        """The runs whose webhook, input, or uploaded archive (name or metadata) carries the marker: one is right."""
        return [run for run in self.provider.runs_of(kind) if marker in self._traces(run)]

    def _traces(self, run: Run) -> str:
        used = [file for file in self.provider.files.values() if file.id in json.dumps(dict(run.input))]
        files = [[file.name, file.metadata] for file in used]
        return json.dumps([run.webhook, dict(run.input), files], ensure_ascii=False)

    def advance(self, seconds: float) -> None:
        """Push the sandbox time forward."""
        self.clock.advance(seconds)

    async def redeliver(self, run: Run) -> None:
        """Send a run's last webhook again, under the same webhook-id."""
        await self.provider.postman.redeliver(run)

    async def settled(self, timeout_s: float = 10.0) -> None:
        """Wait until no run and no webhook is on its way.  Raises TimeoutError after `timeout_s` real seconds."""
        async with asyncio.timeout(timeout_s):
            await self.provider.idle()

    async def ended(self, run: Run, timeout_s: float = 10.0) -> Run:
        """Wait until a run has ended or vanished.  Raises TimeoutError after `timeout_s` real seconds."""
        async with asyncio.timeout(timeout_s):
            await run.finished.wait()
        return run


def application(provider: Provider) -> FastAPI:
    """Build the web application of a provider."""
    app = FastAPI(title="Replicate stand-in")
    app.add_exception_handler(ProblemError, answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_invalid_body)
    for routes in (account_routes, file_routes, control_routes, run_routes):
        app.include_router(routes)
    bind(app, provider)
    return app


async def _answer_invalid_body(request: Request, error: Exception) -> JSONResponse:
    del request
    if not isinstance(error, RequestValidationError):
        raise error
    if all(one["loc"][0] == "path" for one in error.errors()):
        return not_found().response()
    faults = [(".".join(map(str, one["loc"][1:])) or "body", one["type"], one["msg"]) for one in error.errors()]
    return invalid_input(faults).response()
