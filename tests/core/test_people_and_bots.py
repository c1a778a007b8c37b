"""Customers, avatars and bots."""

from dataclasses import replace

import pytest

from avatar_core.avatars import Gender
from avatar_core.bots import TELEGRAM_STARS, BotProfile, Bots
from avatar_core.customers import Address, Customer, Language, Level, Role
from avatar_core.errors import AvatarNotReady, GatewayNotAllowed, InvalidName
from avatar_core.ids import BotId, GatewayCode, NetworkId, TelegramId
from avatar_core.testing.examples import BOT, MODEL, NOW, a_customer, an_avatar

PROFILE = BotProfile(BOT, NetworkId("family"), owners=(TelegramId(1),))
OTHER = BotProfile(BotId("other_bot"), NetworkId("family"), owners=(TelegramId(2),))
BOTS = Bots({BOT: PROFILE, OTHER.bot: OTHER})


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("ru", "ru"),
        ("RU", "ru"),
        ("ru-RU", "ru"),
        ("en", "en"),
        ("pt-br", "en"),
        ("uk", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_russian_is_spoken_to_those_who_speak_it_and_english_to_everybody_else(code: str | None, language: str) -> None:
    assert Language.spoken(code) == language


def test_a_customer_begins_new_nameless_and_within_reach() -> None:
    known = a_customer()
    person = Customer(known.id, known.network, known.telegram_id, BOT, Language.EN, NOW)
    assert (person.name, person.inviter, person.level, person.version) == ("", None, Level.NEW, 0)
    assert person.reachable is True


def test_a_customer_is_written_to_by_the_bot_they_used_last() -> None:
    customer = a_customer().came(OTHER.bot, "New Name")
    assert customer.address == Address(OTHER.bot, customer.telegram_id, Language.RU, Role.CUSTOMER)
    assert customer.name == "New Name"
    assert customer.speaks(Language.EN).address.language is Language.EN


def test_whoever_comes_back_can_be_written_to_again() -> None:
    lost = a_customer().lost()
    assert lost.reachable is False
    assert lost.came(BOT, lost.name) == a_customer()


def test_a_level_once_reached_is_kept() -> None:
    far = a_customer().reached(Level.PORTRAYED)
    assert far.level is Level.PORTRAYED
    assert far.reached(Level.TRAINING).level is Level.PORTRAYED
    assert a_customer().reached(Level.TRAINING).level is Level.TRAINING


@pytest.mark.parametrize("name", ["", " ", "x" * 33, "\n"])
def test_an_avatar_has_a_name_of_readable_length(name: str) -> None:
    with pytest.raises(InvalidName) as refused:
        replace(an_avatar(a_customer()), name=name)
    assert refused.value.longest == 32


@pytest.mark.parametrize("name", ["A", "Ё", "x" * 32, "  Fan  "])
def test_a_short_name_is_a_name(name: str) -> None:
    assert replace(an_avatar(a_customer()), name=name).name == name


def test_an_avatar_paints_nothing_before_it_is_trained() -> None:
    avatar = an_avatar(a_customer())
    with pytest.raises(AvatarNotReady):
        avatar.model()
    assert avatar.ready(MODEL).model() == MODEL


def test_every_gender_has_its_word_in_a_prompt() -> None:
    assert {gender: gender.word for gender in Gender} == {"male": "man", "female": "woman", "other": "person"}


def test_only_what_the_owner_allows_takes_money() -> None:
    fan, shop = TelegramId(9), GatewayCode("robokassa")
    PROFILE.require(TELEGRAM_STARS, fan)
    with pytest.raises(GatewayNotAllowed) as refused:
        PROFILE.require(shop, fan)
    assert refused.value.gateway == "robokassa"
    replace(PROFILE, gateways=(shop,)).require(shop, fan)


def test_a_shop_in_test_mode_takes_orders_of_the_owners_alone() -> None:
    """Test payments gave real stars to every customer of a live bot."""
    owner, fan, shop = TelegramId(1), TelegramId(9), GatewayCode("robokassa")
    tried_out = replace(PROFILE, owners=(owner,), gateways=(TELEGRAM_STARS, shop), for_owners=(shop,))
    assert [tried_out.allows(shop, person) for person in (owner, fan)] == [True, False]
    assert tried_out.allows(TELEGRAM_STARS, fan)
    assert not replace(tried_out, gateways=(TELEGRAM_STARS,)).allows(shop, owner)


def test_a_bot_that_nobody_described_is_its_own_network() -> None:
    assert BOTS.of(BOT) == PROFILE
    stranger = BOTS.of(BotId("stranger"))
    assert (stranger.bot, stranger.network) == ("stranger", "stranger")
    assert (stranger.owners, stranger.owner_language, stranger.gateways) == ((), "ru", (TELEGRAM_STARS,))


def test_the_owners_of_the_bot_are_told_or_everybodys_when_nobody_knows_which_it_was() -> None:
    assert BOTS.concerned(BOT) == (PROFILE,)
    assert BOTS.concerned(None) == (PROFILE, OTHER)
