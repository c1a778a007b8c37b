"""What must follow an event, and what a use case reads."""

from dataclasses import fields, replace
from types import UnionType
from typing import get_args

import pytest

from avatar_core import events
from avatar_core.dossier import Dossier
from avatar_core.errors import (
    AvatarNotFound,
    DraftNotFound,
    EvidenceNotFound,
    PaymentNotFound,
    PortraitOrderNotFound,
    TrainingNotFound,
)
from avatar_core.events import Event
from avatar_core.ids import AvatarId, CustomerId, EventId, PaymentId, PortraitOrderId, TrainingId
from avatar_core.money import Currency, Price, Stars
from avatar_core.subscriptions import Subscription
from avatar_core.tasks import Happening, Reaction, tasks_after
from avatar_core.testing.examples import (
    BOT,
    NETWORK,
    NOW,
    a_customer,
    a_draft,
    a_notice,
    a_payment,
    a_requested,
    a_running,
    an_avatar,
    an_order,
)
from avatar_core.wallet import Wallet

EVERY: tuple[type[Event], ...] = get_args(Event)
CUSTOMER = a_customer()
AVATAR = an_avatar(CUSTOMER)
DOSSIER = Dossier(CUSTOMER, Wallet.empty(NETWORK, CUSTOMER.id), Subscription(CUSTOMER.id, NETWORK))
GRANTED = events.StarsGranted(customer=CUSTOMER.id, stars=Stars(1), balance=Stars(1), reason="for you")


def an_event(kind: type[Event]) -> Event:
    """An event with facts that are only there."""
    return kind(**{field.name: f"<{field.name}>" for field in fields(kind)})  # type: ignore[arg-type]


def reactions(event: Event) -> list[Reaction]:
    return [task.reaction for task in tasks_after(Happening(EventId("e-1"), event, NOW))]


def test_the_union_holds_every_event_there_is() -> None:
    assert isinstance(Event, UnionType)
    every = {each for each in vars(events).values() if isinstance(each, type) and hasattr(each, "name")}
    assert {each for each in every if each.__module__ == events.__name__} == set(EVERY)


def test_no_two_events_have_one_name() -> None:
    assert len({kind.name for kind in EVERY}) == len(EVERY)


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.name)
def test_every_event_is_published_after_whatever_else_follows_it(kind: type[Event]) -> None:
    assert reactions(an_event(kind))[-1] is Reaction.PUBLISH
    assert len(set(reactions(an_event(kind)))) == len(reactions(an_event(kind)))


def test_what_must_follow_is_due_at_once_and_nobody_has_tried_it() -> None:
    made = tasks_after(Happening(EventId("e-1"), GRANTED, NOW))
    assert {(task.due_at, task.attempts, task.error) for task in made} == {(NOW, 0, None)}


def test_an_order_is_handed_over_after_it_was_requested() -> None:
    assert Reaction.SUBMIT_TRAINING in reactions(an_event(events.TrainingRequested))
    assert Reaction.SUBMIT_PORTRAITS in reactions(an_event(events.PortraitsRequested))
    assert Reaction.DELIVER_PORTRAITS in reactions(an_event(events.PortraitsPainted))


@pytest.mark.parametrize(
    "kind",
    [
        events.PaymentCompleted,
        events.TrainingSucceeded,
        events.TrainingFailed,
        events.TrainingCanceled,
        events.TrainingDelayed,
        events.PortraitsDelivered,
        events.PortraitsFailed,
        events.PortraitsDelayed,
        events.SubscriptionExpiring,
        events.SubscriptionEnded,
        events.SubscriptionExpired,
        events.StarsGranted,
    ],
    ids=lambda kind: kind.name,
)
def test_what_happens_to_a_customers_money_or_order_is_told_to_them(kind: type[Event]) -> None:
    assert Reaction.TELL_CUSTOMER in reactions(an_event(kind))


@pytest.mark.parametrize(
    "kind",
    [
        events.CustomerRegistered,
        events.PaymentCompleted,
        events.PaymentQuarantined,
        events.TrainingFailed,
        events.ProviderUnauthorized,
    ],
    ids=lambda kind: kind.name,
)
def test_what_an_owner_has_to_know_is_told_to_them(kind: type[Event]) -> None:
    assert Reaction.TELL_OWNER in reactions(an_event(kind))


