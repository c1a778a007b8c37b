"""The reference pages' sections that avatar_core writes: events, ports, states, errors, prices."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, get_args, get_type_hints

import adapters
from avatar_core import errors, ledger, payments, photos, ports, pricing, runs, subscriptions, tasks
from avatar_core.catalogue_file import load_catalogue
from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from avatar_core.events import Event
from avatar_core.money import Currency
from avatar_core.portraits import ImageStatus
from avatar_core.tasks import Reaction
from avatar_core.use_cases import billing, customers, delivery, drafts, operations, portraits, trainings, upkeep
from avatar_core.use_cases import subscriptions as gifts
from tests.docs.pages import table

CATALOGUE = load_catalogue(DEFAULT_CATALOGUE)
USE_CASES = (customers, billing, gifts, drafts, trainings, portraits, delivery, operations, upkeep)


def words_of(thing: object) -> str:
    """Return a docstring on one line, code in single back quotes."""
    return re.sub(r"\s+", " ", inspect.getdoc(thing) or "").replace("``", "`")


def type_name(annotation: object) -> str:
    """Name a type as the code spells it, without its module."""
    if get_args(annotation):
        return " | ".join(type_name(each) for each in get_args(annotation))
    name = getattr(annotation, "__name__", str(annotation))
    return "None" if name == "NoneType" else str(name)


# --- events


def events() -> str:
    """Return every event: its facts, and what follows it."""

    def row(event: type[Any]) -> tuple[str, ...]:
        hints = get_type_hints(event)
        facts = ", ".join(f"`{each.name}` {type_name(hints[each.name])}" for each in fields(event))
        following = [reaction.value for reaction in tasks._FOLLOWING[event]]
        return f"`{event.name}`", words_of(event), facts, ", ".join(following) or "–"

    return table("name | what has happened | facts | what follows", *map(row, get_args(Event)))


def reactions() -> str:
    """Return every reaction and the events that it follows."""
    following = {
        reaction: [f"`{event.name}`" for event in get_args(Event) if reaction in tasks._FOLLOWING[event]]
        for reaction in Reaction
    }
    return table(
        "reaction | follows", *((f"`{name}`", ", ".join(names) or "every event") for name, names in following.items())
    )


# --- ports


def port_classes() -> dict[str, type]:
    """Return the ports in the order of their page."""
    found = [each for each in vars(ports).values() if getattr(each, "_is_protocol", False)]
    return {each.__name__: each for each in found if each.__module__ == ports.__name__}


def methods_of(port: type) -> dict[str, object]:
    """Return what a port asks for."""
    return {name: each for name, each in vars(port).items() if name == "__call__" or not name.startswith("_")}


def adapter_classes() -> Iterator[type]:
    """Give every public class of the adapters."""
    for module in pkgutil.walk_packages(adapters.__path__, "adapters."):
        found = importlib.import_module(module.name)
        for name, each in inspect.getmembers(found, inspect.isclass):
            if each.__module__ == module.name and not name.startswith("_"):
                yield each


def adapters_by_port() -> dict[str, list[str]]:
    """Return the classes that have a port's shape, by the port."""
    classes = list(adapter_classes())
    return {
        name: sorted(f"{each.__module__}.{each.__name__}" for each in classes if fits(each, port))
        for name, port in port_classes().items()
    }


def fits(adapter: type[Any], port: type) -> bool:
    """Return whether a class has all that a port asks for, with the same parameters, awaited where it is awaited."""
    return all(_has(adapter, name, asked) for name, asked in methods_of(port).items())


def _has(adapter: type[Any], name: str, asked: Any) -> bool:  # noqa: ANN401  (a function or a property)
    if isinstance(asked, property):
        return hasattr(adapter, name) or (is_dataclass(adapter) and name in {each.name for each in fields(adapter)})
    given = inspect.getattr_static(adapter, name, None)
    if not inspect.isfunction(given) or inspect.iscoroutinefunction(given) is not inspect.iscoroutinefunction(asked):
        return False
    parameters = list(inspect.signature(asked).parameters)
    return list(inspect.signature(given).parameters)[: len(parameters)] == parameters


def port_page() -> str:
    """Return every port with its methods and adapters."""
    filled = adapters_by_port()
    return "\n".join(_port(name, port, filled[name]) for name, port in port_classes().items())


def _port(name: str, port: type, filled: list[str]) -> str:
    body = [(f"`{_signature(method, each)}`", words_of(each)) for method, each in methods_of(port).items()]
    by = ", ".join(f"`{each}`" for each in filled) or "nobody yet"
    return f"### {name}\n\n{words_of(port)}\n\n{table('method | what it promises', *body)}\nFilled by: {by}\n"


def _signature(name: str, method: object) -> str:
    if isinstance(method, property):
        return name
    given = inspect.signature(method)  # type: ignore[arg-type]  # a function of a Protocol
    parameters = ", ".join(str(each) for each in given.parameters if each != "self")
    return f"{'await ' if inspect.iscoroutinefunction(method) else ''}{name}({parameters})"


def use_case_page() -> str:
    """Return every use case: what it does, and what it is made of."""
    verbs: list[tuple[str, type[Any]]] = [
        (name, each)
        for module in USE_CASES
        for name, each in vars(module).items()
        if inspect.isclass(each) and each.__module__ == module.__name__ and "__call__" in vars(each)
    ]
    body = [
        (
            f"`{each.__module__.rpartition('.')[2]}.{name}`",
            words_of(each),
            f"`{_signature(name, each.__call__)}`: {words_of(each.__call__)}",
            ", ".join(type_name(field.type) for field in fields(each)),
        )
        for name, each in verbs
    ]
    return table("use case | what it does | call | made of", *body)


