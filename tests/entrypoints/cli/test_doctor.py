"""The doctor: tries everything for real, and says what to mend."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from avatar_core.errors import StoreUnavailable
from avatar_core.events import StarsGranted
from avatar_core.money import Stars
from avatar_core.tasks import of_each
from avatar_core.testing.examples import BOT, a_customer
from entrypoints.cli.examination import examine
from entrypoints.opening import open_ground
from entrypoints.sandbox.replicate import ReplicateSandbox
from entrypoints.sandbox.telegram import TelegramSandbox
from entrypoints.settings import Settings
from tests.entrypoints.memory_house import OWNER, TOKEN, some_settings

CUSTOMER = a_customer()


@dataclass(frozen=True, slots=True)
class Clinic:
    """The vendors' stand-ins, and settings that fit them."""

    telegram: TelegramSandbox
    replicate: ReplicateSandbox
    right: dict[str, Any]

    def settings(self, **odd: Any) -> Settings:  # noqa: ANN401  (any settings)
        return some_settings(**{**self.right, **odd})


@pytest.fixture
async def clinic(tmp_path: Path, migrated_dsn: str) -> AsyncIterator[Clinic]:
    async with TelegramSandbox.running() as telegram, ReplicateSandbox.running() as replicate:
        telegram.register_bot(TOKEN, BOT)
        await telegram.person(person_id=OWNER).write("/start")
        right = {
            "data_dir": tmp_path,
            "database_url": migrated_dsn,
            "telegram_url": telegram.base_url,
            "replicate_url": replicate.base_url,
            "replicate_token": replicate.token,
            "replicate_models": (f"{replicate.account}/avatars",),
            "public_url": "https://bots.example",
        }
        yield Clinic(telegram, replicate, right)


