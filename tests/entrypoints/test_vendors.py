"""The vendors, opened for real against their stand-ins."""

from pathlib import Path
from typing import Any

import pytest

from avatar_core.bots import TELEGRAM_STARS
from avatar_core.errors import GatewayNotAllowed, NoticeForged, ProviderUnauthorized
from avatar_core.ids import BotId, GatewayCode, TelegramId
from avatar_core.money import Currency
from avatar_core.testing.examples import BOT
from entrypoints.gateways import rails_of
from entrypoints.ground import bots_of
from entrypoints.sandbox.replicate import ReplicateSandbox
from entrypoints.settings import SettingsWrong
from entrypoints.vendors import OpenHouse, open_house
from tests.entrypoints.memory_house import OWNER, some_settings
from tests.entrypoints.web.conftest import signed

ROBOKASSA = GatewayCode("robokassa")
NO_SHOP = {"robokassa_login": None, "robokassa_password_1": None, "robokassa_password_2": None}


@pytest.fixture
def right(tmp_path: Path, migrated_dsn: str) -> dict[str, Any]:
    return {"data_dir": tmp_path, "database_url": migrated_dsn, "public_url": "https://bots.example"}


async def read(house: OpenHouse, secret: str) -> str:
    """Read a notice that is signed with this secret, and return what it is about."""
    at = house.ground.clock.now()
    body = b'{"id": "r1", "status": "processing", "webhook": "https://bots.example/replicate?training=t1"}'
    sent_at = str(int(at.timestamp()))
    headers = {"webhook-id": "m", "webhook-timestamp": sent_at, "webhook-signature": signed("m", sent_at, body, secret)}
    return (await house.vendors.run_notices.read(headers, body, at, "")).order


async def test_the_key_of_the_notices_is_asked_of_replicate_when_the_first_one_comes(right: dict[str, Any]) -> None:
    async with ReplicateSandbox.running() as replicate:
        account = {"replicate_url": replicate.base_url, "replicate_token": replicate.token}
        async with open_house(some_settings(**right, **account)) as house:
            assert await read(house, replicate.webhook_secret) == "t1"
            with pytest.raises(NoticeForged):
                await read(house, "whsec_c29tZWJvZHkgZWxzZQ==")


async def test_without_a_key_no_notice_is_believed(right: dict[str, Any]) -> None:
    async with ReplicateSandbox.running() as replicate:
        account = {"replicate_url": replicate.base_url, "replicate_token": "r8_wrong"}
        async with open_house(some_settings(**right, **account)) as house:
            with pytest.raises(ProviderUnauthorized):
                await read(house, replicate.webhook_secret)


async def test_the_key_in_the_settings_is_used_without_asking(right: dict[str, Any]) -> None:
    secret = "whsec_c29tZWJvZHkgZWxzZQ=="
    settings = some_settings(**right, replicate_url="http://127.0.0.1:1", replicate_webhook_secret=secret)
    async with open_house(settings) as house:
        assert await read(house, secret) == "t1"


@pytest.mark.parametrize(
    ("odd", "name"),
    [
        ({"replicate_webhook_secret": "not-a-key"}, "REPLICATE_WEBHOOK_SECRET"),
        ({"replicate_token": "two words"}, "REPLICATE_API_TOKEN"),
        ({"bots": {}}, "AVATAR_BOTS__"),
        ({"replicate_models": ()}, "AVATAR_REPLICATE_MODELS"),
        ({"replicate_models": ("me/avatars", "two words")}, "AVATAR_REPLICATE_MODELS is wrong: .* owner/name"),
    ],
)
async def test_a_setting_that_no_vendor_can_work_with_is_named_without_its_value(
    right: dict[str, Any], odd: dict[str, Any], name: str
) -> None:
    with pytest.raises(SettingsWrong, match=name) as told:
        async with open_house(some_settings(**{**right, **odd})):
            pytest.fail("it was opened")
    assert "not-a-key" not in str(told.value)
    assert "two words" not in str(told.value)


def test_robokassa_is_a_way_to_pay_where_it_is_set_up() -> None:
    assert rails_of(some_settings()).taking(ROBOKASSA).code == ROBOKASSA
    assert [rail.currency for rail in rails_of(some_settings()).rails] == [Currency.XTR, Currency.RUB]
    with pytest.raises(GatewayNotAllowed):
        rails_of(some_settings(**NO_SHOP)).taking(ROBOKASSA)


@pytest.mark.parametrize("is_on", [True, False])
def test_robokassa_in_test_mode_is_for_the_owners_alone(is_on: bool) -> None:  # noqa: FBT001  (what is told apart here)
    settings = some_settings(robokassa_test=is_on)
    profile, rails = bots_of(settings).of(BotId(BOT)), rails_of(settings)
    assert [rail.currency for rail in rails.allowed(profile, TelegramId(OWNER))] == [Currency.XTR, Currency.RUB]
    for_others = [Currency.XTR] if is_on else [Currency.XTR, Currency.RUB]
    assert [rail.currency for rail in rails.allowed(profile, TelegramId(OWNER + 1))] == for_others


@pytest.mark.parametrize(
    ("allowed", "extra", "gateways"),
    [
        (True, {}, (TELEGRAM_STARS, ROBOKASSA)),
        (False, {}, (TELEGRAM_STARS,)),
        (True, NO_SHOP, (TELEGRAM_STARS,)),
    ],
)
def test_a_bot_sells_for_money_only_where_its_owner_allows_it(
    allowed: bool,  # noqa: FBT001  (what is told apart here)
    extra: dict[str, Any],
    gateways: tuple[GatewayCode, ...],
) -> None:
    bots = {BOT: {"token": "123456:ABC", "allow_external_gateways": allowed}}
    assert bots_of(some_settings(bots=bots, **extra)).of(BotId(BOT)).gateways == gateways
