"""The limits of the product, and what is not known yet of things that have just begun."""

from datetime import timedelta

from avatar_core.avatars import LONGEST_NAME
from avatar_core.ids import ProviderRunId
from avatar_core.payments import LEASE, PAYMENT_LIFE, QUERY_LIFE
from avatar_core.photos import FEWEST_PHOTOS, LARGEST_BYTES, MOST_PHOTOS, NEAR_DUPLICATE_BITS, SMALLEST_SIDE_PX
from avatar_core.pricing import MAX_IMAGES, QUOTE_LIFE
from avatar_core.runs import (
    HOLD_LIMIT,
    LATE_RUN_LIMIT,
    OUTAGE_PATIENCE,
    RUNNING_LIMIT,
    WAITING_LIMIT,
    Report,
    ReportStatus,
    Run,
)
from avatar_core.subscriptions import GRACE, Subscription
from avatar_core.testing.examples import DAY, HOUR, MINUTE, SECOND, a_customer, a_notice, a_payment
from avatar_core.trainings import PROGRESS_PAUSE, PROGRESS_STEP_PERCENT
from avatar_core.use_cases.handover import OWNER_PAUSE_S


def test_a_training_takes_ten_to_fifty_photos_of_ten_megabytes_and_512_pixels() -> None:
    assert (FEWEST_PHOTOS, MOST_PHOTOS) == (10, 50)
    assert (LARGEST_BYTES, SMALLEST_SIDE_PX, NEAR_DUPLICATE_BITS) == (10_485_760, 512, 5)


def test_names_and_albums_have_an_end() -> None:
    assert (LONGEST_NAME, MAX_IMAGES) == (32, 4)


def test_what_is_shown_and_asked_for_holds_for_minutes() -> None:
    assert (QUOTE_LIFE, PAYMENT_LIFE) == (15 * MINUTE, 30 * MINUTE)
    assert (QUERY_LIFE, LEASE) == (10 * SECOND, 2 * MINUTE)


def test_an_order_waits_and_runs_for_hours() -> None:
    assert (RUNNING_LIMIT, WAITING_LIMIT, HOLD_LIMIT) == (3 * HOUR, DAY, 28 * HOUR)
    assert (OUTAGE_PATIENCE, LATE_RUN_LIMIT) == (5 * MINUTE, 15 * MINUTE)


def test_a_plan_that_ended_leaves_three_days() -> None:
    assert GRACE == 3 * DAY


def test_customers_and_owners_are_not_told_too_often() -> None:
    assert (PROGRESS_STEP_PERCENT, PROGRESS_PAUSE) == (5, 3 * SECOND)
    assert timedelta(seconds=OWNER_PAUSE_S) == HOUR


def test_a_new_invoice_knows_nothing_of_its_payment() -> None:
    payment = a_payment(a_customer())
    assert (payment.lease, payment.charge, payment.settled_at, payment.resume) == (None, None, None, None)
    assert payment.version == 0


def test_a_notice_that_names_nobody_names_nobody() -> None:
    kept = a_notice(a_payment(a_customer()))
    bare = type(kept)(kept.id, kept.gateway, kept.charge, kept.price, kept.raw, kept.received_at)
    assert (bare.bot, bare.payment_id, bare.payment_number, bare.payer) == (None, None, None, None)


def test_an_order_that_was_not_made_yet_has_neither_an_end_nor_a_failure() -> None:
    run = Run()
    assert (run.ticket, run.requested_at, run.deadline, run.ended_at, run.failure) == (None, None, None, None, None)
    assert (run.attempt, run.diary) == (0, ())


def test_a_report_that_says_nothing_more_says_nothing_more() -> None:
    report = Report(ProviderRunId("run-1"), ReportStatus.RUNNING)
    assert (report.percent, report.model, report.failure) == (None, None, None)
    assert (report.images, report.detail) == ((), "")


def test_whoever_never_had_a_plan_has_neither_terms_nor_news_of_them() -> None:
    nothing = Subscription(a_customer().id, a_customer().network)
    assert (nothing.terms, nothing.endless, nothing.announced, nothing.causes) == ((), None, None, ())
