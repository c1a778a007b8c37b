"""Photos and trainings: what a draft takes, what it costs, how far it is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from avatar_core.errors import (
    IllegalMove,
    PhotoNotFound,
    PhotoRefused,
    QuoteExpired,
    TooFewPhotos,
    TooManyPhotos,
)
from avatar_core.ids import PhotoRef, TrainerCode
from avatar_core.money import Stars
from avatar_core.photos import NEAR_DUPLICATE_BITS, Photo, require_new
from avatar_core.runs import RunStatus
from avatar_core.testing.examples import (
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    a_customer,
    a_draft,
    a_photo,
    a_quote,
    a_requested,
    a_running,
    an_avatar,
)
from avatar_core.trainings import Training, TrainingPlan

DRAFT = a_draft(a_customer(), an_avatar(a_customer()))
PLAN = TrainingPlan(TrainerCode("flux-dev-lora"), 1000, a_quote(Stars.of(220)))
RUNNING = a_running(DRAFT)


def with_photos(count: int, draft: Training = DRAFT) -> Training:
    for number in range(1, count + 1):
        draft = draft.add(a_photo(number))
    return draft


def differing_in(bits: int) -> Photo:
    """A photo whose fingerprint differs in so many bits from the first one's, and whose bytes differ altogether."""
    seen = a_photo(1).seen
    return replace(a_photo(2), seen=replace(a_photo(2).seen, fingerprint=seen.fingerprint ^ ((1 << bits) - 1)))


def test_the_same_photo_again_is_refused() -> None:
    with pytest.raises(PhotoRefused) as refused:
        require_new(a_photo(2).seen, (a_photo(1), a_photo(2)))
    assert refused.value.reason == "duplicate"


@pytest.mark.parametrize("bits", range(NEAR_DUPLICATE_BITS + 1))
def test_a_photo_that_looks_the_same_is_refused(bits: int) -> None:
    with pytest.raises(PhotoRefused) as refused:
        require_new(differing_in(bits).seen, (a_photo(1),))
    assert refused.value.reason == "near-duplicate"


def test_a_photo_that_differs_a_little_more_is_taken() -> None:
    require_new(differing_in(NEAR_DUPLICATE_BITS + 1).seen, (a_photo(1),))


def test_a_draft_begins_with_nothing() -> None:
    assert (DRAFT.run.status, DRAFT.photos, DRAFT.plan) == (RunStatus.DRAFT, (), None)
    assert (DRAFT.percent, DRAFT.progressed_at, DRAFT.message) == (0, None, None)


def test_a_draft_gathers_photos_and_loses_them_again() -> None:
    draft = with_photos(3).remove(a_photo(2).ref)
    assert draft.photos == (a_photo(1), a_photo(3))
    with pytest.raises(PhotoNotFound):
        draft.remove(a_photo(2).ref)


def test_a_draft_takes_fifty_photos_and_no_more() -> None:
    full = with_photos(50)
    with pytest.raises(TooManyPhotos) as refused:
        full.add(a_photo(51))
    assert refused.value.limit == 50
    with pytest.raises(PhotoRefused):
        full.add(a_photo(50))


def test_nine_photos_are_not_enough_and_ten_are() -> None:
    with pytest.raises(TooFewPhotos) as refused:
        with_photos(9).quoted(PLAN)
    assert refused.value.facts == {"accepted": 9, "needed": 10}
    assert with_photos(10).quoted(PLAN).chosen == PLAN


def test_whoever_changes_the_photos_is_quoted_anew() -> None:
    quoted = with_photos(11).quoted(PLAN)
    for changed in (quoted.add(a_photo(12)), quoted.remove(PhotoRef("photos/1.jpg"))):
        assert changed.plan is None
        with pytest.raises(IllegalMove):
            changed.request(at=NOW)


def test_a_training_is_ordered_while_its_quote_holds() -> None:
    quoted = with_photos(10).quoted(PLAN)
    assert quoted.request(at=NOW + 14 * MINUTE).run.status is RunStatus.PENDING
    with pytest.raises(QuoteExpired):
        quoted.request(at=NOW + 15 * MINUTE)


def test_a_draft_that_lost_its_photos_otherwise_cannot_be_ordered() -> None:
    with pytest.raises(TooFewPhotos):
        replace(with_photos(10).quoted(PLAN), photos=()).request(at=NOW)


def test_a_draft_without_a_quote_cannot_go_on() -> None:
    with pytest.raises(IllegalMove) as refused:
        _ = with_photos(10).chosen
    assert refused.value.facts == {"thing": "order", "status": "DRAFT", "fact": "go on without a quote"}


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        (lambda ordered: ordered.add(a_photo(11)), "take photos"),
        (lambda ordered: ordered.remove(a_photo(1).ref), "lose photos"),
        (lambda ordered: ordered.quoted(PLAN), "be quoted"),
        (lambda ordered: ordered.request(at=NOW), "request"),
    ],
)
def test_an_ordered_training_is_no_draft_any_more(change: Callable[[Training], Training], fact: str) -> None:
    with pytest.raises(IllegalMove) as refused:
        change(a_requested(DRAFT))
    assert refused.value.facts == {"thing": "order", "status": "PENDING", "fact": fact}


def test_progress_is_noted_in_steps_of_five_percent() -> None:
    assert RUNNING.progress(4, at=NOW) == RUNNING
    five = RUNNING.progress(5, at=NOW)
    assert (five.percent, five.progressed_at) == (5, NOW)
    assert five.progress(9, at=NOW + MINUTE) == five


def test_progress_is_noted_every_three_seconds_at_most() -> None:
    five = RUNNING.progress(5, at=NOW)
    assert five.progress(50, at=NOW + 2 * SECOND) == five
    assert five.progress(50, at=NOW + 3 * SECOND).percent == 50


def test_progress_never_goes_back_nor_beyond_the_whole() -> None:
    half = RUNNING.progress(50, at=NOW)
    assert half.progress(20, at=NOW + HOUR) == half
    assert half.progress(-100, at=NOW + HOUR) == half
    assert half.progress(1000, at=NOW + HOUR).percent == 100


def test_only_a_run_at_the_provider_progresses() -> None:
    assert a_requested(DRAFT).progress(50, at=NOW) == a_requested(DRAFT)
    ended = replace(RUNNING, run=RUNNING.run.succeed(at=NOW))
    assert ended.progress(50, at=NOW) == ended
