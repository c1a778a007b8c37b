"""Replicate's webhook (protocols page 4.3; bug museum 27 to 29)."""

from fastapi import APIRouter, Request, Response

from entrypoints.notices import TakeRunNotice


def replicate_routes(take: TakeRunNotice) -> APIRouter:
    """Return the webhook of trainings and paintings."""
    routes = APIRouter(tags=["replicate"])

    @routes.post("/replicate", summary="A run's progress or end", response_class=Response)
    async def take_notice(request: Request) -> Response:
        """Answer 200 once the notice is committed; a forged or stale one is answered 403 and not kept."""
        await take.receive(request.headers, await request.body(), request.url.query)
        return Response()

    return routes
