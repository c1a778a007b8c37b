"""Ordering a training: steps with prices, the quote, the confirmation; stopping it, giving the draft up."""

from adapters.telegram.messenger import Button
from avatar_core.errors import (
    DraftNotFound,
    FeatureLocked,
    InsufficientStars,
    ProviderUnauthorized,
    ProviderUnavailable,
    QuoteExpired,
    TooFewPhotos,
)
from avatar_core.ids import QuoteId, TrainerCode, TrainingId
from avatar_core.photos import FEWEST_PHOTOS
from avatar_core.pricing import TrainerOffer
from avatar_core.runs import RunStatus
from entrypoints.bot.avatars import draft_of
from entrypoints.bot.callbacks import OutdatedButton, Tap, calling, unpacked, whole
from entrypoints.bot.menu import Interrupted
from entrypoints.bot.talk import Place, Rows, Talk

_IN_A_ROW = 2


async def choose_steps(talk: Talk, _args: list[str]) -> None:
    """Offer every trainer's steps with their prices."""
    draft = talk.dossier.draft
    if len(draft.photos) < FEWEST_PHOTOS:
        raise TooFewPhotos(accepted=len(draft.photos), needed=FEWEST_PHOTOS)
    back = (talk.button("button-back", Tap.PHOTOS),)
    if talk.place == Place.PHOTOS:  # the counter may have become this screen: it is no longer to be taken away
        await talk.enter(Place.PHOTOS)
    await talk.show("choose-steps", (*_offers(talk), back), balance=talk.dossier.wallet.available)


def _offers(talk: Talk) -> Rows:
    """Draw a button for each choice; where steps alone do not tell two trainers apart their titles stand there too."""
    offers = talk.catalogue.trainers.values()
    by_steps = [offer for offer in offers if not _is_single(offer)]
    key, in_a_row = ("button-training", _IN_A_ROW) if len(by_steps) == 1 else ("button-titled-training", 1)
    buttons = [_offer(talk, key, offer, steps) for offer in by_steps for steps in offer.steps]
    rows = (tuple(buttons[i : i + in_a_row]) for i in range(0, len(buttons), in_a_row))
    singles = ((_offer(talk, "button-flat-training", each, each.steps[0]),) for each in offers if _is_single(each))
    return (*rows, *singles)


def _is_single(offer: TrainerOffer) -> bool:
    """Whether there is nothing to choose about a trainer: its one price is for its only number of steps."""
    return offer.flat_price is not None and len(offer.steps) == 1


def _offer(talk: Talk, key: str, offer: TrainerOffer, steps: int) -> Button:
    facts = {"price": offer.price(steps), "steps": str(steps), "minutes": offer.minutes_for(steps)}
    label = talk.words.plain(key, title=talk.words.title(offer.titles), **facts)
    return Button(label, calling(Tap.QUOTE_TRAINING, offer.code, steps))


async def quote(talk: Talk, args: list[str]) -> None:
    """Show the price with the balance before and after, to be confirmed."""
    await _quote(talk, args[0], whole(args[1]))


async def _quote(talk: Talk, trainer: str, steps: int, note: str = "") -> None:
    dossier = await talk.desk.quote_training(talk.customer.id, TrainerCode(trainer), steps)
    draft, wallet = dossier.draft, dossier.wallet
    price = draft.chosen.quote.amount
    if wallet.available < price:
        here = talk.with_resume(calling(Tap.QUOTE_TRAINING, trainer, steps))
        raise Interrupted(here, InsufficientStars(price, wallet.available, price - wallet.available))
    rows = (
        (talk.button("button-train", Tap.TRAIN, draft.id, draft.chosen.quote.id, price=price),),
        (talk.button("button-other-steps", Tap.STEPS), talk.button("button-back", Tap.PHOTOS)),
    )
    facts = {"name": dossier.avatar(draft.avatar).name, "photos": len(draft.photos), "steps": str(steps)}
    money = {"price": price, "before": wallet.available, "after": wallet.available - price}
    offer = talk.catalogue.trainer(trainer)
    chosen = {"title": talk.words.title(offer.titles), "minutes": offer.minutes_for(steps)}
    await talk.show("training-quote", rows, note=note, **facts, **chosen, **money)


async def confirm(talk: Talk, args: list[str]) -> None:
    """Order the training at the price shown; a price that does not hold any more is shown anew instead."""
    training, quoted = TrainingId(unpacked(args[0])), QuoteId(unpacked(args[1]))
    try:
        ordered = await talk.desk.request_training(talk.customer.id, training, quoted)
    except QuoteExpired:
        await _quote_again(talk, quoted)
        return
    except (InsufficientStars, FeatureLocked) as lack:
        plan = talk.dossier.draft.chosen
        raise Interrupted(talk.with_resume(calling(Tap.QUOTE_TRAINING, plan.trainer, plan.steps)), lack) from lack
    key = "training-ordered" if ordered.run.status is RunStatus.PENDING else "already-ordered"
    await talk.show(key, price=ordered.chosen.quote.amount)
    await talk.leave()


async def _quote_again(talk: Talk, tapped: QuoteId) -> None:
    """Show the latest choice with its price, and say whether the tapped one is too old, or no longer the latest."""
    draft = draft_of(talk)
    if draft is None or draft.plan is None:
        raise QuoteExpired
    note = "price-anew" if draft.plan.quote.id == tapped else "chosen-since"
    await _quote(talk, draft.plan.trainer, draft.plan.steps, talk.words.plain(note))


async def ask_stop(talk: Talk, args: list[str]) -> None:
    """Ask once more before a training is stopped; one that has ended is told so at once."""
    running = talk.dossier.unfinished
    if running is None or running.id != TrainingId(unpacked(args[0])):
        ended = await talk.desk.cancel_training(talk.customer.id, TrainingId(unpacked(args[0])))  # changes nothing
        await talk.say(f"training-now-{ended.run.status.lower()}")
        return
    row = (talk.button("button-stop-surely", Tap.STOP_SURELY, unpacked(args[0])),)
    await talk.say("ask-stop", (row, (talk.button("button-let-run", Tap.AVATARS),)))


async def stop(talk: Talk, args: list[str]) -> None:
    """Stop the training; the news of the stars given back follows by itself.

    Where its trainer does not answer it goes on, and the stars stay set aside.
    """
    training = TrainingId(unpacked(args[0]))
    try:
        stopped = await talk.desk.cancel_training(talk.customer.id, training)
    except (ProviderUnavailable, ProviderUnauthorized):
        await talk.say("not-stopped-yet", ((talk.button("button-stop-surely", Tap.STOP_SURELY, training),),))
        return
    await talk.show(f"training-now-{stopped.run.status.lower()}")


async def ask_discard(talk: Talk, _args: list[str]) -> None:
    """Ask once more before photos are deleted."""
    draft = draft_of(talk)
    if draft is None:
        raise DraftNotFound
    surely = talk.button("button-discard-surely", Tap.DISCARD_SURELY, draft.id)
    row = (surely, talk.button("button-continue-draft", Tap.PHOTOS))
    await talk.show("ask-discard", (row,), name=talk.dossier.avatar(draft.avatar).name, photos=len(draft.photos))


async def discard(talk: Talk, args: list[str]) -> None:
    """Delete the draft that was asked about, and its photos; another one that was begun since is not meant."""
    try:
        await talk.desk.discard_draft(talk.customer.id, TrainingId(unpacked(args[0])))
    except DraftNotFound as moved_on:
        raise OutdatedButton from moved_on
    await talk.show("draft-discarded")
    await talk.leave()
