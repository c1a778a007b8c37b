"""Trainings and predictions: create, show, list in pages of 100, cancel."""

import asyncio
import base64
import binascii
import re
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit

from fastapi import APIRouter, Header
from pydantic import BaseModel

from entrypoints.sandbox.replicate.account_routes import At
from entrypoints.sandbox.replicate.lifecycles import live_prediction, live_training
from entrypoints.sandbox.replicate.problems import ProblemError, invalid_input, not_found, version_unknown
from entrypoints.sandbox.replicate.provider import Provider
from entrypoints.sandbox.replicate.records import ALL_EVENTS, Json, Model, Run, RunKind, Version
from entrypoints.sandbox.replicate.schemas import TRAINERS, check_input

run_routes = APIRouter(prefix="/v1")
PAGE = 100
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_WAIT = re.compile(r"wait(?:=(\d+))?")
Kind: TypeAlias = Literal["trainings", "predictions"]


class NewRun(BaseModel):
    """What bodies of new trainings and predictions have in common."""

    input: Json
    webhook: str | None = None
    webhook_events_filter: list[Literal["start", "output", "logs", "completed"]] | None = None

    @property
    def events(self) -> tuple[str, ...]:
        """The events to send; all of them unless said otherwise."""
        return ALL_EVENTS if self.webhook_events_filter is None else tuple(self.webhook_events_filter)


class NewTraining(NewRun):
    """Body of a new training."""

    destination: str


class NewPrediction(NewRun):
    """Body of a new prediction by version."""

    version: str


@run_routes.post("/models/{owner}/{name}/versions/{version_id}/trainings", status_code=201)
async def create_training(owner: str, name: str, version_id: str, body: NewTraining, provider: At) -> Json:
    """Start a training.  404 for a missing destination, 422 for an unknown version or bad input.  Not idempotent."""
    trainer = provider.model(owner, name)
    version = next((one for one in trainer.versions if one.id == version_id), None)
    if version is None or version.trainer is None:
        raise version_unknown()
    provider.destination(body.destination)
    _check_webhook(body.webhook)
    run = _new_run("training", body, trainer, version, provider)
    run.ignored_inputs = check_input(body.input, TRAINERS[version.trainer])
    run.destination = body.destination
    provider.start(run, live_training(provider, run))
    return run.to_json(provider.base_url)


@run_routes.post("/predictions", status_code=201)
async def create_prediction(body: NewPrediction, provider: At, prefer: Annotated[str | None, Header()] = None) -> Json:
    """Start a prediction with a version: a hash, `owner/name:hash` or `owner/name`."""
    return await _predict(provider, body, provider.find_version(body.version), prefer)


@run_routes.post("/models/{owner}/{name}/predictions", status_code=201)
async def create_model_prediction(
    owner: str, name: str, body: NewRun, provider: At, prefer: Annotated[str | None, Header()] = None
) -> Json:
    """Start a prediction with a model's latest version.

    The vendor means this address for official models; here any model will do.
    """
    model = provider.model(owner, name)
    if not model.versions:
        raise not_found()
    return await _predict(provider, body, (model, model.versions[-1]), prefer)


@run_routes.get("/{kind}")
async def list_runs(kind: Kind, provider: At, cursor: str | None = None) -> Json:
    """List runs, newest first, 100 on a page; `next` is the address of the next page."""
    provider.sweep()
    runs = [run for run in reversed(provider.runs_of(_kind(kind))) if not run.vanished]
    begin = _offset(cursor, runs)
    address = f"{provider.base_url}/v1/{kind}?cursor="
    rest = runs[begin + PAGE :]
    return {
        "previous": f"{address}{_cursor(runs[max(0, begin - PAGE)])}" if begin else None,
        "next": f"{address}{_cursor(rest[0])}" if rest else None,
        "results": [run.to_json(provider.base_url) for run in runs[begin : begin + PAGE]],
    }


@run_routes.get("/{kind}/{run_id}")
async def show_run(kind: Kind, run_id: str, provider: At) -> Json:
    """Show one run."""
    return provider.run(_kind(kind), run_id).to_json(provider.base_url)


@run_routes.post("/{kind}/{run_id}/cancel")
async def cancel_run(kind: Kind, run_id: str, provider: At) -> Json:
    """Cancel a run; one that has ended stays as it is."""
    run = provider.run(_kind(kind), run_id)
    provider.cancel(run)
    return run.to_json(provider.base_url)


async def _predict(provider: Provider, body: NewRun, chosen: tuple[Model, Version], prefer: str | None) -> Json:
    model, version = chosen
    if version.trainer is not None:
        raise version_unknown()
    _check_webhook(body.webhook)
    run = _new_run("prediction", body, model, version, provider)
    run.ignored_inputs = check_input(body.input, provider.inputs_of(version))
    provider.start(run, live_prediction(provider, run))
    if (asked := _WAIT.fullmatch(prefer or "")) is not None:
        finished = asyncio.ensure_future(run.finished.wait())
        await asyncio.wait({finished}, timeout=float(asked[1] or 60))
        finished.cancel()
    return run.to_json(provider.base_url)


def _new_run(kind: RunKind, body: NewRun, model: Model, version: Version, provider: Provider) -> Run:
    return Run(kind, model.slug, version, body.input, provider.clock.now(), body.webhook, body.events)


def _check_webhook(webhook: str | None) -> None:
    """The vendor wants HTTPS; plain HTTP is let through for this machine only."""
    if webhook is None:
        return
    address = urlsplit(webhook)
    if address.scheme != "https" and not (address.scheme == "http" and address.hostname in _LOOPBACK):
        raise invalid_input([("webhook", "format", "webhook must be a valid HTTPS URL")])


def _kind(kind: Kind) -> RunKind:
    return "training" if kind == "trainings" else "prediction"


def _cursor(run: Run) -> str:
    return base64.urlsafe_b64encode(f"at={run.id}".encode()).decode().rstrip("=")


def _offset(cursor: str | None, runs: list[Run]) -> int:
    if cursor is None:
        return 0
    try:
        run_id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().removeprefix("at=")
        return [run.id for run in runs].index(run_id)
    except (binascii.Error, ValueError) as error:
        raise ProblemError(400, "Bad Request", "Invalid cursor") from error
