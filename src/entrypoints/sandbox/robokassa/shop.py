"""A shop at Robokassa: its settings, its invoices, and the checks that a checkout must pass."""

import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import IntEnum

from entrypoints.sandbox.robokassa.signatures import init_signature, result_signature, same, user_fields

MAX_INVOICE_ID = 2_147_483_647
DESCRIPTION_CHARS = 100
RUSSIAN = re.compile("[А-Яа-яЁё]")
# The texts of the error page, by code: https://docs.robokassa.ru/ru/errors
ERRORS: Mapping[int, str] = {
    20: "Неверные параметры запроса",
    23: "Тестовый платёж не может быть создан. У магазина отсутствуют настройки тестовых параметров",
    25: "Магазин не активирован",
    26: "Магазин не найден",
    29: "Неверный параметр SignatureValue",
    30: "Неверный параметр счёта",
    31: "Неверная сумма платежа",
    33: "Время, отведённое на оплату счёта, истекло",
    40: "Повторная оплата счета с тем же номером невозможна",
}


class CheckoutRefused(Exception):
    """Robokassa's error page, by its code."""

    def __init__(self, code: int) -> None:
        """Look the text up."""
        super().__init__(f"Ошибка {code}. {ERRORS[code]}")
        self.code = code


class State(IntEnum):
    """States of an operation, as OpStateExt numbers them."""

    CREATED = 5
    CANCELLED = 10
    HELD = 20
    RECEIVED = 50
    REFUNDED = 60
    SUSPENDED = 80
    DONE = 100


@dataclass
class Invoice:
    """One invoice; `parameters` are those of its checkout after one url-decoding."""

    id: int
    amount: Decimal
    parameters: dict[str, str]
    state: State = State.CREATED
    changed_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    operation_key: str = field(default_factory=lambda: secrets.token_hex(16).upper())

    @property
    def is_test(self) -> bool:
        """Whether no money moves."""
        return self.parameters.get("IsTest") == "1"

    @property
    def user_fields(self) -> dict[str, str]:
        """The merchant's own fields, sorted by name."""
        return user_fields(self.parameters)

    def become(self, state: State) -> None:
        """Change the state."""
        self.state, self.changed_at = state, datetime.now(UTC)


@dataclass
class Shop:
    """The shop's settings, as in the merchant's cabinet, and its invoices by number."""

    login: str
    passwords: tuple[str, str]
    algorithm: str = "md5"
    result_url: str = ""
    success_url: str = ""
    fail_url: str = ""
    test_passwords: tuple[str, str] | None = None
    active: bool = True
    invoices: dict[int, Invoice] = field(default_factory=dict)

    def open(self, parameters: Mapping[str, str]) -> Invoice:
        """Check a checkout and open its invoice, or the one already opened.  Raises CheckoutRefused."""
        if parameters.get("MerchantLogin") != self.login:
            raise CheckoutRefused(26)
        if not self.active:
            raise CheckoutRefused(25)
        amount = _amount(parameters.get("OutSum", ""))
        invoice_id = self._invoice_id(parameters.get("InvId", ""))
        self._check_signature(parameters)
        _check_details(parameters)
        known = self.invoices.get(invoice_id)
        if known is not None and known.state is not State.CREATED and known.state is not State.CANCELLED:
            raise CheckoutRefused(40)
        invoice = Invoice(invoice_id, amount, dict(parameters))
        self.invoices[invoice_id] = invoice
        return invoice

    def passwords_for(self, parameters: Mapping[str, str]) -> tuple[str, str]:
        """The passwords of a checkout: a test has its own pair.  Raises CheckoutRefused (23)."""
        if parameters.get("IsTest") != "1":
            return self.passwords
        if self.test_passwords is None:
            raise CheckoutRefused(23)
        return self.test_passwords

    def notice(self, invoice: Invoice, out_sum: str) -> dict[str, str]:
        """Word the form body of a ResultURL notice, signed with Password2 (in capitals, as Robokassa sends it)."""
        body = {"OutSum": out_sum, "InvId": str(invoice.id), **invoice.user_fields}
        signature = result_signature(self.algorithm, body, self.passwords_for(invoice.parameters)[1])
        facts = {
            "Fee": f"{invoice.amount * Decimal('0.029'):.2f}",
            "EMail": invoice.parameters.get("Email", ""),
            "SignatureValue": signature.upper(),
            "PaymentMethod": "BankCard",
            "IncCurrLabel": "BankCardPSR",
        }
        return body | facts | ({"IsTest": "1"} if invoice.is_test else {})

    def way_back(self, invoice: Invoice) -> dict[str, str]:
        """Word the parameters of SuccessURL, signed with Password1."""
        body = {"OutSum": f"{invoice.amount:.2f}", "InvId": str(invoice.id), **invoice.user_fields}
        signature = result_signature(self.algorithm, body, self.passwords_for(invoice.parameters)[0])
        return body | {"SignatureValue": signature, "Culture": invoice.parameters.get("Culture", "ru")}

    def _check_signature(self, parameters: Mapping[str, str]) -> None:
        password1 = self.passwords_for(parameters)[0]
        if not same(parameters.get("SignatureValue", ""), init_signature(self.algorithm, parameters, password1)):
            raise CheckoutRefused(29)

    def _invoice_id(self, given: str) -> int:
        """Read the number, or take the next free one where none or 0 is given."""
        if given in {"", "0"}:
            return max(self.invoices, default=0) + 1
        if not re.fullmatch(r"[0-9]{1,10}", given) or not 1 <= int(given) <= MAX_INVOICE_ID:
            raise CheckoutRefused(30)
        return int(given)


def _amount(given: str) -> Decimal:
    try:
        amount = Decimal(given)
    except InvalidOperation as error:
        raise CheckoutRefused(31) from error
    if not amount.is_finite() or amount <= 0 or amount != amount.quantize(Decimal("0.01")):
        raise CheckoutRefused(31)
    return amount


def _is_described_with(character: str) -> bool:
    """Whether the vendor takes it in a Description: English and Russian letters, digits, punctuation."""
    is_plain = character.isascii() and character.isprintable()
    return is_plain or bool(RUSSIAN.match(character)) or unicodedata.category(character).startswith("P")


def _check_details(parameters: Mapping[str, str]) -> None:
    description = parameters.get("Description", "")
    if len(description) > DESCRIPTION_CHARS or not all(map(_is_described_with, description)):
        raise CheckoutRefused(20)
    if not (until := parameters.get("ExpirationDate", "")):
        return
    try:
        expires_at = datetime.fromisoformat(until)
    except ValueError as error:
        raise CheckoutRefused(20) from error
    if (expires_at if expires_at.tzinfo else expires_at.replace(tzinfo=UTC)) <= datetime.now(UTC):
        raise CheckoutRefused(33)
