"""Hypothesis strategies for every value that crosses a port: money, people, payments, orders, news, odd texts.

Each gives values that the core itself could have made.  A record that belongs to another takes it as an argument, so
that a store with foreign keys can keep it; ids are drawn, and a test that keeps many records in one store gives them
ids of its own with ``dataclasses.replace``.
"""

from avatar_core.testing.strategies.news import events, happenings
from avatar_core.testing.strategies.orders import (
    avatars,
    inspected_photos,
    models,
    painting_orders,
    photo_refs,
    photos,
    portrait_orders,
    quotes,
    reports,
    runs,
    training_orders,
    trainings,
    wishes,
)
from avatar_core.testing.strategies.payments import evidence, payments, purposes
from avatar_core.testing.strategies.people import addresses, customers, subscriptions, terms
from avatar_core.testing.strategies.values import (
    ODD_TEXTS,
    UNKEEPABLE_TEXTS,
    codes,
    moments,
    prices,
    stars,
    telegram_ids,
    texts,
    uids,
    unkeepable_texts,
)
from avatar_core.testing.strategies.wallets import wallets

__all__ = [
    "ODD_TEXTS",
    "UNKEEPABLE_TEXTS",
    "addresses",
    "avatars",
    "codes",
    "customers",
    "events",
    "evidence",
    "happenings",
    "inspected_photos",
    "models",
    "moments",
    "painting_orders",
    "payments",
    "photo_refs",
    "photos",
    "portrait_orders",
    "prices",
    "purposes",
    "quotes",
    "reports",
    "runs",
    "stars",
    "subscriptions",
    "telegram_ids",
    "terms",
    "texts",
    "training_orders",
    "trainings",
    "uids",
    "unkeepable_texts",
    "wallets",
    "wishes",
]
