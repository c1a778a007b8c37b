"""`/sandbox`: what a test or a person does to the stand-in over HTTP, in place of the Python calls."""

import inspect

from fastapi import APIRouter
from pydantic import BaseModel

from entrypoints.sandbox.replicate.account_routes import At
from entrypoints.sandbox.replicate.faults import FaultSwitches
from entrypoints.sandbox.replicate.problems import ProblemError, not_found
from entrypoints.sandbox.replicate.records import Json, Run

control_routes = APIRouter(prefix="/sandbox")
_ASKED_BY_THE_PROVIDER = frozenset({"next_ending", "take_api_fault"})
SWITCHES = tuple(
    name
    for name, _ in inspect.getmembers(FaultSwitches, inspect.isfunction)
    if not name.startswith("_") and name not in _ASKED_BY_THE_PROVIDER
)


class NewTime(BaseModel):
    """Body of `POST /sandbox/clock`."""

    advance_s: float = 0.0
    speed: float | None = None


@control_routes.get("/switches")
async def list_switches() -> dict[str, str | None]:
    """List the faults that can be planned, with their meaning."""
    return {name: inspect.getdoc(getattr(FaultSwitches, name)) for name in SWITCHES}


@control_routes.post("/switches/{name}")
async def throw_switch(name: str, arguments: Json, provider: At) -> Json:
    """Plan a fault: the body holds the arguments of the Python method of the same name."""
    if name not in SWITCHES:
        raise not_found()
    try:
        getattr(provider.faults, name)(**arguments)
    except TypeError as error:
        raise ProblemError(422, "Bad arguments", str(error)) from error
    return {"thrown": name}


@control_routes.post("/clock")
async def set_time(body: NewTime, provider: At) -> Json:
    """Push the sandbox time forward, or change its speed."""
    provider.clock.advance(body.advance_s)
    if body.speed is not None:
        provider.clock.run_at(body.speed)
    return {"now": provider.clock.now().isoformat(), "speed": provider.clock.speed}


@control_routes.post("/redeliver/{run_id}")
async def redeliver(run_id: str, provider: At) -> Json:
    """Send a run's last webhook again, under the same webhook-id."""
    if run_id not in provider.runs:
        raise not_found()
    await provider.postman.redeliver(provider.runs[run_id])
    return {"redelivered": run_id}


@control_routes.get("/state")
async def show_state(provider: At) -> Json:
    """Show everything that was ever created, the vanished too, with what came of the webhooks."""
    return {
        "now": provider.clock.now().isoformat(),
        "trainings": [_shown(run, provider.base_url) for run in provider.runs_of("training")],
        "predictions": [_shown(run, provider.base_url) for run in provider.runs_of("prediction")],
        "files": [file.to_json(provider.base_url) for file in provider.files.values()],
        "deliveries": [
            {"run": one.run_id, "event": one.event, "id": one.webhook_id, "answer": one.answer}
            for one in provider.postman.deliveries
        ],
    }


def _shown(run: Run, base_url: str) -> Json:
    return {**run.to_json(base_url), "vanished": run.vanished, "ignored_inputs": list(run.ignored_inputs)}
