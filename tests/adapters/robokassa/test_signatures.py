"""Robokassa's signatures, against computed vectors for every kind and hash."""

import hashlib
from typing import Any

import pytest

from adapters.robokassa import RobokassaSettings
from adapters.robokassa.settings import HASHES
from adapters.robokassa.signatures import checkout_signature, notice_signature, same
from avatar_core.testing.vectors import vectors

VECTORS = vectors("robokassa")
SIGNERS = {
    "init": (checkout_signature, VECTORS["password1"]),
    "result": (notice_signature, VECTORS["password2"]),
    "success": (notice_signature, VECTORS["password1"]),
}


@pytest.mark.parametrize(
    "vector", VECTORS["signatures"], ids=lambda each: f"{each['kind']}-{each['hash']}-{len(each['fields'])}"
)
def test_the_vectors_come_out(vector: dict[str, Any]) -> None:
    sign, password = SIGNERS[vector["kind"]]
    assert sign(vector["hash"], vector["fields"], password) == vector["signature"]


@pytest.mark.parametrize("algorithm", HASHES)
def test_every_hash_of_the_vendor_signs(algorithm: str) -> None:
    fields = {"OutSum": "5.12", "InvId": "5"}
    plain = hashlib.new(algorithm, b"5.12:5:securepass2").hexdigest()
    assert notice_signature(algorithm, fields, "securepass2") == plain
    assert RobokassaSettings("test", "a", "b", hash=algorithm).hash == algorithm


def test_a_receipt_stands_before_the_password() -> None:
    fields = {"MerchantLogin": "test", "OutSum": "5.12", "InvId": "5", "Receipt": "%7B%7D"}
    assert checkout_signature("md5", fields, "p") == hashlib.md5(b"test:5.12:5:%7B%7D:p").hexdigest()  # noqa: S324 - the vendor's


def test_the_same_signature_comes_in_any_case() -> None:
    assert same("ABCDEF", "abcdef")
    assert not same("ABCDE", "abcdef")
    assert not same("пароль", "abcdef")


@pytest.mark.parametrize(
    "wrong", [{"login": ""}, {"password1": ""}, {"password2": ""}, {"hash": "crc32"}, {"hash": "MD5"}], ids=str
)
def test_a_shop_that_cannot_be_right_is_refused_without_its_passwords(wrong: dict[str, str]) -> None:
    shop = {"login": "test", "password1": "first-secret", "password2": "second-secret"}
    with pytest.raises(ValueError, match=r"shop|signs") as refused:
        RobokassaSettings(**(shop | wrong))  # type: ignore[arg-type]
    assert "secret" not in str(refused.value)


def test_the_passwords_are_in_no_representation() -> None:
    assert "secret" not in repr(RobokassaSettings("test", "first-secret", "second-secret"))
