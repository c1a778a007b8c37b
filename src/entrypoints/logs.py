"""Logs: structlog for what we say and what libraries say, on standard error, and never a secret in it.

Passwords and signatures stood in the predecessors' logs, and a bot's token in a URL (bug museum 52).
"""

import json
import logging
import re
import sys
from collections.abc import Iterable
from typing import Literal, TextIO
from urllib.parse import quote, quote_plus

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.types import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"
SHORTEST_SECRET = 4
"""Hiding a shorter text would make the logs unreadable and keep nobody out."""
_SHAPES = re.compile(
    r"(?<!\d)\d{5,}:[A-Za-z0-9_-]{20,}"  # a Telegram bot's token
    r"|\br8_[A-Za-z0-9]+"  # Replicate's
    r"|\bwhsec_[A-Za-z0-9+/=]+"  # a webhook's secret
    r"|(?<=://)[^/@\s:]+:[^/@\s]+(?=@)"  # user and password in a URL
    r"|(?<=SignatureValue=)[0-9A-Fa-f]+"  # Robokassa's
)
_LOUD = {"aiogram.event": logging.WARNING, "httpx": logging.WARNING, "httpcore": logging.WARNING}
"""Libraries that log each request, URL included."""


class Redaction:
    """Takes secrets out of text: the known ones in any spelling, and whatever has the shape of one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        spelt = {spelling for secret in known for spelling in _spellings(secret)}
        longest_first = sorted(spelt, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if spelt else None

    def __call__(self, text: str) -> str:
        """Return the text without secrets."""
        return _SHAPES.sub(HIDDEN, self._known.sub(HIDDEN, text) if self._known else text)


def _spellings(secret: str) -> tuple[str, ...]:
    """Return a secret as it stands in text, in JSON, in Python's own notation and in URLs."""
    in_json = (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
    in_urls = (quote(secret), quote(secret, ""), quote_plus(secret))
    return (secret, repr(secret)[1:-1], *in_json, *in_urls)


def configure_logs(
    level: str = "info",
    form: Literal["text", "json"] = "text",
    redaction: Redaction | None = None,
    stream: TextIO | None = None,
) -> None:
    """Send everything that is logged in this process to standard error, without secrets."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(form, redaction or Redaction(), colors=stream.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name, quiet in _LOUD.items():
        logging.getLogger(name).setLevel(max(quiet, root.level))
    structlog.configure(
        processors=[*_common(), ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _common() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(form: Literal["text", "json"], redaction: Redaction, *, colors: bool) -> ProcessorFormatter:
    renderer: Processor
    if form == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)

    def without_secrets(logger: WrappedLogger, method: str, event: EventDict) -> str:
        return redaction(str(renderer(logger, method, event)))

    tracebacks: list[Processor] = [structlog.processors.format_exc_info] if form == "json" else []
    return ProcessorFormatter(
        foreign_pre_chain=_common(),
        processors=[ProcessorFormatter.remove_processors_meta, *tracebacks, without_secrets],
    )
