"""What goes into the database comes out as it was, whatever the values."""

import json
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from types import NoneType
from typing import Any, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from adapters.postgres.codec import announce_at, read_happening
from adapters.postgres.pool import Database
from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.dossier import OfPayment, OfPortraits, OfTraining
from avatar_core.events import Event, PaymentCompleted
from avatar_core.ids import BotId, MessageId
from avatar_core.ledger import Transfer
from avatar_core.money import Stars
from avatar_core.payments import Evidence, Payment, PaymentStatus
from avatar_core.portraits import PortraitOrder
from avatar_core.subscriptions import AS_BOUGHT, GRACE, Announcement, Stage, Subscription
from avatar_core.tasks import Reaction
from avatar_core.testing.every_event import EVERY_EVENT
from avatar_core.testing.examples import (
    DAY,
    NOW,
    a_customer,
    a_draft,
    a_notice,
    a_payment,
    a_requested,
    a_term,
    an_avatar,
    an_order,
    credited,
    held,
)
from avatar_core.trainings import Training
from avatar_core.wallet import Hold, Wallet
from tests.contracts.postgres_store import postgres_store

RECORDS = (Customer, Subscription, Payment, Evidence, Avatar, Training, PortraitOrder, Hold, Transfer)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)
NAMES = TEXTS.filter(lambda text: text.strip() != "")
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  naive bounds
AMOUNTS = st.integers(1, 2**62)
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {str: NAMES, int: AMOUNTS, bool: st.booleans(), datetime: MOMENTS}
SPECIAL: dict[type, dict[str, st.SearchStrategy[Any]]] = {
    Transfer: {"target": NAMES.map("target ".__add__)},  # never in place
}


def anything(kind: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401  an annotation can be anything
    """Make values for a field's annotation, the odd ones too."""
    kind = getattr(kind, "__supertype__", kind)
    parts = get_args(kind)
    if kind in SIMPLE:
        return SIMPLE[kind]
    if get_origin(kind) is tuple:
        return st.lists(anything(parts[0]), max_size=3).map(tuple)
    if parts:
        return st.one_of([anything(part) for part in parts])
    if kind is NoneType:
        return st.none()
    if isinstance(kind, type) and is_dataclass(kind):
        return st.builds(kind, **{each.name: anything(each.type) for each in fields(kind)} | SPECIAL.get(kind, {}))
    return st.sampled_from(list(kind))


@pytest.mark.parametrize("kind", RECORDS)
@given(data=st.data())
def test_every_record_survives_json(kind: type, data: st.DataObject) -> None:
    record = data.draw(anything(kind))
    adapter: TypeAdapter[object] = TypeAdapter(kind)
    assert adapter.validate_json(adapter.dump_json(record)) == record


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: event.name)
def test_every_event_survives_json(event: Event) -> None:
    facts = TypeAdapter(type(event)).dump_json(event).decode()
    assert read_happening("1", event.name, facts, NOW).event == event


def test_a_payment_that_was_told_before_plans_waited_is_read_as_one_whose_plan_runs() -> None:
    event = next(each for each in EVERY_EVENT if isinstance(each, PaymentCompleted))
    facts = TypeAdapter(PaymentCompleted).dump_python(event, mode="json")
    del facts["starts"]
    assert read_happening("1", event.name, json.dumps(facts), NOW).event == replace(event, starts=None)


async def test_every_event_comes_out_of_the_database_as_it_went_in(database: Database) -> None:
    store = postgres_store(database)
    await store.save(a_customer())
    await store.save(events=tuple(EVERY_EVENT))
    seen = []
    while tasks := await store.tasks():
        for task in tasks:
            await store.outbox.done(task, "a watching test")
            seen += [task.happening.event] * (task.reaction is Reaction.PUBLISH)
    assert len(seen) == len(EVERY_EVENT)
    assert all(event in seen for event in EVERY_EVENT)


async def test_times_come_back_in_utc_wherever_the_server_stands(database: Database) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=3)))
    await database.rows("SELECT set_config('timezone', 'Asia/Tokyo', false)")
    store = postgres_store(database)
    await store.save(replace(a_customer(), registered_at=elsewhere))
    stored = (await store.read(a_customer())).customer.registered_at
    assert (stored, stored.utcoffset()) == (NOW, timedelta(0))


