"""Notices to the shop's ResultURL: posted, read for `OK{InvId}`, and tried again when it does not come."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field

import httpx

from entrypoints.sandbox.robokassa.shop import Invoice, Shop
from entrypoints.sandbox.serving import http_client

ANSWER_WITHIN_S = 15.0


@dataclass(frozen=True)
class Notice:
    """One attempt to tell the shop: `status` is None when no answer came, and `answer` then names the failure."""

    invoice_id: int
    body: Mapping[str, str]
    attempt: int
    status: int | None
    answer: str

    @property
    def accepted(self) -> bool:
        """Whether the shop answered as it must."""
        return self.status == httpx.codes.OK and self.answer.strip() == f"OK{self.invoice_id}"


@dataclass(frozen=True, slots=True)
class Manner:
    """How the shop is told of a payment: how often, how late, and how the sum is written.

    `outsum_format` is a format of the amount, or simply the text itself ("512.000000").
    """

    notices: int = 1
    delay_s: float = 0.0
    outsum_format: str = "{:.6f}"


@dataclass
class Herald:
    """Tells the shop; the vendor does not document when it tries again, so `retry_after_s` is a setting."""

    shop: Shop
    retry_after_s: tuple[float, ...] = (1.0, 5.0, 30.0)
    log: list[Notice] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _broken: list[BaseException] = field(default_factory=list)
    _client: httpx.AsyncClient = field(default_factory=lambda: http_client(ANSWER_WITHIN_S))

    async def tell(self, invoice: Invoice, manner: Manner) -> None:
        """Post the first notices, or let them come later if they are to be late; retries go on in the background."""
        body = self.shop.notice(invoice, manner.outsum_format.format(invoice.amount))
        if manner.delay_s:
            self._spawn(self._tell_later(invoice.id, body, manner))
            return
        await self._tell_now(invoice.id, body, manner.notices)

    async def post(self, invoice_id: int, body: Mapping[str, str], attempt: int = 1) -> Notice:
        """Post one body as it is, signed well or not, and log what came of it."""
        try:
            answer = await self._client.post(self.shop.result_url, data=dict(body))
            notice = Notice(invoice_id, body, attempt, answer.status_code, answer.text)
        except (httpx.TransportError, httpx.UnsupportedProtocol) as error:
            notice = Notice(invoice_id, body, attempt, None, type(error).__name__)
        self.log.append(notice)
        return notice

    async def _tell_now(self, invoice_id: int, body: Mapping[str, str], notices: int) -> None:
        for _ in range(notices):
            if not (await self.post(invoice_id, body)).accepted:
                self._spawn(self._retry(invoice_id, body))

    async def _tell_later(self, invoice_id: int, body: Mapping[str, str], manner: Manner) -> None:
        await asyncio.sleep(manner.delay_s)
        await self._tell_now(invoice_id, body, manner.notices)

    async def _retry(self, invoice_id: int, body: Mapping[str, str]) -> None:
        for attempt, pause_s in enumerate(self.retry_after_s, start=2):
            await asyncio.sleep(pause_s)
            if (await self.post(invoice_id, body, attempt)).accepted:
                return

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._settle)

    def _settle(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken.append(error)

    async def told(self) -> None:
        """Wait until nothing is on its way any more: late notices and retries too."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def aclose(self) -> None:
        """Stop telling.  Raises what broke in the stand-in itself."""
        running = list(self._tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._client.aclose()
        if self._broken:
            raise BaseExceptionGroup("the stand-in itself broke", self._broken)