async def test_all_is_well_when_it_is(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    assert await examine(clinic.settings())
    told = capsys.readouterr().out
    assert "All is well." in told
    assert "✗" not in told
    assert "your own, answers" in told
    assert "https://bots.example/robokassa/result" in told
    assert "test mode" not in told


async def test_a_shop_in_test_mode_is_told(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    assert await examine(clinic.settings(robokassa_test=True))
    assert "in test mode, no money moves; offered to the owners alone of" in " ".join(capsys.readouterr().out.split())


async def test_a_hash_that_this_machine_has_not_is_told_before_the_start(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("hashlib.algorithms_available", {"md5", "sha256"})
    assert not await examine(clinic.settings(robokassa_hash="ripemd160"))
    assert "this machine's OpenSSL has no ripemd160" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("odd", "mend"),
    [
        ({"bots": {BOT: {"token": "999:not-a-known-token"}}}, f"AVATAR_BOTS__{BOT.upper()}__TOKEN"),
        ({"bots": {"other_bot": {"token": TOKEN}}}, f"name its settings AVATAR_BOTS__{BOT.upper()}__…, and keep"),
        (
            {"bots": {"other_bot": {"token": TOKEN}}},
            f"AVATAR_BOTS__{BOT.upper()}__NETWORK=other_bot: else they begin at",
        ),
        ({"bots": {"other_bot": {"token": TOKEN, "network": "ours"}}}, f"AVATAR_BOTS__{BOT.upper()}__NETWORK=ours:"),
        ({"bots": {}}, "AVATAR_BOTS__<USERNAME>__TOKEN is not set"),
        ({"telegram_updates": "webhook"}, f"it registers https://bots.example/telegram/{BOT}"),
        ({"replicate_token": "r8_wrong"}, "REPLICATE_API_TOKEN"),
        ({"replicate_token": None}, "REPLICATE_API_TOKEN is not set"),
        ({"replicate_hardware": "gpu-t4"}, "AVATAR_REPLICATE_HARDWARE is one of"),
        ({"replicate_models": ("my-account/avatars",)}, "AVATAR_REPLICATE_MODELS is "),
        ({"replicate_webhook_secret": "whsec_!"}, "REPLICATE_WEBHOOK_SECRET"),
        ({"replicate_url": "http://127.0.0.1:1"}, "AVATAR_REPLICATE_URL"),
        ({"telegram_url": "http://127.0.0.1:1"}, "AVATAR_TELEGRAM_URL"),
        ({"database_url": "postgresql://me:a-password@127.0.0.1:1/avatar"}, "see AVATAR_DATABASE_URL"),
        ({"catalogue_file": "/nowhere/own.toml"}, "AVATAR_CATALOGUE_FILE"),
        ({"data_dir": "/dev/null/x"}, "AVATAR_DATA_DIR"),
        ({"public_url": None}, "AVATAR_PUBLIC_URL"),
    ],
    ids=str,
)
async def test_what_is_wrong_is_named_and_the_rest_is_looked_at_all_the_same(
    clinic: Clinic, odd: dict[str, Any], mend: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = clinic.settings(**odd)
    assert not await examine(settings)
    told = capsys.readouterr().out
    assert mend in told
    assert told.count("✗") < told.count("✓")
    assert "Traceback" not in told
    assert [secret for secret in (TOKEN, clinic.replicate.token, "a-password", "r8_wrong") if secret in told] == []


@pytest.mark.parametrize(
    ("odd", "lines"),
    [
        (
            {"telegram_url": "http://127.0.0.1:1"},
            [f"✗ bot {BOT}: cannot reach Telegram", "  → see the network, and AVATAR_TELEGRAM_URL if it is set"],
        ),
        (
            {"bots": {BOT: {"token": "999:not-a-known-token"}}},
            [f"✗ bot {BOT}: Telegram rejects the token", f"  → see AVATAR_BOTS__{BOT.upper()}__TOKEN"],
        ),
        (
            {"bots": {}},
            ["✗ bots: cannot be tried", "  → AVATAR_BOTS__<USERNAME>__TOKEN is not set: put it into .env"],
        ),
    ],
    ids=["network", "token", "none"],
)
async def test_what_is_wrong_with_a_bot_is_said_as_it_is(
    clinic: Clinic, odd: dict[str, Any], lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert not await examine(clinic.settings(**odd))
    assert "\n".join(lines) in capsys.readouterr().out


async def test_an_owner_who_never_wrote_to_the_bot_is_told_to(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    bot = {"token": TOKEN, "owners": [OWNER, OWNER + 1], "allow_external_gateways": True}
    assert not await examine(clinic.settings(bots={BOT: bot}))
    told = " ".join(capsys.readouterr().out.split())
    assert f"✓ bot {BOT}: its owner {OWNER} can be written to" in told
    assert f"✗ bot {BOT}: its owner {OWNER + 1} cannot be written to, and hears no news of it" in told
    assert f"→ the owner has to open @{BOT} and press Start" in told


async def test_a_telegram_that_is_busy_blames_no_token(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.telegram.faults.server_error(502, "getMe")
    assert not await examine(clinic.settings())
    told = capsys.readouterr().out
    assert f"✗ bot {BOT}: " in told
    assert "TOKEN" not in told


async def test_a_dead_letter_is_shown_with_its_error(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    settings = clinic.settings()
    async with open_ground(settings) as ground:
        async with ground.store.begin() as work:
            work.save(CUSTOMER)
            work.emit(StarsGranted(customer=CUSTOMER.id, stars=Stars.of(1), balance=Stars.of(1), reason="x"))
            await work.commit()
        for task in await ground.store.outbox.claim("one", ground.clock.now(), of_each(10), 60):
            await ground.store.outbox.bury(task, "one", str(StoreUnavailable(reason="the disk is full")))
    assert not await examine(settings)
    told = capsys.readouterr().out
    assert "2 were given up" in told
    assert "the disk is full" in told
    assert "`avatar tasks revive all`" in told


async def test_an_old_webhook_in_the_way_of_polling_is_found(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.telegram.bots[0].webhook.url = "https://old.example/hook"
    assert not await examine(clinic.settings())
    assert "its updates go to https://old.example/hook" in capsys.readouterr().out
