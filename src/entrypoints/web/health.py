"""Whether the process lives, and whether it can work."""

import asyncio

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from avatar_core.errors import OutsideError
from entrypoints.ground import NotReady, Readiness

CHECK_WITHIN_S = 5.0
KEPT_S = 1.0
"""Whoever asks again within it hears the same: a flood of questions must neither reach the database nor be refused,
for the load balancer that asks too may come through the same proxy."""
FINE = "ok"

_log = structlog.get_logger(__name__)


def health_routes(readiness: Readiness) -> APIRouter:
    """Return the routes that a load balancer or an orchestrator asks."""
    latest = _Latest(readiness)
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz", summary="Is the process alive?")
    async def healthz() -> dict[str, str]:
        """Answer as long as the process does."""
        return {"status": FINE}

    @routes.get("/readyz", summary="Can work be taken in?", responses={503: {"description": "Not now"}})
    async def readyz() -> JSONResponse:
        """Ask the database, and whether its schema is this version's, at most once a second."""
        told = await latest.report()
        return JSONResponse(told, 200 if set(told.values()) <= {FINE} else 503)

    return routes


class _Latest:
    """The latest report, which is made anew once it is asked for and old."""

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness
        self._making = asyncio.Lock()
        self._told: dict[str, str] = {}
        self._old_at_s = 0.0

    async def report(self) -> dict[str, str]:
        clock = asyncio.get_running_loop()
        async with self._making:
            if clock.time() >= self._old_at_s:
                self._told = await report_of(self._readiness)
                self._old_at_s = clock.time() + KEPT_S
            return self._told


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
