"""The kit catches adapters that are wrong, and says how."""

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from avatar_core.testing.books_forged import FORGERIES

WRONG = sorted(Path(__file__).parent.glob("wrong_*.py"))
GIVEN_BACK = "test_a_task_given_back_is_free_before_its_claim_would_have_ended_and_counts_every_attempt"
CAUGHT = {
    "TestCredulousGateway": {
        "test_a_notice_with_any_digit_changed_is_forged",
        "test_a_notice_for_another_amount_is_forged",
        "test_a_notice_with_any_byte_changed_says_the_same_or_nothing",
    },
    "TestFloatingGateway": {"test_any_amount_of_any_payment_is_read_exactly"},
    "TestHopefulGateway": {"test_what_tells_of_no_money_is_no_evidence"},
    "TestNamelessGateway": {"test_evidence_is_named_by_its_gateway_and_its_charge"},
    "TestSingleMindedGateway": {"test_a_second_payment_of_one_invoice_is_other_evidence"},
    "TestForgetfulUnitOfWork": {
        "test_of_all_who_read_the_same_version_one_writes",
        "test_a_refused_commit_writes_nothing_of_all_it_had",
    },
    "TestLosingUnitOfWork": {
        "test_a_stale_hold_is_refused_beside_a_fresh_wallet",
        "test_of_two_who_read_a_record_only_the_first_to_write_is_heard[Avatar]",
        "test_of_two_who_read_a_record_only_the_first_to_write_is_heard[Evidence]",
        "test_of_two_who_read_a_record_only_the_first_to_write_is_heard[Payment]",
        "test_of_two_who_read_a_record_only_the_first_to_write_is_heard[PortraitOrder]",
        "test_of_two_who_read_a_record_only_the_first_to_write_is_heard[Subscription]",
        "test_of_two_who_read_a_record_only_the_first_to_write_is_heard[Training]",
    },
    "TestCountingUnitOfWork": {
        "test_a_notice_whose_id_is_not_ours_is_not_matched_by_its_number",
        "test_where_id_and_number_name_two_payments_the_id_counts",
    },
    "TestTrustingBooks": {
        f"test_money_that_is_forged_is_refused_or_noticed[{forgery}]"
        for forgery in FORGERIES
        if forgery != "a version is left out"  # which no store takes
    },
    "TestOverwritingPhotoStore": {
        "test_of_what_never_fitted_on_a_full_disk_nothing_is_left",
        "test_one_name_in_two_folders_is_two_photos_in_a_pack",
        "test_on_a_full_disk_nothing_is_written_and_nothing_is_lost",
        "test_what_was_written_before_a_moment_is_found_folder_by_folder",
    },
    "TestAmnesicTrainer": {"test_a_run_whose_answer_was_lost_is_found"},
    "TestTidyTrainer": {f"test_a_run_that_has_ended_is_found_too[{how}]" for how in ("succeed", "fail", "cancel")},
    "TestCarelessTrainer": {"test_a_provider_that_does_not_answer_is_unavailable"},
    "TestStubbornTrainer": {"test_a_refused_order_is_refused_for_good_and_starts_nothing"},
    "TestDeafTrainer": {"test_the_provider_is_told_what_was_ordered"},
    "TestTidyPainter": {f"test_a_run_that_has_ended_is_found_too[{how}]" for how in ("succeed", "fail")},
    "TestBlindPainter": {"test_a_provider_that_does_not_answer_is_unavailable"},
    "TestDespondentPainter": {"test_an_image_that_cannot_be_fetched_now_has_not_vanished"},
    "TestDeafPainter": {"test_the_provider_is_told_what_was_ordered"},
    "TestClingingOutbox": {GIVEN_BACK},
    "TestInnumerateOutbox": {GIVEN_BACK},
    "TestSweepingOutbox": {"test_what_becomes_of_one_reaction_is_nothing_to_the_others[done]"},
    "TestForgetfulInbox": {"test_what_comes_again_stays_handled_and_as_old_as_it_was"},
    "TestRejuvenatingInbox": {"test_what_comes_again_stays_handled_and_as_old_as_it_was"},
    "TestLitteringPhotoStore": {"test_of_what_never_fitted_on_a_full_disk_nothing_is_left"},
    "TestHalfWritingPhotoStore": {"test_of_what_never_fitted_on_a_full_disk_nothing_is_left"},
    "TestNarrowPhotoStore": {"test_a_pack_has_all_photos_however_many"},
    "TestUnbendingMessenger": {
        "test_an_edited_message_says_what_is_told_now",
        "test_everything_comes_by_the_bot_that_a_person_came_from",
    },
    "TestOneBotMessenger": {"test_everything_comes_by_the_bot_that_a_person_came_from"},
    "TestIndiscreetInspector": {"test_nothing_is_kept_of_what_the_file_tells"},
    "TestNaggingWarden": {
        "test_whoever_is_turned_away_does_not_lengthen_the_time",
        "test_whenever_one_asks_it_passes_once_in_the_time",
    },
}
"""By the suite's filling: what must fail, and nothing else."""
LINE = re.compile(r"^(PASSED|FAILED|ERROR) \S+::(\w+)::(\w+(?:\[[^\]\n]*\])?)", re.MULTILINE)


@pytest.fixture(scope="module")
def report() -> str:
    """What pytest prints when all wrong adapters are proved."""
    words = ["-m", "pytest", *map(str, WRONG), "-rpfE", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    ended = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False, timeout=150)
    return ended.stdout


@pytest.mark.parametrize("wrong", CAUGHT)
def test_a_wrong_adapter_fails_where_it_is_wrong_and_nowhere_else(report: str, wrong: str) -> None:
    outcomes = defaultdict(set)
    for outcome, filling, name in LINE.findall(report):
        if filling == wrong:
            outcomes[outcome].add(name)
    assert outcomes["FAILED"] == CAUGHT[wrong]
    assert outcomes["PASSED"]
    assert not outcomes["ERROR"]


def test_a_failing_suite_shows_the_values_that_differ(report: str) -> None:
    assert "E       AssertionError: assert Price(minor=" in report
