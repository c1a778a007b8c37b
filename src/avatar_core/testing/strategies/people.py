"""Customers, where to write to them, and what they subscribed to."""

from datetime import timedelta

from hypothesis import strategies as st

from avatar_core.customers import Address, Customer, Language, Level
from avatar_core.ids import BotId, NetworkId, PlanCode
from avatar_core.subscriptions import AS_BOUGHT, Announcement, Stage, Subscription, Term
from avatar_core.testing.strategies.values import codes, moments, telegram_ids, texts, uids


def addresses() -> st.SearchStrategy[Address]:
    """Where to write."""
    return st.builds(Address, codes().map(BotId), telegram_ids(), st.sampled_from(Language))


def customers() -> st.SearchStrategy[Customer]:
    """A customer as of any visit, whom nobody invited."""
    return st.builds(
        Customer,
        id=uids(),
        network=codes().map(NetworkId),
        telegram_id=telegram_ids(),
        bot=codes().map(BotId),
        language=st.sampled_from(Language),
        registered_at=moments(),
        name=texts(),
        level=st.sampled_from(Level),
        reachable=st.booleans(),
    )


def terms() -> st.SearchStrategy[Term]:
    """A period of a plan, of a second at least."""
    length = st.timedeltas(timedelta(seconds=1), timedelta(days=400))
    return st.builds(
        lambda plan, version, rank, starts, lasts: Term(PlanCode(plan), version, rank, starts, starts + lasts),
        codes(),
        st.integers(1, 99),
        st.integers(0, 9),
        moments(),
        length,
    )


@st.composite
def subscriptions(draw: st.DrawFn, customer: Customer) -> Subscription:
    """Return what a customer has bought in any order, and perhaps was told."""
    subscription = Subscription(customer.id, customer.network)
    for number, term in enumerate(draw(st.lists(terms(), max_size=5))):
        subscription = subscription.add(term, f"cause {number}", AS_BOUGHT)
    announced = st.none() | st.builds(Announcement, moments(), st.sampled_from(Stage))
    return subscription.announce(told) if (told := draw(announced)) else subscription
