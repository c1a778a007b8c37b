"""Replicate's webhook under attack, over HTTP: what is not genuine is neither believed nor kept."""

import json
import traceback
from dataclasses import replace

import httpx
import pytest

from adapters.replicate import ReplicateSettings, ReplicateWebhooks, connected_replicate
from avatar_core.dossier import OfCustomer
from avatar_core.errors import ProviderUnavailable
from avatar_core.runs import RunStatus
from avatar_core.testing.examples import NOW, a_customer, a_draft, a_running, an_avatar, credited, held
from entrypoints.notices import SOURCE
from entrypoints.vendors import LazyRunNotices
from tests.entrypoints.memory_house import REPLICATE_TOKEN, MemoryHouse
from tests.entrypoints.web.conftest import Served, signed

CUSTOMER = a_customer()
AVATAR = an_avatar(CUSTOMER)
TRAINING = a_running(a_draft(CUSTOMER, AVATAR))
RUN = {
    "id": TRAINING.run.ticket.run if TRAINING.run.ticket else "",
    "status": "succeeded",
    "webhook": f"https://bots.example/replicate?training={TRAINING.id}",
    "output": {"version": "me/avatars:" + "a" * 64, "weights": "https://replicate.delivery/w.tar"},
    "error": None,
}
BODY = json.dumps(RUN).encode()
SENT_AT = str(int(NOW.timestamp()))
ANOTHER_SECRET = "whsec_" + "QUJD" * 8


@pytest.fixture(autouse=True)
async def _trains(outside: MemoryHouse) -> None:
    begin = outside.house.ground.store.begin
    async with begin() as work:
        work.save(CUSTOMER, AVATAR, TRAINING)
        await work.commit()
    async with begin() as work:
        wallet = (await work.dossier(OfCustomer(CUSTOMER.id))).wallet
        work.save(held(credited(wallet, 500), TRAINING.id, 220))
        await work.commit()


def untouched(outside: MemoryHouse) -> bool:
    kept = [name for source, name in outside.database.arrivals.taken() if source == SOURCE]
    return not kept and outside.database.trainings[TRAINING.id].run.status is RunStatus.PROCESSING


def headers(body: bytes = BODY, **odd: str) -> dict[str, str]:
    name, at = odd.get("name", "msg_1"), odd.get("at", SENT_AT)
    return {"webhook-id": name, "webhook-timestamp": at, "webhook-signature": signed(name, at, body)}


async def post(served: Served, body: bytes, given: object) -> httpx.Response:
    return await served.client.post("/replicate", content=body, headers=given)  # type: ignore[arg-type]


GENUINE = headers()["webhook-signature"]
FORGED: dict[str, dict[str, str]] = {
    "no headers": {},
    "no signature": {"webhook-signature": ""},
    "another version": {"webhook-signature": GENUINE.replace("v1,", "v1a,")},
    "no version": {"webhook-signature": GENUINE.removeprefix("v1,")},
    "joined by a comma": {"webhook-signature": "v1,AAAA," + GENUINE.removeprefix("v1,")},
    "the padding left out": {"webhook-signature": GENUINE.rstrip("=")},
    "more behind it": {"webhook-signature": GENUINE + "AAAA"},
    "letters that are no base64": {"webhook-signature": "v1,é" * 3},
    "another secret": {"webhook-signature": signed("msg_1", SENT_AT, BODY, ANOTHER_SECRET)},
    "another id": {"webhook-id": "msg_2"},
    "a part of the id in the time": {"webhook-id": "msg", "webhook-timestamp": f"1.{SENT_AT}"},
    "another time": {"webhook-timestamp": str(int(SENT_AT) + 1)},
    "no time": {"webhook-timestamp": ""},
    "a time in words": {"webhook-timestamp": "now"},
    "a time in other digits": {"webhook-timestamp": SENT_AT.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))},
    "a time of a thousand digits": {"webhook-timestamp": SENT_AT + "0" * 1000},
    "a negative time": {"webhook-timestamp": f"-{SENT_AT}"},
}


@pytest.mark.parametrize("odd", FORGED.values(), ids=FORGED)
async def test_a_forged_notice_is_refused_and_not_kept(served: Served, odd: dict[str, str]) -> None:
    given = {name: value.encode() for name, value in {**headers(), **odd}.items()} if odd else {}
    answer = await post(served, BODY, given)
    assert (answer.status_code, answer.json()["error"]) == (403, "notice-forged")
    assert untouched(served.outside)


@pytest.mark.parametrize("seconds", [-(10**9), -86400, -301, 301, 86400, 10**9])
async def test_a_stale_or_premature_notice_is_refused_though_its_signature_is_genuine(
    served: Served, seconds: int
) -> None:
    answer = await post(served, BODY, headers(at=str(int(SENT_AT) + seconds)))
    assert answer.status_code == 403
    assert untouched(served.outside)


@pytest.mark.parametrize("seconds", [-299, 299])
async def test_nearly_five_minutes_are_borne_with_on_both_sides(served: Served, seconds: int) -> None:
    assert (await post(served, BODY, headers(at=str(int(SENT_AT) + seconds)))).status_code == 200
    assert not untouched(served.outside)


async def test_a_body_cut_off_or_changed_anywhere_is_refused(served: Served) -> None:
    for place in range(0, len(BODY), 7):
        assert (await post(served, BODY[:place], headers())).status_code == 403
        changed = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
        assert (await post(served, changed, headers())).status_code == 403
    assert untouched(served.outside)


