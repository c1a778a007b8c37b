"""The web app, made of its doors."""

from fastapi import FastAPI

from entrypoints.allowances import Allowances
from entrypoints.web.desk import WebDesk
from entrypoints.web.errors import register_errors
from entrypoints.web.health import health_routes
from entrypoints.web.limits import BodyLimit
from entrypoints.web.replicate import replicate_routes
from entrypoints.web.robokassa import robokassa_routes
from entrypoints.web.telegram import TelegramDoor, telegram_route

DESCRIPTION = "What Telegram, payment gateways and the trainer call, and what tells whether all is well."


def make_app(desk: WebDesk, telegram: TelegramDoor, refusals_per_minute: int = 0) -> FastAPI:
    """Return the app; it opens and closes nothing by itself.

    ``refusals_per_minute`` is how many wrong calls of one sender are answered in full; 0: all.
    """
    app = FastAPI(
        title="avatar-core",
        description=DESCRIPTION,
        version="1",
        docs_url=None,
        redoc_url=None,
        routes=[telegram_route(telegram)],
    )
    app.include_router(health_routes(desk.readiness))
    app.include_router(replicate_routes(desk.take_run_notice))
    app.include_router(robokassa_routes(desk.robokassa))
    register_errors(app, Allowances(refusals_per_minute))
    app.add_middleware(BodyLimit)
    return app
