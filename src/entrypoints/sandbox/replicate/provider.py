"""The provider's state: one account with its models, files and runs, and the tasks that carry the runs out."""

import asyncio
import hashlib
import secrets
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from entrypoints.sandbox.replicate.clock import SandboxClock
from entrypoints.sandbox.replicate.faults import FaultSwitches
from entrypoints.sandbox.replicate.problems import destination_missing, model_exists, not_found, version_unknown
from entrypoints.sandbox.replicate.records import Json, Model, Run, RunKind, StoredFile, Version, new_id
from entrypoints.sandbox.replicate.schemas import TRAINED_FLUX, TRAINERS, Inputs, openapi
from entrypoints.sandbox.replicate.webhooks import Postman, new_secret

KEEP_FILES = timedelta(hours=24)
KEEP_PREDICTIONS = timedelta(hours=1)
HARDWARE: Mapping[str, str] = {
    "cpu": "CPU",
    "gpu-l40s": "Nvidia L40S GPU",
    "gpu-a100-large": "Nvidia A100 (80GB) GPU",
    "gpu-h100": "Nvidia H100 GPU",
}
# The known version of the first one: docs of the trainer; of the second one any will do.
PUBLIC_TRAINERS: Mapping[str, str] = {
    "ostris/flux-dev-lora-trainer": "e440909d3512c31646ee2e0c7d6f6f4923224863a6a10c494606e79fb5844497",
    "replicate/fast-flux-trainer": "8b10794665aed907bb98a1a5324cd1d3a8bea0e9b31e65210967fb9c9e2e08ed",
}


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take, in sandbox seconds."""

    queue_s: float = 1.0
    training_s: float = 120.0
    prediction_s: float = 8.0


@dataclass(frozen=True, slots=True)
class Delivered:
    """A file for anyone who has its address, until it expires (never, when `expires_at` is None)."""

    content: bytes
    content_type: str
    expires_at: datetime | None = None


class Provider:
    """One account at the vendor."""

    def __init__(self, token: str, account: str, pace: Pace, clock: SandboxClock, faults: FaultSwitches) -> None:
        """Start with the public trainers and nothing else."""
        self.token = token
        self.account = account
        self.pace = pace
        self.clock = clock
        self.faults = faults
        self.postman = Postman(clock, faults, new_secret())
        self.files_secret = secrets.token_hex(16)
        self.base_url = ""
        self.models: dict[str, Model] = {}
        self.files: dict[str, StoredFile] = {}
        self.runs: dict[str, Run] = {}
        self.delivered: dict[str, Delivered] = {}
        self.closing = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._broken: list[BaseException] = []
        for slug, version_id in PUBLIC_TRAINERS.items():
            owner, _, name = slug.partition("/")
            model = Model(owner, name, "public", "gpu-h100", clock.now())
            model.versions.append(Version(version_id, clock.now(), openapi(TRAINERS[slug]), trainer=slug))
            self.models[slug] = model

    # models
    def model(self, owner: str, name: str) -> Model:
        """Return a model that the account may see.  Raises ProblemError (404)."""
        model = self.models.get(f"{owner}/{name}")
        if model is None or (model.visibility == "private" and model.owner != self.account):
            raise not_found()
        return model

    def add_model(self, model: Model) -> None:
        """Create a model.  Raises ProblemError (409) if the name is taken."""
        if model.slug in self.models:
            raise model_exists()
        self.models[model.slug] = model

    def destination(self, slug: str) -> Model:
        """Return the model to push to.  Raises ProblemError (404) unless it exists and is the account's own."""
        model = self.models.get(slug)
        if model is None or model.owner != self.account:
            raise destination_missing()
        return model

    def find_version(self, reference: str) -> tuple[Model, Version]:
        """Resolve a hash, `owner/name:hash` or `owner/name`.  Raises ProblemError (422)."""
        slug, _, version_id = reference.rpartition(":") if ":" in reference else ("", "", reference)
        for model in self.models.values():
            if reference == model.slug and model.versions:
                return model, model.versions[-1]
            for version in model.versions:
                if version.id == version_id and slug in {"", model.slug}:
                    return model, version
        raise version_unknown()

    def push_version(self, destination: str, photos: tuple[bytes, ...]) -> Version:
        """Put a freshly trained version into its model."""
        version_id = hashlib.sha256(secrets.token_bytes(32)).hexdigest()
        version = Version(version_id, self.clock.now(), openapi(TRAINED_FLUX), photos=photos)
        self.models[destination].versions.append(version)
        return version

    def inputs_of(self, version: Version) -> Inputs:
        """Return the inputs that a prediction with this version takes."""
        return TRAINERS[version.trainer] if version.trainer else TRAINED_FLUX

    # files
    def store_file(self, name: str, content_type: str, content: bytes, metadata: Json) -> StoredFile:
        """Keep an uploaded file for 24 hours."""
        now, digest = self.clock.now(), hashlib.sha256(content).hexdigest()
        file = StoredFile(new_id(), name, content_type, content, metadata, digest, now, now + KEEP_FILES)
        self.files[file.id] = file
        return file

    def file(self, file_id: str) -> StoredFile:
        """Return an uploaded file.  Raises ProblemError (404)."""
        self.sweep()
        if file_id not in self.files:
            raise not_found()
        return self.files[file_id]

    def hand_out(self, path: str, delivered: Delivered) -> str:
        """Make content available to anyone who has the address, and return that address."""
        self.delivered[path] = delivered
        return f"{self.base_url}/delivery/{path}"

    # runs
    def run(self, kind: RunKind, run_id: str) -> Run:
        """Return a run.  Raises ProblemError (404) for an unknown or vanished one."""
        self.sweep()
        run = self.runs.get(run_id)
        if run is None or run.kind != kind or run.vanished:
            raise not_found()
        return run

    def runs_of(self, kind: RunKind) -> list[Run]:
        """Every run of a kind that was ever created, oldest first, the vanished ones too."""
        return [run for run in self.runs.values() if run.kind == kind]

    def start(self, run: Run, life: Coroutine[object, object, None]) -> None:
        """Accept a run and begin to carry it out."""
        self.runs[run.id] = run
        run.task = self.spawn(life)

    def finish(self, run: Run, status: str, *, error: str | None = None, output: object = None) -> None:
        """End a run in a terminal status and send its last webhook.  A run ends only once."""
        if run.ended or run.vanished:
            return
        run.status, run.error, run.output, run.completed_at = status, error, output, self.clock.now()
        self.notify(run, "completed")
        run.finished.set()

    def cancel(self, run: Run) -> None:
        """Stop a run that has not ended."""
        if run.task is not None and not run.ended:
            run.task.cancel()
        self.finish(run, "canceled")

    def notify(self, run: Run, event: str) -> None:
        """Send a webhook about what the run is like now, if it is wanted."""
        if self.postman.wants(run, event):
            self.spawn(self.postman.deliver(run, event, run.to_json(self.base_url)))

    def sweep(self) -> None:
        """Forget what has expired: uploaded files after 24 hours, predictions' data after one."""
        now = self.clock.now()
        self.files = {key: file for key, file in self.files.items() if file.expires_at > now}
        kept = {key: one for key, one in self.delivered.items() if one.expires_at is None or one.expires_at > now}
        self.delivered = kept
        for run in self.runs_of("prediction"):
            run.data_removed = run.completed_at is not None and run.completed_at + KEEP_PREDICTIONS <= now

    # tasks
    def spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Carry work out beside the requests; what breaks in it is raised by `aclose`."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._settle)
        return task

    def _settle(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken.append(error)

    async def idle(self) -> None:
        """Wait until no run and no webhook is on its way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def aclose(self) -> None:
        """Stop everything.  Raises what broke in the stand-in itself, so that no test passes over it."""
        self.closing.set()
        running = list(self._tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self.postman.aclose()
        if self._broken:
            message = "the stand-in itself broke"
            raise BaseExceptionGroup(message, self._broken)
