"""The web app as a whole: health, limits, what it tells about itself and what it never tells."""

import socket
from collections.abc import AsyncIterator

import pytest

from avatar_core.errors import StoreUnavailable
from entrypoints.ground import NotReady, Readiness
from entrypoints.settings import SettingsWrong
from entrypoints.web.health import report_of
from entrypoints.web.limits import LARGEST_BODY_BYTES
from entrypoints.web.serving import listening
from tests.entrypoints.web.conftest import Served


async def test_the_process_says_that_it_lives(served: Served) -> None:
    answer = await served.client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_the_process_says_that_it_can_work(served: Served) -> None:
    answer = await served.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok"})


async def test_a_process_that_cannot_work_says_why_without_a_secret() -> None:
    async def away() -> None:
        raise StoreUnavailable(reason="OperationalError")

    async def behind() -> None:
        raise NotReady("not applied yet: 0007_access.sql")

    async def broken() -> None:
        raise RuntimeError("postgresql://user:password@host")

    checks = {"database": away, "migrations": behind, "other": broken}
    assert await report_of(Readiness(checks)) == {
        "database": "the store is unavailable: OperationalError",
        "migrations": "not applied yet: 0007_access.sql",
        "other": "broken",
    }


async def test_not_ready_is_answered_503(served: Served) -> None:
    async def away() -> None:
        raise StoreUnavailable(reason="restarting")

    checks = served.outside.house.ground.store.readiness.checks
    assert isinstance(checks, dict)
    checks["database"] = away
    assert (await served.client.get("/readyz")).status_code == 503


async def test_the_description_names_every_route_and_no_secret(served: Served) -> None:
    answer = await served.client.get("/openapi.json")
    assert set(answer.json()["paths"]) == {
        "/healthz",
        "/readyz",
        "/telegram/{bot}",
        "/replicate",
        "/robokassa/result",
        "/robokassa/success",
        "/robokassa/fail",
    }
    assert [secret for secret in served.outside.settings.secrets() if secret in answer.text] == []


@pytest.mark.parametrize("path", ["/replicate", "/robokassa/result", "/healthz", "/nothing"])
async def test_a_body_over_a_megabyte_is_refused(served: Served, path: str) -> None:
    answer = await served.client.post(path, content=b"x" * (LARGEST_BODY_BYTES + 1))
    assert answer.status_code == 413


async def test_a_body_that_does_not_tell_its_size_is_refused_all_the_same(served: Served) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    answer = await served.client.post("/replicate", content=pieces())
    assert answer.status_code == 413


async def test_a_body_of_a_megabyte_is_read(served: Served) -> None:
    answer = await served.client.post("/replicate", content=b"x" * LARGEST_BODY_BYTES)
    assert answer.status_code == 403


async def test_a_broken_request_tells_nothing_about_the_inside(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the password is sesame")

    monkeypatch.setattr(served.outside.house.ground.store.inbox, "keep", broken)
    monkeypatch.setattr(served.intake, "receive", broken)
    run = {"id": "x", "status": "processing", "webhook": "https://x.example/replicate?training=1"}
    answer = await served.notify(run)
    assert (answer.status_code, answer.json()) == (500, {"error": "internal-error"})


def test_a_taken_address_is_a_wrong_setting() -> None:
    told = pytest.raises(SettingsWrong, match=r"AVATAR_LISTEN_PORT: 127\.0\.0\.1:")
    with socket.create_server(("127.0.0.1", 0)) as taken, told, listening(*taken.getsockname()):
        pass
