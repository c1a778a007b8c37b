"""An order's diary and its end tell the time at which each thing happened."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from avatar_core.ids import PhotoRef, ProviderRunId
from avatar_core.portraits import ImageStatus
from avatar_core.runs import OUTAGE_PATIENCE, FailureReason, Remark, Run, RunStatus, Ticket
from avatar_core.testing.examples import HOUR, MINUTE, NOW, a_customer, a_painting, an_avatar, an_order

LATER = NOW + 7 * MINUTE
TICKET = Ticket(ProviderRunId("run-1"))
DRAFT = Run()
SUBMITTING = DRAFT.request(at=NOW).submit(at=NOW)
PROCESSING = SUBMITTING.accept(TICKET, at=NOW)
MOVES: dict[str, tuple[Run, Callable[[Run, datetime], Run]]] = {
    "request": (DRAFT, lambda run, at: run.request(at=at)),
    "submit": (SUBMITTING, lambda run, at: run.submit(at=at)),
    "defer": (SUBMITTING, lambda run, at: run.defer(at=at)),
    "accept": (SUBMITTING, lambda run, at: run.accept(TICKET, at=at)),
    "succeed": (PROCESSING, lambda run, at: run.succeed(at=at)),
    "fail": (PROCESSING, lambda run, at: run.fail(FailureReason.VANISHED, at=at)),
    "cancel": (PROCESSING, lambda run, at: run.cancel(at=at)),
}


@pytest.mark.parametrize(("before", "move"), MOVES.values(), ids=MOVES.keys())
def test_every_move_is_dated(before: Run, move: Callable[[Run, datetime], Run]) -> None:
    after = move(before, LATER)
    assert [remark.at for remark in after.diary] == [NOW] * len(before.diary) + [LATER]
    assert after.ended_at == (LATER if after.status.final else None)


@pytest.mark.parametrize(("taken_h", "deadline_h"), [(0, 3), (22, 25), (24, 27), (26, 27), (30, 27)])
def test_however_late_a_run_is_taken_its_order_ends_a_day_and_three_hours_after_it_was_made(
    taken_h: int, deadline_h: int
) -> None:
    assert SUBMITTING.accept(TICKET, at=NOW + taken_h * HOUR).deadline == NOW + deadline_h * HOUR


def test_the_note_that_an_order_waits_is_dated() -> None:
    at = NOW + OUTAGE_PATIENCE + timedelta(seconds=1)
    assert SUBMITTING.kept_waiting(at=at).diary[-1] == Remark(at, "SUBMITTING: wait")


def test_painted_and_delivered_images_are_dated() -> None:
    customer = a_customer()
    painted = a_painting(an_order(customer, an_avatar(customer))).painted(("one", "two"), at=LATER)
    assert painted.run.diary[-1] == Remark(LATER, "painted 2 images")
    delivered = painted.deliver(at=LATER + MINUTE)
    assert (delivered.run.status, delivered.run.ended_at) == (RunStatus.SUCCEEDED, LATER + MINUTE)


def test_an_image_that_was_stored_remembers_where() -> None:
    customer = a_customer()
    image = a_painting(an_order(customer, an_avatar(customer))).images[0].stored(PhotoRef("portraits/1.jpg"))
    assert (image.status, image.ref) == (ImageStatus.STORED, PhotoRef("portraits/1.jpg"))
