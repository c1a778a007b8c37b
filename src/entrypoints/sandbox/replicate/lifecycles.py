"""What happens to a training and to a prediction from the moment they are accepted."""

import asyncio
import base64
import io
import random
import tarfile
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import unquote_to_bytes

import httpx

from entrypoints.sandbox.replicate.archive import ArchiveUnusableError, read_photos
from entrypoints.sandbox.replicate.faults import Ending
from entrypoints.sandbox.replicate.painting import CONTENT_TYPES, Commission, paint
from entrypoints.sandbox.replicate.problems import ProblemError
from entrypoints.sandbox.replicate.provider import KEEP_PREDICTIONS, Delivered, Provider
from entrypoints.sandbox.replicate.records import Run
from entrypoints.sandbox.serving import http_client

NSFW_WORDS = ("nsfw", "nude")
NSFW_TEXT = "NSFW content detected. Try running it again, or try a different prompt."
LOG_LINES = 40
_EIGHTHS = " ▏▎▍▌▋▊▉"
_BAR_WIDTH = 10


class RunStoppedError(Exception):
    """The run ends here: `status` and `error` are what it shows."""

    def __init__(self, status: str, error: str | None = None) -> None:
        """Keep how it ends."""
        super().__init__(status)
        self.status, self.error = status, error


async def live_training(provider: Provider, run: Run) -> None:
    """Queue, fetch the photographs, log the steps, push the version; or end as was planned."""
    ending = provider.faults.next_ending("training")
    try:
        await _queue(provider, run, ending)
        photos = await read_photos(await _fetch(provider, str(run.input["input_images"])))
        _log(provider, run, f"Extracted {len(photos)} files from input_images")
        await _train(provider, run, ending)
    except RunStoppedError as stopped:
        provider.finish(run, stopped.status, error=stopped.error)
    except ArchiveUnusableError as error:
        provider.finish(run, "failed", error=str(error))
    else:
        provider.finish(run, "succeeded", output=_trained(provider, run, photos))


async def live_prediction(provider: Provider, run: Run) -> None:
    """Paint what was ordered from the version's photographs; or refuse, or end as was planned."""
    ending = provider.faults.next_ending("prediction")
    seed = run.input.get("seed")
    chosen = seed if isinstance(seed, int) else random.randrange(2**16)
    try:
        begin(provider, run)
        _log(provider, run, f"Using seed: {chosen}")
        await provider.clock.sleep(provider.pace.prediction_s)
        await _end_as_planned(provider, run, ending)
        _refuse_indecent(run)
        async for url in _portraits(provider, run, chosen, ending.count):
            run.output = [*run.output, url] if isinstance(run.output, list) else [url]
            provider.notify(run, "output")
    except RunStoppedError as stopped:
        provider.finish(run, stopped.status, error=stopped.error)
    else:
        provider.finish(run, "succeeded", output=run.output)


def begin(provider: Provider, run: Run) -> None:
    """The machine has started."""
    run.status, run.started_at = "processing", provider.clock.now()
    provider.notify(run, "start")


async def _queue(provider: Provider, run: Run, ending: Ending) -> None:
    await provider.clock.sleep(provider.pace.queue_s)
    if ending.kind == "vanish":
        run.vanished = True
        run.finished.set()
    if ending.kind in {"vanish", "abort"}:
        raise RunStoppedError("aborted", None if ending.kind == "vanish" else "Deadline exceeded before start")
    begin(provider, run)


async def _fetch(provider: Provider, url: str) -> bytes:
    """Read the archive from the provider's own files, from a data URI, or over HTTP as anybody would."""
    own = f"{provider.base_url}/v1/files/"
    try:
        if url.startswith(own):
            return provider.file(url.removeprefix(own).partition("/")[0]).content
        if url.startswith("data:"):
            head, _, body = url.partition(",")
            return base64.b64decode(body) if head.endswith(";base64") else unquote_to_bytes(body)
        async with http_client(follow_redirects=True) as client:
            return (await client.get(url)).raise_for_status().content
    except (httpx.HTTPError, httpx.InvalidURL, ProblemError, ValueError) as error:
        message = f"Failed to download input_images from {url}: {error}"
        raise ArchiveUnusableError(message) from error


