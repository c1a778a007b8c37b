"""Replicate: trains personal models and paints with them (protocols page 4.3)."""

from .connection import ReplicateConnection, connected_replicate
from .painter import ReplicatePainter, UnusableImage
from .settings import ReplicateSettings
from .trainer import ReplicateTrainer
from .webhooks import ReplicateWebhook, ReplicateWebhooks

__all__ = [
    "ReplicateConnection",
    "ReplicatePainter",
    "ReplicateSettings",
    "ReplicateTrainer",
    "ReplicateWebhook",
    "ReplicateWebhooks",
    "UnusableImage",
    "connected_replicate",
]
