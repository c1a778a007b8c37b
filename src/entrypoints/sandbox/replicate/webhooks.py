"""Webhooks by the Standard Webhooks rules: signed, filtered, throttled, and only the last one tried again.

The rules: https://replicate.com/docs/topics/webhooks
"""

import base64
import hashlib
import hmac
import json
import secrets
import time

import httpx

from entrypoints.sandbox.replicate.clock import SandboxClock
from entrypoints.sandbox.replicate.faults import FaultSwitches
from entrypoints.sandbox.replicate.records import Delivery, Run
from entrypoints.sandbox.serving import http_client

RETRY_AFTER_S = (2.0, 4.0, 8.0, 16.0, 30.0)  # the last try comes about one minute after completion
PROGRESS_EVERY_S = 0.5
ANSWER_WITHIN_S = 10.0


def new_secret() -> str:
    """Make a signing secret: `whsec_` and 24 random bytes in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def sign(secret: str, webhook_id: str, timestamp: int | str, body: bytes) -> str:
    """Return the `webhook-signature` header: `v1,` and base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


class Postman:
    """Carries webhooks to whoever asked for them, and remembers every attempt."""

    def __init__(self, clock: SandboxClock, faults: FaultSwitches, secret: str) -> None:
        """Take the shared clock and switches, and the account's signing secret."""
        self.secret = secret
        self.deliveries: list[Delivery] = []
        self._clock = clock
        self._faults = faults
        self._last: dict[str, tuple[str, bytes]] = {}
        self._client = http_client(ANSWER_WITHIN_S)

    async def aclose(self) -> None:
        """Close the connections to the receivers."""
        await self._client.aclose()

    def wants(self, run: Run, event: str) -> bool:
        """Whether the run's owner asked for this event and it is not too soon after the last of its kind."""
        if run.webhook is None or event not in run.events or self._faults.webhooks_silent:
            return False
        if event in {"logs", "output"}:
            if 0 <= run.last_progress_s > self._clock.elapsed_s - PROGRESS_EVERY_S:
                return False
            run.last_progress_s = self._clock.elapsed_s
        return True

    async def deliver(self, run: Run, event: str, shown: dict[str, object]) -> None:
        """Send one event as it was when it happened; the `completed` one is tried six times."""
        webhook_id, body = f"msg_{secrets.token_urlsafe(20)}", json.dumps(shown).encode()
        if event == "completed":
            self._last[run.id] = webhook_id, body
        if self._faults.webhook_delay_s:
            await self._clock.sleep(self._faults.webhook_delay_s)
        async with run.post_lock:
            for _ in range(self._faults.webhook_copies):
                await self._insist(run, event, webhook_id, body)

    async def redeliver(self, run: Run) -> None:
        """Send the run's last `completed` webhook again, under its own webhook-id."""
        webhook_id, body = self._last[run.id]
        await self._insist(run, "completed", webhook_id, body)

    async def _insist(self, run: Run, event: str, webhook_id: str, body: bytes) -> None:
        for attempt, pause_s in enumerate((0.0, *RETRY_AFTER_S) if event == "completed" else (0.0,), start=1):
            await self._clock.sleep(pause_s)
            answer = await self._post(str(run.webhook), webhook_id, body)
            self.deliveries.append(Delivery(run.id, event, webhook_id, attempt, body, answer))
            if isinstance(answer, int) and httpx.codes.is_success(answer):
                return

    async def _post(self, url: str, webhook_id: str, body: bytes) -> int | str:
        timestamp = int(time.time())  # the receiver compares it with the real clock
        headers = {
            "content-type": "application/json",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(self.secret, webhook_id, timestamp, body),
        }
        try:
            return (await self._client.post(url, content=body, headers=headers)).status_code
        except httpx.TransportError as error:
            return type(error).__name__
