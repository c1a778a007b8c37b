"""A stand-in for Replicate's HTTP API on 127.0.0.1, independent of the code that it tests."""

from entrypoints.sandbox.replicate.archive import ArchiveUnusableError
from entrypoints.sandbox.replicate.faults import FaultSwitches
from entrypoints.sandbox.replicate.records import Delivery, Run, StoredFile
from entrypoints.sandbox.replicate.sandbox import ReplicateSandbox
from entrypoints.sandbox.replicate.schemas import ASPECT_RATIOS
from entrypoints.sandbox.replicate.webhooks import sign

__all__ = [
    "ASPECT_RATIOS",
    "ArchiveUnusableError",
    "Delivery",
    "FaultSwitches",
    "ReplicateSandbox",
    "Run",
    "StoredFile",
    "sign",
]
