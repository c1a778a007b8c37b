"""Robokassa's notices and the pages that the customer comes back to (protocols page 4.2; bug museum 1 to 4)."""

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse

from adapters.robokassa import ROBOKASSA
from avatar_core.errors import AvatarError
from avatar_core.payments import Evidence
from entrypoints.web.desk import RobokassaDoor
from entrypoints.web.pages import paid_page, unpaid_page

_log = structlog.get_logger(__name__)


def robokassa_routes(door: RobokassaDoor) -> APIRouter:
    """Return ResultURL, SuccessURL and FailURL; nothing is ever credited on the latter two."""
    routes = APIRouter(prefix="/robokassa", tags=["robokassa"])

    @routes.post("/result", summary="Money came in", response_class=PlainTextResponse)
    async def take_result(request: Request) -> PlainTextResponse:
        """Answer ``OK<InvId>`` once the notice is committed, and only then."""
        evidence = await _kept(door, await request.body())
        await _judge(door, evidence)
        return PlainTextResponse(f"OK{evidence.payment_number}")

    @routes.get("/success", summary="The customer has paid", response_class=HTMLResponse)
    async def success(request: Request) -> HTMLResponse:
        """Send the customer back to the bot."""
        return HTMLResponse(paid_page(request.headers.get("accept-language", "")))

    @routes.get("/fail", summary="The customer has not paid", response_class=HTMLResponse)
    async def fail(request: Request) -> HTMLResponse:
        """Send the customer back to the bot."""
        return HTMLResponse(unpaid_page(request.headers.get("accept-language", "")))

    return routes


async def _kept(door: RobokassaDoor, body: bytes) -> Evidence:
    """Return the committed evidence.  Raises NoticeForged, NoticeUnreadable, StoreUnavailable, GatewayNotAllowed."""
    gateway = door.rails.taking(ROBOKASSA)
    return await door.keep_evidence(gateway.read(body, door.clock.now()))


async def _judge(door: RobokassaDoor, evidence: Evidence) -> None:
    """Settle the payment; whatever goes wrong here, the evidence is kept and the worker judges it soon."""
    try:
        await door.settle_payment(evidence.id)
    except Exception as error:  # noqa: BLE001  (a defect must not make the gateway believe that nothing was kept)
        defect = None if isinstance(error, AvatarError) else error
        _log.warning("a notice is kept and judged later", evidence=evidence.id, error=str(error), exc_info=defect)
