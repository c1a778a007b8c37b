"""What a run's JSON says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.replicate.reports import report_of
from adapters.replicate.settings import NOWHERE, ReplicateSettings, RunKind, mark_in
from avatar_core.runs import ReportStatus

SETTINGS = ReplicateSettings("r8_secret", ("avatars/one", "avatars/two"))
LOGS = """Captioning images: 100%|██████████| 12/12 [00:31<00:00, 2.6s/it]
Loading checkpoint shards: 100%|██████████| 2/2 [00:00<00:00, 2.28it/s]
flux_train_replicate:   0%|          | 0/1000 [00:00<?, ?it/s]
flux_train_replicate:  12%|█▏        | 120/1000 [01:10<08:34, 1.71it/s, lr: 1.0e-04 loss: 3.2e-01]
"""


def run(**changes: object) -> dict[str, object]:
    return {"id": "r1", "status": "processing", "input": {"steps": 1000, "lora_rank": 128}, "logs": LOGS, **changes}


@pytest.mark.parametrize(
    ("logs", "percent"),
    [
        (LOGS, 12),
        (LOGS + "flux_train_replicate: 100%|██████████| 1000/1000 [09:44<00:00]\n", 100),
        (LOGS.splitlines()[0], None),
        ("x" * 50_000 + LOGS, 12),
        ("", None),
        (None, None),
    ],
)
def test_progress_is_read_from_the_bar_that_counts_the_steps(logs: str | None, percent: int | None) -> None:
    assert report_of(run(logs=logs), RunKind.TRAINING, SETTINGS).percent == percent


def test_a_bare_version_belongs_to_the_destination_of_its_order() -> None:
    chosen = {order: SETTINGS.destination(order) for order in map(str, range(20))}
    assert set(chosen.values()) == {"avatars/one", "avatars/two"}
    for order, destination in chosen.items():
        webhook = SETTINGS.marked(RunKind.TRAINING, order)
        told = report_of(
            run(status="succeeded", output={"version": "abc"}, webhook=webhook), RunKind.TRAINING, SETTINGS
        )
        assert told.model is not None
        assert (told.model.model, told.model.version, told.model.weights) == (destination, "abc", None)


@pytest.mark.parametrize(
    "output", [None, {}, {"version": None}, "weights", [], *({"version": each} for each in ("", "me/m:", "me/m", ":"))]
)
def test_a_success_without_a_version_has_no_model(output: object) -> None:
    told = report_of(run(status="succeeded", output=output), RunKind.TRAINING, SETTINGS)
    assert (told.status, told.model) == (ReportStatus.SUCCEEDED, None)


def test_one_image_may_come_without_a_list() -> None:
    told = report_of(run(status="succeeded", output="https://replicate.delivery/1.jpg"), RunKind.PORTRAITS, SETTINGS)
    assert told.images == ("https://replicate.delivery/1.jpg",)


@pytest.mark.parametrize("webhook", ["https://a.example/hook", "https://a.example/hook?bot=x", NOWHERE])
@pytest.mark.parametrize("kind", list(RunKind))
def test_a_mark_is_read_as_it_was_written(webhook: str, kind: RunKind) -> None:
    settings = ReplicateSettings("r8_secret", ("a/b",), webhook)
    address = settings.marked(kind, "an order&=?")
    assert address.startswith(webhook)
    assert mark_in(address) == (kind, "an order&=?")


@pytest.mark.parametrize("address", [None, 5, "", "https://a.example/hook", "https://a.example/?training="])
def test_a_foreign_address_has_no_mark(address: object) -> None:
    assert mark_in(address) is None


@pytest.mark.parametrize("token", ["", " ", "r8 secret", "r8_secret\n", "r8_пароль"])
def test_a_token_that_cannot_be_sent_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(ValueError, match="REPLICATE_API_TOKEN") as refused:
        ReplicateSettings(token, ("a/b",))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("destinations", [(), ("portraits",), ("a/b/c",), ("a/b", "")])
def test_a_destination_needs_an_owner_and_a_name(destinations: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="owner/name"):
        ReplicateSettings("r8_secret", destinations)


def test_the_token_is_in_no_representation() -> None:
    assert "r8_secret" not in f"{SETTINGS!r}{SETTINGS!s}"


VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3)
KEYS = st.sampled_from(["id", "status", "input", "logs", "output", "error", "webhook", "version", "weights"])
RUNS = st.dictionaries(KEYS, VALUES | st.dictionaries(KEYS, VALUES, max_size=4))


@given(RUNS, st.sampled_from(RunKind))
def test_a_run_in_any_form_is_reported_or_cannot_be_read(told: dict[str, object], kind: RunKind) -> None:
    try:
        report = report_of(told, kind, SETTINGS)
    except (LookupError, TypeError, ValueError):
        return
    assert report.run == told["id"]
