"""Replicate's webhook (protocols page 4.3; bug museum 27 to 29)."""

from fastapi import APIRouter, Request, Response
from starlette.datastructures import Headers

from avatar_core.errors import NoticeUnreadable
from entrypoints.notices import SIGNED, SOURCE, TakeRunNotice


def replicate_routes(take: TakeRunNotice) -> APIRouter:
    """Return the webhook of trainings and paintings."""
    routes = APIRouter(tags=["replicate"])

    @routes.post("/replicate", summary="A run's progress or end", response_class=Response)
    async def take_notice(request: Request) -> Response:
        """Answer 200 once the notice is committed; a forged or stale one is answered 403 and not kept."""
        await take.receive(_once(request.headers), await request.body(), request.url.query)
        return Response()

    return routes


def _once(headers: Headers) -> Headers:
    """Return the headers.  Raises NoticeUnreadable for a signed one that comes twice: which one was meant?"""
    if any(len(headers.getlist(name)) > 1 for name in SIGNED):
        raise NoticeUnreadable(source=SOURCE, reason="a header comes twice")
    return headers
