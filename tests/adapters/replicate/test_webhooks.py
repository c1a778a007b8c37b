"""Replicate's webhooks: which are believed, and what they say."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.replicate import ReplicateSettings, ReplicateWebhooks, connected_replicate
from adapters.replicate.settings import RunKind
from avatar_core.errors import NoticeForged, NoticeUnreadable
from avatar_core.runs import ReportStatus
from avatar_core.testing.vectors import vectors
from entrypoints.sandbox.replicate import sign
from tests.adapters.replicate.conftest import Studio, settings_of
from tests.entrypoints.sandbox.webhook_receiver import receiving

VECTORS = vectors("standard-webhooks")["webhooks"]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SETTINGS = ReplicateSettings("r8_secret", ("avatars/portraits",), "https://example.org/replicate")
WEBHOOKS = ReplicateWebhooks(SETTINGS, SECRET)
BODY = json.dumps(
    {"id": "run-1", "status": "processing", "webhook": SETTINGS.marked(RunKind.TRAINING, "order-1"), "logs": ""}
).encode()


def headers(body: bytes = BODY, at: datetime = NOW) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    signature = sign(SECRET, "msg_1", stamp, body)
    return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["id"]))
def test_the_published_vector_is_believed(vector: dict[str, Any]) -> None:
    webhooks = ReplicateWebhooks(SETTINGS, vector["secret"])
    given = {f"webhook-{name}": vector[name] for name in ("id", "timestamp", "signature")}
    at = datetime.fromtimestamp(int(vector["timestamp"]), UTC)
    with pytest.raises(NoticeUnreadable):  # it is genuine, but not about a run
        webhooks.read_webhook(given, vector["body"].encode(), at)
    with pytest.raises(NoticeForged):
        webhooks.read_webhook(given, vector["body"].encode() + b" ", at)


def test_a_genuine_notice_says_which_order_and_how_it_stands() -> None:
    notice = WEBHOOKS.read_webhook(headers(), BODY, NOW)
    kind, order, report, webhook_id = notice
    assert (kind, order, webhook_id) == ("training", "order-1", "msg_1")
    assert (report.run, report.status) == ("run-1", ReportStatus.RUNNING)


def test_the_names_of_headers_come_in_any_case() -> None:
    shouted = {name.title(): value for name, value in headers().items()}
    assert WEBHOOKS.read_webhook(shouted, BODY, NOW).order == "order-1"


def test_one_right_signature_among_several_is_enough() -> None:
    right = headers()["webhook-signature"]
    assert (
        WEBHOOKS.read_webhook(headers() | {"webhook-signature": f"v1,AAAA v1a,BBBB {right}"}, BODY, NOW).order
        == "order-1"
    )


def test_the_requests_own_query_counts_only_when_the_body_has_no_mark() -> None:
    assert WEBHOOKS.read_webhook(headers(), BODY, NOW, "training=other").order == "order-1"
    bare = b'{"id": "run-1", "status": "starting"}'
    assert WEBHOOKS.read_webhook(headers(bare), bare, NOW, "portraits=order-2")[:2] == ("portraits", "order-2")


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_notice_five_minutes_off_is_believed_and_a_second_more_is_not(minutes: int) -> None:
    edge = timedelta(minutes=minutes)
    beyond = edge + timedelta(seconds=1 if minutes > 0 else -1)
    assert WEBHOOKS.read_webhook(headers(at=NOW + edge), BODY, NOW).order == "order-1"
    with pytest.raises(NoticeForged, match="5 minutes"):
        WEBHOOKS.read_webhook(headers(at=NOW + beyond), BODY, NOW)


FORGERIES: dict[str, dict[str, str]] = {
    "no signature": {"webhook-signature": ""},
    "another version": {"webhook-signature": headers()["webhook-signature"].replace("v1,", "v2,")},
    "a wrong one": {"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
    "no base64": {"webhook-signature": "v1,né"},
    "another id": {"webhook-id": "msg_2"},
    "no id": {"webhook-id": ""},
    "another time": {"webhook-timestamp": str(int(NOW.timestamp()) + 1)},
    "no time": {"webhook-timestamp": ""},
    "a time in words": {"webhook-timestamp": "now"},
    "an Arabic time": {"webhook-timestamp": "١٧"},
    "an endless time": {"webhook-timestamp": "9" * 5000},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_notice_is_refused(forgery: str) -> None:
    with pytest.raises(NoticeForged):
        WEBHOOKS.read_webhook(headers() | FORGERIES[forgery], BODY, NOW)


def test_a_notice_without_any_header_is_refused() -> None:
    with pytest.raises(NoticeForged):
        WEBHOOKS.read_webhook({}, BODY, NOW)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff", b"[" * 100_000, b"{}", b'{"id": 5, "webhook": 7}'])
def test_a_genuine_notice_about_nothing_is_unreadable(body: bytes) -> None:
    with pytest.raises(NoticeUnreadable):
        WEBHOOKS.read_webhook(headers(body), body, NOW, "training=order-1")


@given(
    st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text()), st.binary()
)
def test_whatever_strangers_send_is_refused(given: dict[str, str], body: bytes) -> None:
    with pytest.raises(NoticeForged):
        WEBHOOKS.read_webhook(given, body, NOW)


@pytest.mark.parametrize("secret", ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_top-secret!", "whsec_né"])
def test_a_malformed_secret_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(ValueError, match="REPLICATE_WEBHOOK_SECRET") as refused:
        ReplicateWebhooks(SETTINGS, secret)
    assert refused.value.__context__ is None
    assert "top" not in str(refused.value)


def test_the_secret_is_in_no_representation() -> None:
    assert SECRET.removeprefix("whsec_") not in repr(WEBHOOKS)


async def test_the_notices_of_a_whole_training_are_read(studio: Studio) -> None:
    async with receiving() as receiver:
        settings = settings_of(studio.replicate, webhook_url=receiver.url)
        webhooks = replace(WEBHOOKS, settings=settings, secret=studio.replicate.webhook_secret)
        studio.replicate.resume_webhooks()
        async with connected_replicate(settings) as connection:
            await replace(studio.trainer, connection=connection).submit(await studio.training())
            await studio.replicate.ended(studio.replicate.trainings[0])
            await studio.replicate.settled()
        told = [
            webhooks.read_webhook(*each, datetime.now(UTC))
            for each in zip(receiver.headers, receiver.bodies, strict=True)
        ]
    assert {(notice.kind, notice.order) for notice in told} == {("training", "order-1")}
    assert len({notice.id for notice in told}) == len(told)
    assert told[-1].report.status is ReportStatus.SUCCEEDED
    assert told[-1].report.model is not None