# --- states


def moves(table_of: Mapping[tuple[Any, Any], StrEnum]) -> str:
    """Return a table of moves as a diagram and as a table."""
    diagram = "\n".join(f"    {before} --> {after}: {fact}" for (before, fact), after in table_of.items())
    body = [(f"`{before}`", fact, f"`{after}`") for (before, fact), after in table_of.items()]
    return f"```mermaid\nstateDiagram-v2\n{diagram}\n```\n\n{table('from | what happens | to', *body)}"


def payment_moves() -> str:
    """Return how payments go on."""
    return moves(payments._MOVES)


def run_moves() -> str:
    """Return how trainings and portrait orders go on."""
    return moves(runs._MOVES)


def values(kind: type[StrEnum]) -> str:
    """Return an enumeration's values on one line."""
    return ", ".join(f"`{each.value}`" for each in kind)


def other_states() -> str:
    """Return the states without a table of moves, and the reasons that words are made for."""
    kinds = (
        subscriptions.SubscriptionStatus,
        subscriptions.Stage,
        payments.EvidenceStatus,
        ImageStatus,
        runs.ReportStatus,
        runs.FailureReason,
        photos.PhotoProblem,
        ledger.TransferKind,
        ledger.Pocket,
    )
    return table("name | values | meaning", *((f"`{each.__name__}`", values(each), words_of(each)) for each in kinds))


def limits() -> str:
    """Return every limit in time, number and size."""
    told = {
        "an unpaid invoice": payments.PAYMENT_LIFE,
        "a pre-checkout query keeps a payment to itself": payments.QUERY_LIFE,
        "and once it was answered with yes": payments.LEASE,
        "a quote": pricing.QUOTE_LIFE,
        "a subscription's grace": subscriptions.GRACE,
        "an order until it is handed over, and again until it is done": runs.RUNNING_LIMIT,
        "an order that waits for a credential": runs.WAITING_LIMIT,
        "a hold": runs.HOLD_LIMIT,
        "until a waiting customer is told of an outage": runs.OUTAGE_PATIENCE,
        "the run of an order that has ended may still begin": runs.LATE_RUN_LIMIT,
        "a day is sealed after its end": ledger.SEAL_AFTER,
        "photos of a training, fewest": photos.FEWEST_PHOTOS,
        "photos of a training, most": photos.MOST_PHOTOS,
        "a photo's size": f"{photos.LARGEST_BYTES // 2**20} MB",
        "a photo's side": f"{photos.SMALLEST_SIDE_PX} px",
        "images of an order": pricing.MAX_IMAGES,
    }
    body = [(name, _spelt(limit) if isinstance(limit, timedelta) else limit) for name, limit in told.items()]
    return table("what | limit", *body)


def _spelt(limit: timedelta) -> str:
    for unit, seconds in (("d", 86400), ("h", 3600), ("min", 60)):
        if limit.total_seconds() % seconds == 0 and limit.total_seconds() >= (2 if unit == "h" else 1) * seconds:
            return f"{int(limit.total_seconds() // seconds)} {unit}"
    return f"{int(limit.total_seconds())} s"


# --- errors and prices


def error_page() -> str:
    """Return every error: its code, its facts, its words, and to what kind it belongs."""
    kinds = (errors.Refusal, errors.NotFound, errors.LedgerError, errors.OutsideError, errors.AvatarError)
    found: list[Any] = [each for each in vars(errors).values() if inspect.isclass(each)]
    public = [each for each in found if issubclass(each, errors.AvatarError) and not each.__name__.startswith("_")]
    named = [each for each in public if each not in kinds]
    body = [
        (
            f"`{each.__name__}`",
            f"`{each.code()}`",
            next(kind.__name__ for kind in kinds if issubclass(each, kind)),
            ", ".join(f"`{field.name}`" for field in fields(each)) or "–",
            words_of(each),
        )
        for each in named
    ]
    return table("error | code | kind | facts | when", *body)


def plans() -> str:
    """Return the default catalogue's plans."""
    body = [
        (
            f"`{plan.code}`",
            plan.titles["en"],
            plan.days or "no end",
            *(plan.prices[each].plain.removesuffix(".00") if each in plan.prices else "–" for each in _SOLD_IN),
            plan.grants,
            ", ".join(sorted(plan.features)),
            "yes" if plan.for_sale else "no",
        )
        for plan in CATALOGUE.plans.values()
    ]
    return table("code | title | days | XTR | RUB | grants ⭐ | features | for sale", *body)


_SOLD_IN = (Currency.XTR, Currency.RUB)


def packs() -> str:
    """Return the default catalogue's packs."""
    body = [(f"`{pack.code}`", pack.price, pack.stars) for pack in CATALOGUE.packs.values()]
    return table("code | price | ⭐", *body)


def services() -> str:
    """Return what the default catalogue asks in ⭐."""
    body: list[tuple[object, ...]] = []
    for offer in CATALOGUE.trainers.values():
        prices = ", ".join(f"{steps} steps {offer.price(steps)} ⭐" for steps in offer.steps)
        body.append((f"training `{offer.code}`", prices))
    body.append(("a portrait", f"{CATALOGUE.portraits.price} ⭐"))
    return table("service | price", *body)
