"""Avatars, trainings and portraits, their photos, and what providers say of them."""

from hypothesis import strategies as st

from avatar_core.avatars import LONGEST_NAME, Avatar, Gender
from avatar_core.customers import Customer
from avatar_core.errors import IllegalMove
from avatar_core.ids import PhotoRef, TrainerCode
from avatar_core.photos import SMALLEST_SIDE_PX, InspectedPhoto, Photo
from avatar_core.portraits import Image, ImageStatus, PortraitOrder, Wish
from avatar_core.ports import PaintingOrder, TrainingOrder
from avatar_core.pricing import MAX_IMAGES, Quote, TrainerOffer
from avatar_core.runs import FailureReason, ModelVersion, Report, ReportStatus, Run, RunFact, Ticket
from avatar_core.testing.strategies.values import codes, moments, stars, texts, uids
from avatar_core.trainings import Training, TrainingPlan

TRIGGERS = st.from_regex(r"TOK_[A-Z]{6}", fullmatch=True)
ASPECTS = st.sampled_from(["1:1", "2:3", "3:2", "9:16"])


def models() -> st.SearchStrategy[ModelVersion]:
    """What a training made."""
    name = st.builds("{}/{}".format, codes(), codes())
    return st.builds(ModelVersion, name, st.from_regex(r"[0-9a-f]{64}", fullmatch=True), st.none() | texts())


def avatars(customer: Customer) -> st.SearchStrategy[Avatar]:
    """An avatar of a customer, trained or not."""
    return st.builds(
        Avatar,
        id=uids(),
        customer=st.just(customer.id),
        name=texts(min_size=1, max_size=LONGEST_NAME).filter(lambda name: bool(name.strip())),
        gender=st.sampled_from(Gender),
        trigger=TRIGGERS,
        created_at=moments(),
        trained=st.none() | models(),
    )


def inspected_photos() -> st.SearchStrategy[InspectedPhoto]:
    """What an inspector says of an acceptable photo."""
    side = st.integers(SMALLEST_SIDE_PX, 20_000)
    return st.builds(
        InspectedPhoto,
        sha256=st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
        fingerprint=st.integers(0, 2**64 - 1),
        width_px=side,
        height_px=side,
        size_bytes=st.integers(1, 10 * 2**20),
        suffix=st.sampled_from([".jpg", ".png", ".webp"]),
    )


def photo_refs() -> st.SearchStrategy[PhotoRef]:
    """Where a photo can lie: a relative path of plain names."""
    return st.lists(codes(), min_size=1, max_size=4).map(lambda parts: PhotoRef("/".join(parts) + ".jpg"))


def photos() -> st.SearchStrategy[Photo]:
    """An accepted photo."""
    return st.builds(Photo, photo_refs(), inspected_photos())


def quotes() -> st.SearchStrategy[Quote]:
    """A price that was shown."""
    return st.builds(Quote, uids(), stars(), moments())


def reports() -> st.SearchStrategy[Report]:
    """Whatever a provider may say about a run."""
    return st.builds(
        Report,
        run=texts(min_size=1),
        status=st.sampled_from(ReportStatus),
        percent=st.none() | st.integers(0, 100),
        model=st.none() | models(),
        images=st.lists(texts(min_size=1), max_size=MAX_IMAGES).map(tuple),
        failure=st.none() | st.sampled_from(FailureReason),
        detail=texts(),
    )


@st.composite
def runs(draw: st.DrawFn, facts: st.SearchStrategy[RunFact] | None = None) -> Run:
    """Return a run after any facts that may follow each other; give ``facts`` to leave some out."""
    run = Run()
    for fact in draw(st.lists(facts or st.sampled_from(RunFact), max_size=8)):
        try:
            run = _moved(run, fact, draw)
        except IllegalMove:
            continue
    return run


def _moved(run: Run, fact: RunFact, draw: st.DrawFn) -> Run:
    at = draw(moments())
    match fact:
        case RunFact.ACCEPT:
            return run.accept(Ticket(draw(texts(min_size=1))), at=at)  # type: ignore[arg-type]  # any text is an id
        case RunFact.FAIL:
            return run.fail(draw(st.sampled_from(FailureReason)), at=at)
        case _:
            steps = {RunFact.REQUEST: run.request, RunFact.SUBMIT: run.submit, RunFact.DEFER: run.defer}
            ends = {RunFact.SUCCEED: run.succeed, RunFact.CANCEL: run.cancel, RunFact.STOP: run.to_be_stopped}
            return {**steps, **ends}[fact](at=at)


def trainings(customer: Customer, avatar: Avatar) -> st.SearchStrategy[Training]:
    """A training of an avatar at any stage."""
    return st.builds(
        Training,
        id=uids(),
        customer=st.just(customer.id),
        network=st.just(customer.network),
        bot=st.just(customer.bot),
        avatar=st.just(avatar.id),
        created_at=moments(),
        run=runs(),
        photos=st.lists(photos(), max_size=3).map(tuple),
        plan=st.none() | st.builds(TrainingPlan, codes().map(TrainerCode), st.integers(1, 10_000), quotes()),
        percent=st.integers(0, 100),
        progressed_at=st.none() | moments(),
        message=st.none() | st.integers(1, 2**31 - 1),
    )


def painting_orders() -> st.SearchStrategy[PaintingOrder]:
    """What a painter gets."""
    return st.builds(
        PaintingOrder,
        uids(),
        models(),
        texts(min_size=1, max_size=500),
        ASPECTS,
        st.integers(1, MAX_IMAGES),
        st.integers(0, 2**31 - 1),
    )


def training_orders(offer: TrainerOffer) -> st.SearchStrategy[TrainingOrder]:
    """What the trainer of an offer gets."""
    return st.builds(
        lambda order, trigger, steps: TrainingOrder(order, trigger, steps, offer, PhotoRef(f"archives/{order}.zip")),
        uids(),
        TRIGGERS,
        st.sampled_from(offer.steps),
    )


def wishes(avatar: Avatar) -> st.SearchStrategy[Wish]:
    """What is to be painted."""
    prompt = texts(min_size=1, max_size=500).filter(lambda words: bool(words.strip()))
    return st.builds(Wish, st.just(avatar.id), prompt, ASPECTS, st.integers(1, MAX_IMAGES), st.integers(0, 2**31 - 1))


def portrait_orders(customer: Customer, avatar: Avatar) -> st.SearchStrategy[PortraitOrder]:
    """An order of portraits at any stage."""
    image = st.builds(Image, st.integers(1, MAX_IMAGES), st.sampled_from(ImageStatus), st.none() | photo_refs())
    return st.builds(
        PortraitOrder,
        id=uids(),
        customer=st.just(customer.id),
        network=st.just(customer.network),
        bot=st.just(customer.bot),
        wish=wishes(avatar),
        quote=quotes(),
        created_at=moments(),
        run=runs(),
        images=st.lists(image, max_size=MAX_IMAGES).map(tuple),
        sources=st.lists(texts(min_size=1), max_size=MAX_IMAGES).map(tuple),
    )
