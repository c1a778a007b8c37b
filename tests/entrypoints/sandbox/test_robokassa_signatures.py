"""Robokassa's signatures against computed vectors (login `test`, OutSum 5.12, InvId 5)."""

import pytest

from entrypoints.sandbox.robokassa.signatures import (
    HASHES,
    digest,
    hold_cancel_signature,
    init_signature,
    result_signature,
    same,
    state_signature,
)

CHECKOUT = {"MerchantLogin": "test", "OutSum": "5.12", "InvId": "5"}
SHP = {"Shp_b": "2", "Shp_a": "1"}  # unsorted on purpose

INIT = [
    ("md5", {}, "d33ad746fefb057705993fc6662c5beb"),
    ("sha1", {}, "7de442b86d36390ca7ebc8ce86e36a63aa32d310"),
    ("ripemd160", {}, "6b670c77ae0f5b4309994eb1c285d203abcc7efd"),
    ("sha256", {}, "aa262afe1f949ab1f0d362fb43ae8249aeb929c2f7c74d5df5965ca20434c691"),
    ("md5", SHP, "d2a2fc6c78a69a5bc966254ed5f40a56"),
    ("md5", {"StepByStep": "true"}, "fb88957cc42ca5e326bfe88ee59108c6"),
]
RESULT = [
    ("md5", "5.12", {}, "5e000357e91de9ac78f9df163eceefa8"),
    ("sha256", "5.12", {}, "3602f3ea9e81a35440c73f8900a3a7dc5297d03cd49a85423ecf7d65ea89bdc8"),
    ("md5", "5.120000", SHP, "cb21b41c44f63f768d11a25a68fdb822"),
]


@pytest.mark.parametrize(("algorithm", "further", "expected"), INIT)
def test_a_checkout_is_signed_as_the_vectors_say(algorithm: str, further: dict[str, str], expected: str) -> None:
    assert init_signature(algorithm, CHECKOUT | further, "securepass1") == expected


@pytest.mark.parametrize(("algorithm", "out_sum", "further", "expected"), RESULT)
def test_a_notice_is_signed_as_the_vectors_say(
    algorithm: str, out_sum: str, further: dict[str, str], expected: str
) -> None:
    assert result_signature(algorithm, {"OutSum": out_sum, "InvId": "5", **further}, "securepass2") == expected


def test_the_way_back_is_signed_with_the_first_password() -> None:
    signed = result_signature("md5", {"OutSum": "5.12", "InvId": "5"}, "securepass1")
    assert signed == "549c01c6f4c4bdf522e233b82c514f35"


def test_a_question_about_the_state_is_signed_as_the_vector_says() -> None:
    assert state_signature("md5", "test", "5", "securepass2") == "007666849b7a7dc779f40feb37764210"


def test_cancelling_a_hold_leaves_the_place_of_the_sum_empty() -> None:
    assert hold_cancel_signature("md5", "test", "5", "securepass1") == "c5ae201b07df37d085817db340913d7e"


def test_optional_parts_stand_in_the_vendors_order() -> None:
    further = {
        "FailUrl2Method": "GET",
        "FailUrl2": "https://shop/fail",
        "SuccessUrl2Method": "POST",
        "SuccessUrl2": "https://shop/ok",
        "ResultUrl2": "https://shop/result",
        "StepByStep": "true",
        "Receipt": "%7B%7D",
        "Shp_id": "9",
    }
    expected = digest(
        "md5",
        *("test", "5.12", "5", "%7B%7D", "true", "https://shop/result"),
        *("https://shop/ok", "POST", "https://shop/fail", "GET", "securepass1", "Shp_id=9"),
    )
    assert init_signature("md5", CHECKOUT | further, "securepass1") == expected


@pytest.mark.parametrize("algorithm", sorted(HASHES))
def test_every_hash_of_the_cabinet_is_offered(algorithm: str) -> None:
    assert digest(algorithm, "test") == digest(algorithm, "test").lower()


def test_a_hash_that_is_not_offered_is_refused() -> None:
    with pytest.raises(ValueError, match="crc32"):
        digest("crc32", "test")


def test_hex_is_compared_whatever_its_case() -> None:
    assert same("AbC1", "aBc1")
    assert not same("abc1", "abc2")
