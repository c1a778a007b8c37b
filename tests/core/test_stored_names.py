"""Names that stand in databases, in files and in other people's programs: a new one may come, none may ever change."""

from enum import Enum

import pytest

from avatar_core import events
from avatar_core.avatars import Gender
from avatar_core.bots import TELEGRAM_STARS
from avatar_core.customers import Language, Level, Role
from avatar_core.ledger import GENESIS, STAR, Pocket, TransferKind
from avatar_core.money import Currency
from avatar_core.payments import EvidenceStatus, PaymentFact, PaymentStatus
from avatar_core.photos import PhotoProblem
from avatar_core.plans import Feature
from avatar_core.portraits import SERVICE as PORTRAITS
from avatar_core.portraits import ImageStatus
from avatar_core.runs import FailureReason, ReportStatus, RunFact, RunStatus
from avatar_core.subscriptions import Stage, SubscriptionStatus
from avatar_core.tasks import Reaction
from avatar_core.trainings import SERVICE as TRAINING

STATES: list[tuple[type[Enum], str]] = [
    (Currency, "XTR RUB USD USDT"),
    (TransferKind, "CREDIT BONUS HOLD CAPTURE RELEASE REFUND CLAWBACK DEBT DEBT_PAID MONEY_IN"),
    (PaymentStatus, "PENDING COMPLETED FAILED CANCELLED EXPIRED"),
    (EvidenceStatus, "RECEIVED SETTLED QUARANTINED"),
    (SubscriptionStatus, "NONE ACTIVE GRACE EXPIRED UNLIMITED"),
    (Stage, "THREE_DAYS_LEFT ONE_DAY_LEFT ENDED GRACE_OVER"),
    (RunStatus, "DRAFT PENDING SUBMITTING PROCESSING SUCCEEDED FAILED CANCELED"),
    (ReportStatus, "WAITING RUNNING SUCCEEDED FAILED CANCELED UNKNOWN"),
    (ImageStatus, "ORDERED STORED DELIVERED LOST"),
]
KINDS: list[tuple[type[Enum], str]] = [
    (Pocket, "available held debt"),
    (Gender, "male female other"),
    (Language, "ru en"),
    (Role, "customer owner"),
    (Feature, "training portraits upscale prompt-from-photo"),
    (PaymentFact, "settle fail cancel expire"),
    (PhotoProblem, "unreadable too-large too-small too-many-pixels blurred duplicate near-duplicate"),
    (
        FailureReason,
        "provider-failed provider-refused provider-canceled moderation vanished deadline photos-lost undeliverable",
    ),
    (
        Reaction,
        "tell-customer tell-owner submit-training submit-portraits deliver-portraits drop-files stop-training publish",
    ),
]
EVENTS = """
    customer.registered
    payment.opened payment.completed payment.expired payment.quarantined
    subscription.started subscription.renewed subscription.expiring subscription.ended subscription.expired
    stars.granted
    training.requested training.submitted training.progressed training.delayed training.succeeded training.failed
    training.canceled training.discarded
    portraits.requested portraits.painted portraits.delayed portraits.delivered portraits.failed
    provider.unauthorized provider.puzzling
"""


@pytest.mark.parametrize(("kind", "names"), STATES, ids=lambda kind: getattr(kind, "__name__", ""))
def test_a_state_is_stored_under_its_name(kind: type[Enum], names: str) -> None:
    assert {each.name: each.value for each in kind}.items() >= {name: name for name in names.split()}.items()


@pytest.mark.parametrize(("kind", "names"), KINDS, ids=lambda kind: getattr(kind, "__name__", ""))
def test_a_kind_is_stored_under_its_name_in_small_letters(kind: type[Enum], names: str) -> None:
    stored = {name.upper().replace("-", "_"): name for name in names.split()}
    assert {each.name: each.value for each in kind}.items() >= stored.items()


def test_a_diary_is_written_in_words_that_can_be_read_later() -> None:
    words = {"request", "be submitted", "wait", "be accepted", "succeed", "fail", "be cancelled"}
    assert {fact.value for fact in RunFact} >= words


def test_levels_are_numbered_in_the_order_in_which_they_are_reached() -> None:
    assert [(level.name, level.value) for level in Level] == [("NEW", 0), ("TRAINING", 1), ("PORTRAYED", 2)]


def test_every_event_has_the_name_under_which_it_is_stored_and_published() -> None:
    every = [each for each in vars(events).values() if isinstance(each, type) and hasattr(each, "name")]
    assert {event.name for event in every} >= set(EVENTS.split())


def test_what_stands_in_the_books_stands_there_for_ever() -> None:
    assert (STAR, GENESIS, TELEGRAM_STARS) == ("STAR", "", "telegram-stars")
    assert (TRAINING, PORTRAITS) == ("training", "portraits")