async def _train(provider: Provider, run: Run, ending: Ending) -> None:
    steps = run.input.get("steps", run.input.get("training_steps", 1000))
    total = steps if isinstance(steps, int) else 1000
    lines, done, shown = min(LOG_LINES, total), 0, False
    for line in range(1, lines + 1):
        if not shown and ending.kind != "succeed" and line > ending.at * lines:
            await _end_as_planned(provider, run, ending)
            shown = True
        await provider.clock.sleep(provider.pace.training_s / lines)
        done = total * line // lines
        _log(provider, run, progress_line(done, total, provider.pace.training_s * line / lines))
    run.status = "processing"


async def _end_as_planned(provider: Provider, run: Run, ending: Ending) -> None:
    match ending.kind:
        case "fail":
            raise RunStoppedError("failed", ending.reason)
        case "cancel":
            raise RunStoppedError("canceled")
        case "hang":
            await asyncio.Event().wait()
        case "odd_status":
            run.status, run.last_progress_s = ending.reason, -1.0  # this webhook is not throttled away
            provider.notify(run, "logs")
        case "succeed" | "abort" | "vanish" | "lose_images":
            pass


def progress_line(done: int, total: int, elapsed_s: float) -> str:
    """Word the progress as the trainer's tqdm does."""
    share = done / total
    eighths = int(share * _BAR_WIDTH * 8)
    bar = ("█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()).ljust(_BAR_WIDTH)
    pace = done / elapsed_s if elapsed_s else 0.0
    left_s = (total - done) / pace if pace else 0.0
    loss = 0.45 - 0.25 * share
    times = f"{_minutes(elapsed_s)}<{_minutes(left_s)}, {pace:.2f}it/s"
    return f"flux_train_replicate: {share:4.0%}|{bar}| {done}/{total} [{times}, lr: 1.0e-04 loss: {loss:.1e}]"


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"


def _log(provider: Provider, run: Run, line: str) -> None:
    run.logs += line + "\n"
    provider.notify(run, "logs")


def _trained(provider: Provider, run: Run, photos: tuple[bytes, ...]) -> dict[str, str]:
    version = provider.push_version(str(run.destination), photos)
    weights = provider.hand_out(f"{run.id}/trained_model.tar", Delivered(_weights(run), "application/x-tar"))
    shown = version.id if provider.faults.bare_versions else f"{run.destination}:{version.id}"
    return {"version": shown, "weights": weights}


def _weights(run: Run) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo("output/flux_train_replicate/lora.safetensors")
        content = f"weights of {run.id}".encode()
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _refuse_indecent(run: Run) -> None:
    prompt = str(run.input["prompt"]).lower()
    if not run.input.get("disable_safety_checker") and any(word in prompt for word in NSFW_WORDS):
        raise RunStoppedError("failed", NSFW_TEXT)


async def _portraits(provider: Provider, run: Run, seed: int, lost: int) -> AsyncIterator[str]:
    wanted = run.input.get("num_outputs", 1)
    left = (wanted if isinstance(wanted, int) else 1) - lost
    if left < 1:
        raise RunStoppedError("failed", NSFW_TEXT)
    for index in range(left):
        commission = _commission(run, seed, index)
        content = await asyncio.to_thread(paint, run.version.photos, commission)
        expires_at = provider.clock.now() + KEEP_PREDICTIONS + timedelta(seconds=1)
        kind = CONTENT_TYPES[commission.image_format]
        path = f"{run.id}/out-{index}.{commission.image_format}"
        yield provider.hand_out(path, Delivered(content, kind, expires_at))


def _commission(run: Run, seed: int, index: int) -> Commission:
    def number(name: str, default: int) -> int:
        value = run.input.get(name, default)
        return value if isinstance(value, int) else default

    return Commission(
        prompt=str(run.input["prompt"]),
        seed=seed,
        index=index,
        aspect_ratio=str(run.input.get("aspect_ratio", "1:1")),
        width=number("width", 1024),
        height=number("height", 1024),
        image_format=str(run.input.get("output_format", "webp")),
        quality=number("output_quality", 80),
    )
