"""Trainings: from the draft to a model or to the stars back (domain page 3.4)."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from avatar_core.errors import IllegalMove, PhotoNotFound, TooFewPhotos, TooManyPhotos
from avatar_core.ids import AvatarId, BotId, CustomerId, MessageId, NetworkId, PhotoRef, TrainerCode, TrainingId
from avatar_core.photos import FEWEST_PHOTOS, MOST_PHOTOS, Photo, require_new
from avatar_core.pricing import Quote
from avatar_core.runs import Run, RunStatus

PROGRESS_STEP_PERCENT = 5
PROGRESS_PAUSE = timedelta(seconds=3)
SERVICE = "training"


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """What was chosen and quoted: the trainer, its steps, and the price shown."""

    trainer: TrainerCode
    steps: int
    quote: Quote


@dataclass(frozen=True, slots=True)
class Training:
    """One run of a trainer, beginning with the draft that gathers its photos."""

    id: TrainingId
    customer: CustomerId
    network: NetworkId
    bot: BotId
    avatar: AvatarId
    created_at: datetime
    run: Run = field(default_factory=Run)
    photos: tuple[Photo, ...] = ()
    plan: TrainingPlan | None = None
    percent: int = 0
    progressed_at: datetime | None = None
    message: MessageId | None = None
    """The progress message in the customer's chat, edited in place."""
    version: int = 0

    def add(self, photo: Photo) -> "Training":
        """Accept a photo into the draft.  Raises TooManyPhotos, PhotoRefused and IllegalMove."""
        self.run.require(RunStatus.DRAFT, "take photos")
        require_new(photo.seen, self.photos)
        if len(self.photos) >= MOST_PHOTOS:
            raise TooManyPhotos(limit=MOST_PHOTOS)
        return replace(self, photos=(*self.photos, photo), plan=None)

    def remove(self, ref: PhotoRef) -> "Training":
        """Take a photo out of the draft.  Raises PhotoNotFound and IllegalMove."""
        self.run.require(RunStatus.DRAFT, "lose photos")
        left = tuple(photo for photo in self.photos if photo.ref != ref)
        if len(left) == len(self.photos):
            raise PhotoNotFound
        return replace(self, photos=left, plan=None)

    def quoted(self, plan: TrainingPlan) -> "Training":
        """Choose trainer and steps at a price.  Raises TooFewPhotos and IllegalMove."""
        self.run.require(RunStatus.DRAFT, "be quoted")
        self._require_photos()
        return replace(self, plan=plan)

    def request(self, *, at: datetime) -> "Training":
        """Order the run at the quoted price.  Raises TooFewPhotos, QuoteExpired and IllegalMove."""
        self._require_photos()
        self.chosen.quote.require_valid(at)
        return replace(self, run=self.run.request(at=at))

    def progress(self, percent: int, *, at: datetime) -> "Training":
        """Note how far the run is; small steps, steps back and steps in quick succession change nothing."""
        if self.run.status is not RunStatus.PROCESSING or percent - self.percent < PROGRESS_STEP_PERCENT:
            return self
        if self.progressed_at and at - self.progressed_at < PROGRESS_PAUSE:
            return self
        return replace(self, percent=min(percent, 100), progressed_at=at)

    @property
    def chosen(self) -> TrainingPlan:
        """What was quoted.  Raises IllegalMove before anything was."""
        if self.plan is None:
            raise IllegalMove(thing="order", status=self.run.status, fact="go on without a quote")
        return self.plan

    def _require_photos(self) -> None:
        if len(self.photos) < FEWEST_PHOTOS:
            raise TooFewPhotos(accepted=len(self.photos), needed=FEWEST_PHOTOS)
