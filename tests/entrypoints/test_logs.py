"""The logs: everything in one place and form, and no secret in it."""

import io
import json
import logging
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import structlog

from entrypoints.logs import HIDDEN, Redaction, configure_logs
from tests.entrypoints.memory_house import REPLICATE_SECRET, REPLICATE_TOKEN, TOKEN, some_settings

PASSWORD = "p\"ss'/w\\örd"


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def logged(form: str, secrets: list[str]) -> io.StringIO:
    stream = io.StringIO()
    configure_logs("debug", "json" if form == "json" else "text", Redaction(secrets), stream)
    return stream


def break_with(words: str) -> None:
    raise RuntimeError(words)


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_gets_into_the_logs_by_any_way(form: str) -> None:
    """Bug museum 52: password and signatures in logs; bot token in a URL."""
    stream = logged(form, [PASSWORD])
    log, library = structlog.get_logger("ours"), logging.getLogger("theirs")
    log.info("signing", password=PASSWORD, deep={"list": [PASSWORD]}, **{PASSWORD: 1})
    log.info("asking", url=f"https://shop.example/?password={quote(PASSWORD)}")
    library.warning("POST https://api.telegram.org/bot%s/sendMessage", TOKEN)
    library.error("postgresql://%s@host/db and %s and %s", "user:secret-word", REPLICATE_TOKEN, REPLICATE_SECRET)
    library.error("OutSum=1&SignatureValue=0123abcd")
    try:
        break_with(f"refused: {PASSWORD} {TOKEN}")
    except RuntimeError:
        log.exception("it broke")
        library.exception("it broke")
    text = stream.getvalue()
    for secret in (
        PASSWORD,
        json.dumps(PASSWORD)[1:-1],
        repr(PASSWORD)[1:-1],
        quote(PASSWORD),
        TOKEN,
        REPLICATE_TOKEN,
        "secret-word",
        "0123abcd",
    ):
        assert secret not in text
    assert REPLICATE_SECRET.removeprefix("whsec_") not in text
    assert text.count(HIDDEN) >= 10


def test_every_line_of_the_json_form_is_one_object() -> None:
    stream = logged("json", [])
    structlog.get_logger("ours").warning("сообщение", order="42")
    logging.getLogger("theirs").info("plain %s", "words")
    try:
        break_with("a defect")
    except RuntimeError:
        structlog.get_logger("ours").exception("it broke")
    ours, theirs, broken = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert (ours["event"], ours["level"], ours["order"]) == ("сообщение", "warning", "42")
    assert (theirs["event"], theirs["logger"]) == ("plain words", "theirs")
    assert "RuntimeError: a defect" in broken["exception"]


def test_every_secret_of_the_settings_is_known() -> None:
    redaction = Redaction(some_settings(database_url="postgresql://me:hidden-word@h/db").secrets())
    for secret in ("first-word", "second-word", TOKEN, REPLICATE_TOKEN):
        assert redaction(f"<{secret}>") == f"<{HIDDEN}>"
    assert "hidden-word" not in redaction("postgresql://me:hidden-word@h/db")


def test_words_that_hide_nothing_are_left_alone() -> None:
    text = "order 12:30, 12345 photos, version 18.4, https://replicate.delivery/a/b.png"
    assert Redaction(["", "ab"])(text) == text
