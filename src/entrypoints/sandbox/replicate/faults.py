"""Everything that can be made to go wrong at the provider, on demand."""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from entrypoints.sandbox.replicate.records import RunKind

ApiFaultKind: TypeAlias = Literal["throttled", "broken", "refused", "lost_request", "lost_answer"]
EndingKind: TypeAlias = Literal["succeed", "fail", "cancel", "abort", "vanish", "hang", "odd_status", "lose_images"]


@dataclass
class ApiFault:
    """Something that befalls the next `times` requests whose method and path fit (an empty one fits all of the API).

    What runs have made lies outside of it: only a fault that was planned for a path can befall `/delivery`.
    """

    kind: ApiFaultKind
    method: str
    path_part: str
    times: int
    hold_s: float = 60.0

    def fits(self, method: str, path: str) -> bool:
        """Whether this request is to suffer."""
        meant = self.path_part in path and (bool(self.path_part) or path.startswith("/v1/"))
        return self.times > 0 and self.method in {"", method} and meant


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ends; `at` is the share of its time after which it does, 0 to 1."""

    kind: EndingKind = "succeed"
    reason: str = ""
    at: float = 0.5
    count: int = 0


@dataclass(eq=False)
class FaultSwitches:
    """The switches of the stand-in: each method plans a fault, and none needs to be undone unless it says so."""

    token_revoked: bool = False
    out_of_credit: bool = False
    webhooks_silent: bool = False
    webhook_copies: int = 1
    webhook_delay_s: float = 0.0
    bare_versions: bool = False
    api_faults: list[ApiFault] = field(default_factory=list)
    endings: dict[RunKind, deque[Ending]] = field(default_factory=lambda: {"training": deque(), "prediction": deque()})

    # the account
    def revoke_token(self) -> None:
        """Answer 401 to everything until `restore_token`."""
        self.token_revoked = True

    def restore_token(self) -> None:
        """Accept the token again."""
        self.token_revoked = False

    def run_out_of_credit(self) -> None:
        """Answer 402 to new trainings and predictions until `top_up`."""
        self.out_of_credit = True

    def top_up(self) -> None:
        """Let runs be created again."""
        self.out_of_credit = False

    # requests
    def throttle_next(self, times: int = 1, method: str = "", path_part: str = "") -> None:
        """Answer the next requests with 429; nothing is carried out."""
        self.api_faults.append(ApiFault("throttled", method, path_part, times))

    def break_next(self, times: int = 1, method: str = "", path_part: str = "") -> None:
        """Answer the next requests with 500; nothing is carried out."""
        self.api_faults.append(ApiFault("broken", method, path_part, times))

    def refuse_next(self, times: int = 1, method: str = "POST", path_part: str = "") -> None:
        """Answer the next requests with 422; nothing is carried out."""
        self.api_faults.append(ApiFault("refused", method, path_part, times))

    def lose_next_request(
        self, times: int = 1, method: str = "POST", path_part: str = "", hold_s: float = 60.0
    ) -> None:
        """Time-out before acceptance: nothing is carried out, and no answer comes (504 after `hold_s` real seconds)."""
        self.api_faults.append(ApiFault("lost_request", method, path_part, times, hold_s))

    def lose_next_answer(self, times: int = 1, method: str = "POST", path_part: str = "", hold_s: float = 60.0) -> None:
        """Time-out after acceptance: all is carried out, and no answer comes (504 after `hold_s` real seconds)."""
        self.api_faults.append(ApiFault("lost_answer", method, path_part, times, hold_s))

    # runs
    def fail_next_training(self, reason: str = "Training failed: CUDA out of memory", at: float = 0.5) -> None:
        """End the next training as failed with this error."""
        self.endings["training"].append(Ending("fail", reason, at))

    def cancel_next_training(self, at: float = 0.5) -> None:
        """End the next training as canceled, as if somebody had done it on the vendor's page."""
        self.endings["training"].append(Ending("cancel", at=at))

    def abort_next_training(self) -> None:
        """End the next training as aborted: its deadline passed before it was started."""
        self.endings["training"].append(Ending("abort"))

    def vanish_next_training(self) -> None:
        """Forget the next training while it is queued: 404, not listed, no webhook (replicate-python issue 352)."""
        self.endings["training"].append(Ending("vanish"))

    def hang_next_training(self, at: float = 0.5) -> None:
        """Let the next training stop working without ever ending (it can still be cancelled)."""
        self.endings["training"].append(Ending("hang", at=at))

    def show_odd_status(self, status: str = "paused", at: float = 0.5) -> None:
        """Show the next training for a while in a status that nobody knows; it succeeds in the end."""
        self.endings["training"].append(Ending("odd_status", status, at))

    def fail_next_prediction(self, reason: str = "Prediction failed: CUDA out of memory", at: float = 0.5) -> None:
        """End the next prediction as failed with this error."""
        self.endings["prediction"].append(Ending("fail", reason, at))

    def hang_next_prediction(self) -> None:
        """Let the next prediction never end."""
        self.endings["prediction"].append(Ending("hang"))

    def lose_images_of_next_prediction(self, count: int = 1) -> None:
        """Return `count` images fewer than ordered: the safety checker drops single images."""
        self.endings["prediction"].append(Ending("lose_images", count=count))

    def let_run(self, kind: RunKind, times: int = 1) -> None:
        """Let the next runs of a kind be undisturbed before what is planned after them."""
        self.endings[kind].extend([Ending()] * times)

    # notices
    def silence_webhooks(self) -> None:
        """Send no webhook at all until `resume_webhooks`."""
        self.webhooks_silent = True

    def resume_webhooks(self) -> None:
        """Send webhooks as usual: once, at once."""
        self.webhooks_silent, self.webhook_copies, self.webhook_delay_s = False, 1, 0.0

    def duplicate_webhooks(self, copies: int = 2) -> None:
        """Send every webhook this many times, under the same webhook-id, until `resume_webhooks`."""
        self.webhook_copies = copies

    def delay_webhooks(self, delay_s: float) -> None:
        """Send every webhook this many sandbox seconds late, until `resume_webhooks`."""
        self.webhook_delay_s = delay_s

    def report_bare_versions(self) -> None:
        """Show trained versions as a bare hash instead of `owner/name:hash`; both forms are seen."""
        self.bare_versions = True

    # asked by the provider
    def next_ending(self, kind: RunKind) -> Ending:
        """Take the ending planned for the next run of this kind."""
        planned = self.endings[kind]
        return planned.popleft() if planned else Ending()

    def take_api_fault(self, method: str, path: str) -> ApiFault | None:
        """Take the fault that this request is to suffer, if one is planned."""
        for fault in self.api_faults:
            if fault.fits(method, path):
                fault.times -= 1
                return fault
        return None
