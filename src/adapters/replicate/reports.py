"""What a run's JSON says, in the core's words; the same for webhooks and for answers."""

import re
from collections.abc import Mapping

from adapters.replicate.settings import ReplicateSettings, RunKind, mark_in, without_credentials
from avatar_core.ids import ProviderRunId
from avatar_core.runs import FailureReason, ModelVersion, Report, ReportStatus

Json = Mapping[str, object]
STATUSES = {
    "starting": ReportStatus.WAITING,
    "processing": ReportStatus.RUNNING,
    "succeeded": ReportStatus.SUCCEEDED,
    "failed": ReportStatus.FAILED,
    "canceled": ReportStatus.CANCELED,
    "aborted": ReportStatus.FAILED,  # its deadline passed before it was started
}
LONGEST_WORDS = 500
"""What is kept of the provider's own words: they are for the owner to read."""
LOG_TAIL = 20_000
"""Characters of the log's end in which the latest progress is looked for."""
_BAR = re.compile(r"\d{1,3}%\|[^|\n]*\|\s*(\d{1,9})/(\d{1,9})\b")
_INDECENT = ("nsfw", "flagged as sensitive", "(e005)")


def report_of(run: Json, kind: RunKind, settings: ReplicateSettings) -> Report:
    """Return the report.  Raises LookupError, TypeError and ValueError for a run in another form."""
    status = str(run["status"])
    known = STATUSES.get(status, ReportStatus.UNKNOWN)
    done = known is ReportStatus.SUCCEEDED
    return Report(
        run=ProviderRunId(_text(run["id"])),
        status=known,
        percent=_percent(run) if kind is RunKind.TRAINING else None,
        model=_model(run, settings) if done and kind is RunKind.TRAINING else None,
        images=_images(run.get("output")) if done and kind is RunKind.PORTRAITS else (),
        failure=_failure(run, known),
        detail=_words(status if known is ReportStatus.UNKNOWN else str(run.get("error") or "")),
    )


def _words(text: str) -> str:
    """Shorten a text and take out what cannot be stored or shown: credentials, NUL and halves of characters."""
    return (
        without_credentials(text)[:LONGEST_WORDS]
        .encode(errors="replace")
        .decode()
        .replace("\0", "\N{REPLACEMENT CHARACTER}")
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"a text was expected, not a {type(value).__name__}")
    return _words(value)


def _percent(run: Json) -> int | None:
    """Read the latest progress bar that counts the steps: loading and captioning draw bars of their own."""
    given, logs = run.get("input"), run.get("logs")
    if not isinstance(given, dict) or not isinstance(logs, str):
        return None
    steps = max((value for value in given.values() if type(value) is int), default=0)
    drawn = [int(done) for done, total in _BAR.findall(logs[-LOG_TAIL:]) if int(total) == steps > 0]
    return min(100, drawn[-1] * 100 // steps) if drawn else None


def _model(run: Json, settings: ReplicateSettings) -> ModelVersion | None:
    """Return what was trained; ``version`` is seen as ``owner/name:hash`` and as a bare hash, and else is none."""
    output = run.get("output")
    if not isinstance(output, dict) or not output.get("version"):
        return None
    owner_and_name, _, version = _text(output["version"]).rpartition(":")
    if not version or "/" in version:
        return None
    weights = output.get("weights")
    return ModelVersion(owner_and_name or _destination(run, settings), version, str(weights) if weights else None)


def _destination(run: Json, settings: ReplicateSettings) -> str:
    """Return where the version was pushed: as the run says, or as we chose for its order."""
    told, mark = run.get("destination"), mark_in(run.get("webhook"))
    if isinstance(told, str) and told:
        return told
    return settings.destination(mark[1]) if mark else settings.destinations[0]


def _images(output: object) -> tuple[str, ...]:
    listed = output if isinstance(output, list) else [output]
    return tuple(each for each in listed if isinstance(each, str))


def _failure(run: Json, status: ReportStatus) -> FailureReason | None:
    if status is ReportStatus.CANCELED:
        return FailureReason.PROVIDER_CANCELED
    if status is not ReportStatus.FAILED:
        return None
    error = str(run.get("error") or "").lower()
    return FailureReason.MODERATION if any(word in error for word in _INDECENT) else FailureReason.PROVIDER_FAILED