async def test_whatever_can_change_is_written_again_by_a_change(database: Database) -> None:
    """A field that the writing function forgets would keep its first value; what is guarded it need not write."""
    store = postgres_store(database)
    customer = await store.registered()
    avatar, another = an_avatar(customer), an_avatar(customer, 2)
    payment, notice = a_payment(customer), a_notice(a_payment(customer))
    training, order = a_draft(customer, avatar), an_order(customer, avatar)
    first: tuple[Payment | Evidence | Training | PortraitOrder, ...] = (payment, notice, training, order)
    await store.save(avatar, another, *first)
    elsewhere = BotId("another_bot")
    changed: tuple[Payment | Evidence | Training | PortraitOrder, ...] = (
        replace(
            payment.approve(customer.id, payment.price, "query", at=NOW),
            bot=elsewhere,
            expires_at=NOW + DAY,
            status=PaymentStatus.COMPLETED,
            charge="charge-1",
            settled_at=NOW,
            resume="order",
        ),
        notice.quarantined("wrong-amount"),
        replace(
            a_requested(a_draft(customer, another)), bot=elsewhere, percent=7, progressed_at=NOW, message=MessageId(5)
        ),
        replace(order.request(at=NOW), bot=elsewhere, sources=("x",)),
    )
    await store.save(*(replace(each, version=1) for each in changed))
    async with store.begin() as work:
        paid = await work.dossier(OfPayment(payment.id))
        kept_training = (await work.dossier(OfTraining(training.id))).training(training.id)
        kept_order = (await work.dossier(OfPortraits(order.id))).order(order.id)
        kept = [paid.payment(), await work.evidence(notice.id), kept_training, kept_order]
    assert kept == [replace(each, version=2) for each in changed]
    guards = ("payments_stay", "evidence_stays", "trainings_stay", "portrait_orders_stay")
    for guard, before, after in zip(guards, first, changed, strict=True):
        same = {each.name for each in fields(before) if getattr(before, each.name) == getattr(after, each.name)}
        assert same - {"version"} <= await guarded(database, guard), "a field is neither guarded nor changed here"


async def guarded(database: Database, guard: str) -> set[str]:
    """Name the columns that a trigger keeps as they are."""
    rows = await database.rows(
        "SELECT attname FROM pg_attribute JOIN pg_trigger ON attrelid = tgrelid AND attnum = ANY (tgattr)"
        " WHERE tgname = %s",
        guard,
    )
    return {name for (name,) in rows}


async def test_a_changed_subscription_and_a_changed_hold_are_written_again(database: Database) -> None:
    store = postgres_store(database)
    customer = await store.registered()
    bare = Subscription(customer.id, customer.network)
    await store.save(bare, held(credited(Wallet.empty(customer.network, customer.id), 500), "order-1", 220))
    wallet = (await store.read(customer)).wallet
    announced = replace(bare.add(a_term(), "cause", AS_BOUGHT), announced=Announcement(NOW, Stage.ENDED), version=1)
    await store.save(announced, wallet.capture("order-1", Stars.of(20), part=1, at=NOW))
    dossier = await store.read(customer)
    assert dossier.subscription == replace(announced, version=2)
    assert dossier.wallet.holds["order-1"] == replace(wallet.holds["order-1"], captured=Stars.of(20), version=2)


@pytest.mark.parametrize("announced", [None, *Stage])
@given(after=st.timedeltas(timedelta(days=-5), timedelta(days=5)))
def test_a_subscription_is_looked_at_exactly_when_something_is_due(announced: Stage | None, after: timedelta) -> None:
    ends = NOW + 30 * DAY
    about = Announcement(ends, announced) if announced else None
    subscription = replace(Subscription(a_customer().id, a_customer().network, (a_term(),)), announced=about)
    at = ends + after
    begins = dict(zip(Stage, (-3 * DAY, -DAY, timedelta(0), GRACE), strict=True))
    if announced is None or after >= begins[announced]:  # nothing is announced before its time
        looked_at = announce_at(subscription)
        assert (looked_at is not None and looked_at <= at) == (subscription.due(at) is not None)
