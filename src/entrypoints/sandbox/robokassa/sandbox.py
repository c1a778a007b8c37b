"""The Robokassa stand-in as tests and the demo use it."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Self
from urllib.parse import urlencode, urlsplit

import httpx
from fastapi import FastAPI

from entrypoints.sandbox.robokassa.notices import Herald, Notice
from entrypoints.sandbox.robokassa.routes import routes
from entrypoints.sandbox.robokassa.shop import Invoice, Shop
from entrypoints.sandbox.robokassa.signatures import result_signature
from entrypoints.sandbox.serving import http_client, serving


class CheckoutFailed(Exception):
    """The customer met an error page; `text` is what it says, with Robokassa's code."""

    def __init__(self, text: str) -> None:
        """Keep what the page says."""
        super().__init__(text)
        self.text = text


class RobokassaSandbox:
    """A running stand-in, and the customer's hands on its pages."""

    def __init__(self, shop: Shop, base_url: str) -> None:
        """Prepare one shop; `running` is the way to get a served one."""
        self.shop = shop
        self.base_url = base_url
        self.herald = Herald(shop)

    @classmethod
    @contextlib.asynccontextmanager
    async def running(
        cls,
        login: str = "test",
        password1: str = "securepass1",
        password2: str = "securepass2",
        result_url: str = "",
        hash: str = "md5",  # noqa: A002  (so the shop's setting is called)
    ) -> AsyncIterator[Self]:
        """Serve one shop on 127.0.0.1 while the block runs; `result_url` can be set later."""
        app = FastAPI(title="Robokassa stand-in")
        app.include_router(routes)
        async with serving(app) as base_url:
            sandbox = cls(Shop(login, (password1, password2), hash, result_url), base_url)
            app.state.herald = sandbox.herald
            try:
                yield sandbox
            finally:
                await sandbox.herald.aclose()

    @property
    def checkout_url(self) -> str:
        """Where checkouts begin: what `https://auth.robokassa.ru/Merchant/Index.aspx` is at the vendor."""
        return f"{self.base_url}/Merchant/Index.aspx"

    @property
    def result_url(self) -> str:
        """Where the shop is told of payments."""
        return self.shop.result_url

    @result_url.setter
    def result_url(self, url: str) -> None:
        self.shop.result_url = url

    @property
    def retry_after_s(self) -> tuple[float, ...]:
        """Pauses before a notice that was not answered with `OK{InvId}` is sent again, in seconds."""
        return self.herald.retry_after_s

    @retry_after_s.setter
    def retry_after_s(self, pauses: tuple[float, ...]) -> None:
        self.herald.retry_after_s = pauses

    @property
    def notices(self) -> list[Notice]:
        """Every notice that was sent, with the shop's answer, oldest first."""
        return self.herald.log

    @property
    def invoices(self) -> dict[int, Invoice]:
        """The invoices by number."""
        return self.shop.invoices

    def accept_tests(self, password1: str, password2: str) -> None:
        """Set the passwords of the test mode; without them a checkout with IsTest=1 meets error 23."""
        self.shop.test_passwords = (password1, password2)

    async def pay(
        self, checkout_url: str, notices: int = 1, delay_s: float = 0.0, outsum_format: str = "{:.6f}"
    ) -> str:
        """Open the checkout, pay, and return the address that the customer is led back to ("" for none).

        The notices have been answered when it returns, unless they are late.  Raises CheckoutFailed.
        """
        pressed = {"action": "pay", "notices": notices, "delay_s": delay_s, "outsum_format": outsum_format}
        return await self._press(checkout_url, pressed)

    async def decline(self, checkout_url: str) -> str:
        """Open the checkout and refuse to pay; return the address that the customer is led back to ("" for none)."""
        return await self._press(checkout_url, {"action": "decline"})

    async def look(self, checkout_url: str) -> str:
        """Open the checkout and return its page.  Raises CheckoutFailed with the error page's text."""
        async with self._browser() as browser:
            return (await self._open(browser, checkout_url)).text

    async def notify(self, invoice_id: int, out_sum: str = "", password2: str | None = None, **changes: str) -> Notice:
        """Post a notice of one's own making: another sum, a forged password, or any field changed after signing."""
        invoice = self.shop.invoices[invoice_id]
        body = self.shop.notice(invoice, out_sum or f"{invoice.amount:.6f}")
        if password2 is not None:
            body["SignatureValue"] = result_signature(self.shop.algorithm, body, password2)
        return await self.herald.post(invoice_id, body | changes)

    async def told(self) -> None:
        """Wait until no late notice and no retry is on its way."""
        await self.herald.told()

    async def _press(self, checkout_url: str, pressed: Mapping[str, object]) -> str:
        async with self._browser() as browser:
            opened = await self._open(browser, checkout_url)
            invoice_id = opened.headers["X-Invoice-Id"]
            answer = await browser.post(f"{self.base_url}/Merchant/Pay/{invoice_id}", data=dict(pressed))
        if answer.is_error:
            raise CheckoutFailed(_headline(answer.text))
        return str(answer.headers.get("location", ""))

    async def _open(self, browser: httpx.AsyncClient, checkout_url: str) -> httpx.Response:
        if urlsplit(checkout_url).netloc != urlsplit(self.base_url).netloc:
            raise ValueError(f"{checkout_url} does not lead to this stand-in ({self.checkout_url})")
        opened = await browser.get(checkout_url)
        if opened.is_error:
            raise CheckoutFailed(_headline(opened.text))
        return opened

    def _browser(self) -> httpx.AsyncClient:
        return http_client(60)

    def link(self, **parameters: str) -> str:
        """Write a checkout link from parameters as they are; nothing is added or signed."""
        return f"{self.checkout_url}?{urlencode(parameters)}"


def _headline(page: str) -> str:
    return page.partition("<h1>")[2].partition("</h1>")[0]