async def test_one_genuine_signature_among_several_is_enough(served: Served) -> None:
    several = f"v1,AAAA v2,{GENUINE} {GENUINE.removeprefix('v1,')} {GENUINE} v1,"
    assert (await post(served, BODY, {**headers(), "webhook-signature": several})).status_code == 200


@pytest.mark.parametrize("name", headers())
async def test_a_signed_header_that_comes_twice_is_refused(served: Served, name: str) -> None:
    twice = [*headers().items(), (name, headers()[name])]
    answer = await post(served, BODY, twice)
    assert (answer.status_code, answer.json()["error"]) == (400, "notice-unreadable")
    assert untouched(served.outside)


def deep(levels: int) -> bytes:
    return b'{"webhook":' + b"[" * levels + b"]" * levels + b"}"


UNREADABLE = {
    "nothing": b"",
    "no UTF-8": BODY.replace(b"succeeded", b"\xff\xfe"),
    "UTF-16": BODY.decode().encode("utf-16"),
    "UTF-16 without its mark": BODY.decode().encode("utf-16-le"),
    "UTF-32": BODY.decode().encode("utf-32"),
    "UTF-8 with a mark": b"\xef\xbb\xbf" + BODY,
    "half a character": BODY[:-1] + b'"}' + b"\xed\xa0\x80",
    "a number of 5,000 digits": BODY[:-1] + b', "metrics": ' + b"9" * 5000 + b"}",
    "no number": BODY[:-1] + b', "metrics": {"predict_time": NaN}}',
    "beyond all numbers": BODY[:-1] + b', "metrics": -Infinity}',
    "100,000 levels deep": deep(100_000),
    "900 levels deep": deep(900),
    "a list": b"[" + BODY + b"]",
    "a text": b'"succeeded"',
    "null": b"null",
    "two objects": BODY + BODY,
    "no status": json.dumps({**RUN, "status": None, "id": None}).encode(),
    "an id that is no text": json.dumps({**RUN, "id": {"a": 1}}).encode(),
    "an address that is none": json.dumps({**RUN, "webhook": "http://[oops"}).encode(),
    "ten thousand marks": json.dumps({**RUN, "webhook": "https://x/?" + "&training=1" * 10_000}).encode(),
    "a version that is no text": json.dumps({**RUN, "output": {"version": ["a"]}}).encode(),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
async def test_an_odd_body_with_a_genuine_signature_is_refused_in_words(served: Served, body: bytes) -> None:
    """Invalid UTF-8, huge numbers and deep nesting were answered 500."""
    answer = await post(served, body, headers(body))
    assert (answer.status_code, answer.json()["error"]) == (400, "notice-unreadable")
    assert untouched(served.outside)


async def test_an_id_that_no_index_could_hold_is_refused(served: Served) -> None:
    answer = await post(served, BODY, headers(name="m" * 5000))
    assert answer.status_code == 400
    assert untouched(served.outside)


async def test_a_status_nobody_has_heard_of_changes_nothing(served: Served) -> None:
    for number, status in enumerate(["exploded", "", "Succeeded", "succeeded ", "\x00", "🙂" * 1000]):
        body = json.dumps({**RUN, "status": status}).encode()
        assert (await post(served, body, headers(body, name=f"msg_{number}"))).status_code == 200
    assert served.outside.database.trainings[TRAINING.id].run.status is RunStatus.PROCESSING


async def test_news_in_the_wrong_order_and_again_end_a_training_once(served: Served) -> None:
    news = ["succeeded", "starting", "failed", "processing", "succeeded", "canceled"]
    for number, status in enumerate([*news, *news]):
        body = json.dumps({**RUN, "status": status}).encode()
        assert (await post(served, body, headers(body, name=f"msg_{number % len(news)}"))).status_code == 200
    assert served.outside.database.trainings[TRAINING.id].run.status is RunStatus.SUCCEEDED
    names = [happening.event.name for happening in served.outside.database.happenings]
    assert [name for name in names if name in {"training.succeeded", "training.failed"}] == ["training.succeeded"]


MALFORMED = ["", "whsec_", "whsec_MARKED!", "whsec_MARKEDé", "MARKED", "whsec_MARKED=A", "wh sec_MARKEDAAA"]


@pytest.mark.parametrize("secret", MALFORMED)
async def test_a_malformed_secret_is_in_no_error(secret: str) -> None:
    settings = ReplicateSettings(REPLICATE_TOKEN, ("me/avatars",))
    with pytest.raises(ValueError, match="REPLICATE_WEBHOOK_SECRET") as wrong:
        ReplicateWebhooks(settings, secret)
    assert "MARKED" not in "".join(traceback.format_exception(wrong.value))


async def test_a_malformed_secret_from_the_vendor_is_the_vendors_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was a ValueError, and the sender was answered 500."""

    async def secret(_: object) -> str:
        return "whsec_MARKED!"

    async with connected_replicate(ReplicateSettings(REPLICATE_TOKEN, ("me/avatars",))) as connection:
        monkeypatch.setattr(type(connection), "webhook_secret", secret)
        with pytest.raises(ProviderUnavailable) as trouble:
            await LazyRunNotices(connection, None).read(headers(), BODY, NOW, "")
    assert "MARKED" not in "".join(traceback.format_exception(trouble.value))


async def test_what_is_another_customers_run_ends_nobodys_training(served: Served) -> None:
    for number, odd in enumerate([{"id": "run-of-somebody-else"}, {"id": "run-1\x00"}, {"id": "RUN-1"}]):
        body = json.dumps({**RUN, **odd}).encode()
        assert (await post(served, body, headers(body, name=f"msg_{number}"))).status_code == 200
    assert served.outside.database.trainings[TRAINING.id] == replace(TRAINING, version=1)
