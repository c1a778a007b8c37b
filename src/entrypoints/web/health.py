"""Whether the process lives, and whether it can work."""

import asyncio

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from avatar_core.errors import OutsideError
from entrypoints.allowances import Allowances
from entrypoints.ground import NotReady, Readiness
from entrypoints.web.errors import source_of, too_many

CHECK_WITHIN_S = 5.0
LOOKS_PER_MINUTE = 600
FINE = "ok"

_log = structlog.get_logger(__name__)


def health_routes(readiness: Readiness) -> APIRouter:
    """Return the routes that a load balancer or an orchestrator asks; each may look ten times a second."""
    looks = Allowances(LOOKS_PER_MINUTE)
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz", summary="Is the process alive?")
    async def healthz() -> dict[str, str]:
        """Answer as long as the process does."""
        return {"status": FINE}

    @routes.get("/readyz", summary="Can work be taken in?", responses={503: {"description": "Not now"}})
    async def readyz(request: Request) -> JSONResponse:
        """Ask the database, and whether its schema is this version's."""
        if wait := looks.take(source_of(request)):
            return too_many(wait)
        told = await report_of(readiness)
        return JSONResponse(told, 200 if set(told.values()) <= {FINE} else 503)

    return routes


async def report_of(readiness: Readiness) -> dict[str, str]:
    """Run every check, each within 5 s, and return ``ok`` or what is wrong, in words that tell no secret."""
    told = {}
    for name, check in readiness.checks.items():
        try:
            async with asyncio.timeout(CHECK_WITHIN_S):
                await check()
        except TimeoutError:
            told[name] = "no answer in time"
        except (NotReady, OutsideError) as error:
            told[name] = str(error)
        except Exception:  # noqa: BLE001  (the edge of a check: its trace is for the log only)
            _log.exception("a check broke", check=name)
            told[name] = "broken"
        else:
            told[name] = FINE
    return told
