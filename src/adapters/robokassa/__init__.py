"""Robokassa: cards and banks in roubles, by a signed link and a signed notice (protocols page 4.2)."""

from .gateway import ROBOKASSA, RobokassaGateway
from .settings import RobokassaReceipt, RobokassaSettings

__all__ = ["ROBOKASSA", "RobokassaGateway", "RobokassaReceipt", "RobokassaSettings"]
