"""What vendors send us, as bytes: how a notice about a run is written and read, and how one about money is taken."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.memory import MemoryGateway
from adapters.replicate.settings import RunKind
from adapters.replicate.webhooks import ReplicateWebhook
from avatar_core.errors import AvatarError
from avatar_core.ids import GatewayCode, ProviderRunId
from avatar_core.payments import Evidence
from avatar_core.ports import Clock
from avatar_core.runs import FailureReason, ModelVersion, Report, ReportStatus
from avatar_core.use_cases.settlement import KeepEvidence, SettlePayment


def written(kind: RunKind, order: str, report: Report) -> bytes:
    """Write a notice about a run."""
    facts: dict[str, object] = {"kind": kind, "order": order, "run": report.run, "status": report.status}
    facts |= {"percent": report.percent, "images": report.images, "failure": report.failure, "detail": report.detail}
    if report.model is not None:
        facts["model"] = [report.model.model, report.model.version, report.model.weights]
    return json.dumps(facts).encode()


class PlainRunNotices:
    """Reads what ``written`` has written; the notice's id is a header."""

    async def read(self, headers: Mapping[str, str], body: bytes, at: datetime, query: str) -> ReplicateWebhook:
        """Return what a notice says."""
        facts = json.loads(body)
        model, failure = facts.get("model"), facts["failure"]
        report = Report(
            run=ProviderRunId(facts["run"]),
            status=ReportStatus(facts["status"]),
            percent=facts["percent"],
            model=ModelVersion(*model) if model else None,
            images=tuple(facts["images"]),
            failure=FailureReason(failure) if failure else None,
            detail=facts["detail"],
        )
        return ReplicateWebhook(RunKind(facts["kind"]), facts["order"], report, headers["webhook-id"])


@dataclass(frozen=True, slots=True)
class Door:
    """Where notices about money arrive: evidence first, then the answer (as the web app and the bot do it)."""

    clock: Clock
    keep_evidence: KeepEvidence
    settle_payment: SettlePayment

    async def take(self, gateway: MemoryGateway, notice: bytes) -> None:
        """Return when the sender may forget the notice.  Raises when it must come again."""
        kept = await self.keep(gateway, notice)
        await self.judge(kept)

    async def keep(self, gateway: MemoryGateway, notice: bytes) -> Evidence:
        """Return the committed evidence."""
        return await self.keep_evidence(gateway.read(notice, self.clock.now()))

    async def judge(self, kept: Evidence) -> None:
        """Settle; what goes wrong here is judged later, by the rounds."""
        try:
            await self.settle_payment(kept.id)
        except AvatarError:
            return


STARS, ROUBLES = GatewayCode("telegram-stars"), GatewayCode("robokassa")