@pytest.mark.parametrize(
    "kind",
    [events.TrainingSucceeded, events.TrainingFailed, events.TrainingCanceled, events.DraftDiscarded],
    ids=lambda kind: kind.name,
)
def test_the_files_of_a_training_go_whichever_way_it_ends(kind: type[Event]) -> None:
    assert Reaction.DROP_FILES in reactions(an_event(kind))


def test_a_task_is_named_by_its_event_and_its_reaction_and_is_due_at_once() -> None:
    told, published = tasks_after(Happening(EventId("e-1"), GRANTED, NOW))
    assert (told.id, told.due_at, told.attempts) == ("e-1:tell-customer", NOW, 0)
    assert published.id == "e-1:publish"


def test_a_lane_is_one_customers_news_or_one_bots_or_the_houses() -> None:
    def lane(event: Event) -> str:
        return tasks_after(Happening(EventId("e-1"), event, NOW))[0].lane

    quarantined = events.PaymentQuarantined(
        bot=BOT, evidence=a_notice(a_payment(CUSTOMER)).id, price=Price(1, Currency.XTR), reason="wrong-amount"
    )
    assert lane(GRANTED) == f"tell-customer:{CUSTOMER.id}"
    assert lane(replace(GRANTED, customer=CustomerId("other"))) == "tell-customer:other"
    assert lane(quarantined) == f"tell-owner:{BOT}"
    assert lane(replace(quarantined, bot=None)) == "tell-owner:house"


@pytest.mark.parametrize(
    ("event", "reaction", "subject"),
    [
        (an_event(events.TrainingRequested), Reaction.SUBMIT_TRAINING, "training"),
        (an_event(events.TrainingFailed), Reaction.STOP_TRAINING, "training"),
        (an_event(events.DraftDiscarded), Reaction.DROP_FILES, "training"),
        (an_event(events.PortraitsRequested), Reaction.SUBMIT_PORTRAITS, "order"),
        (an_event(events.PortraitsPainted), Reaction.DELIVER_PORTRAITS, "order"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_is_done_for_an_order_waits_for_none_of_the_same_customer(
    event: Event, reaction: Reaction, subject: str
) -> None:
    (task,) = (each for each in tasks_after(Happening(EventId("e-1"), event, NOW)) if each.reaction is reaction)
    assert task.lane == f"{reaction}:{getattr(event, subject)}"


def test_a_dossier_gives_what_is_in_it_and_says_what_is_not() -> None:
    order, payment = an_order(CUSTOMER, AVATAR), a_payment(CUSTOMER)
    training, notice = a_requested(a_draft(CUSTOMER, AVATAR)), a_notice(payment)
    full = replace(
        DOSSIER,
        avatars={AVATAR.id: AVATAR},
        trainings={training.id: training},
        orders={order.id: order},
        payments={payment.id: payment},
        evidence=notice,
    )
    assert full.avatar(AVATAR.id) == AVATAR
    assert full.training(training.id) == training
    assert full.order(order.id) == order
    assert full.payment() == payment
    assert full.notice() == notice
    for dossier in (full, DOSSIER):
        with pytest.raises(AvatarNotFound):
            dossier.avatar(AvatarId("other"))
        with pytest.raises(TrainingNotFound):
            dossier.training(TrainingId("other"))
        with pytest.raises(PortraitOrderNotFound):
            dossier.order(PortraitOrderId("other"))


def test_a_dossier_without_payments_says_so() -> None:
    assert DOSSIER.payments == {}
    with pytest.raises(PaymentNotFound):
        DOSSIER.payment()
    with pytest.raises(EvidenceNotFound):
        DOSSIER.notice()


def test_a_dossier_knows_the_draft_from_what_runs() -> None:
    draft, running = a_draft(CUSTOMER, AVATAR, 1), a_running(a_draft(CUSTOMER, AVATAR, 2))
    both = replace(DOSSIER, trainings={running.id: running, draft.id: draft})
    assert (both.draft, both.unfinished) == (draft, running)
    assert DOSSIER.unfinished is None
    with pytest.raises(DraftNotFound):
        _ = replace(DOSSIER, trainings={running.id: running}).draft


def test_ids_are_text_to_whoever_stores_them() -> None:
    assert PaymentId("p") == "p"
