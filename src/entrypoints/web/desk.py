"""What the web app works with, resolved by the container."""

from dataclasses import dataclass

from avatar_core.ports import Clock
from avatar_core.use_cases.settlement import KeepEvidence, SettlePayment
from entrypoints.bot.desk import Rails
from entrypoints.ground import Readiness
from entrypoints.notices import TakeRunNotice


@dataclass(frozen=True, slots=True)
class RobokassaDoor:
    """Takes Robokassa's word that money came in."""

    rails: Rails
    clock: Clock
    keep_evidence: KeepEvidence
    settle_payment: SettlePayment


@dataclass(frozen=True, slots=True)
class WebDesk:
    """Everything that somebody outside may ask for, Telegram's updates aside: those go to the bot's intake."""

    robokassa: RobokassaDoor
    take_run_notice: TakeRunNotice
    readiness: Readiness
