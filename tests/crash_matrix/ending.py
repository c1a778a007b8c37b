"""What is left when a run is over: compared with the undisturbed run's, messages apart."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.clock import SystemClock
from adapters.postgres.books import PostgresBooks
from avatar_core.ids import CustomerId
from tests.crash_matrix.stage import Stage

_NUMBER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[\d.,]*\d")
UNCOUNTED = {"training.progressed", "payment.opened"}
"""How often progress was noticed is chance; an invoice may be repeated, as any message may."""
_CONVERSATIONS = "SELECT state::text FROM avatar.conversations ORDER BY key"
_TABLES = {
    "customers": "SELECT level, language, reachable, name FROM avatar.customers",
    "accounts": "SELECT pocket, balance FROM avatar.accounts ORDER BY 1",
    "paid": "SELECT (price).minor, gateway, (stars).hundredths FROM avatar.payments WHERE status = 'COMPLETED'"
    " ORDER BY 1, 2",
    # An invoice that was asked for once and came twice is a repeated message, and its row and event the same.
    "unpaid": "SELECT DISTINCT status, (price).minor, gateway FROM avatar.payments WHERE status <> 'COMPLETED'"
    " ORDER BY 1",
    "evidence": "SELECT status, (price).minor FROM avatar.evidence ORDER BY 1, 2",
    "terms": "SELECT term ->> 'plan', round(extract(epoch FROM (term ->> 'ends')::timestamptz"
    " - (term ->> 'starts')::timestamptz) / 86400), announced ->> 'stage', jsonb_array_length(causes)"
    " FROM avatar.subscriptions, jsonb_array_elements(terms) term ORDER BY term ->> 'starts'",
    "trainings": "SELECT (run).status, CASE (run).status WHEN 'SUCCEEDED' THEN percent END, (run).failure,"
    " jsonb_array_length(photos), (run).ticket IS NULL FROM avatar.trainings ORDER BY created_at",
    "avatars": "SELECT name, trained IS NULL FROM avatar.avatars ORDER BY created_at",
    "orders": "SELECT (run).status, (run).failure, jsonb_array_length(images) FROM avatar.portrait_orders ORDER BY 1",
    "holds": "SELECT service, (amount).hundredths, (captured).hundredths, (released).hundredths"
    " FROM avatar.holds ORDER BY 1, 2",
    "business": "SELECT account, sum(amount) FROM avatar.entries WHERE version IS NULL GROUP BY 1 ORDER BY 1",
    "transfers": "SELECT kind, amount FROM avatar.transfers ORDER BY 1, 2",
    "events": "SELECT name, count(*) FROM avatar.events WHERE name NOT IN ('training.progressed', 'payment.opened')"
    " GROUP BY 1 ORDER BY 1",
    "tasks": "SELECT reaction, status, count(*) FROM avatar.tasks JOIN avatar.events ON number = event"
    " WHERE name NOT IN ('training.progressed', 'payment.opened') GROUP BY 1, 2 ORDER BY 1, 2",
    "dead letters": "SELECT reaction, error FROM avatar.tasks WHERE status = 'DEAD'",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """A run's final state; ``messages`` counts what was sent, by kind."""

    facts: dict[str, object]
    messages: Counter[str]

    def differs_from(self, expected: "Ending") -> Iterator[str]:
        """Give every difference; a repeated message is none."""
        for name, fact in expected.facts.items():
            if self.facts[name] != fact:
                yield f"{name}: {self.facts[name]} instead of {fact}"
        for kind in sorted(self.messages.keys() | expected.messages.keys()):
            if self.messages[kind] < expected.messages[kind]:
                yield f"missing message: {kind!r}"
            elif not expected.messages[kind]:
                yield f"unexpected message: {kind!r}"

    def repeats(self, expected: "Ending") -> Counter[str]:
        """Count messages beyond the undisturbed run's."""
        return self.messages - expected.messages


async def ending_of(stage: Stage) -> Ending:
    """Look at the database, the provider, Telegram's account and the photo store."""
    facts: dict[str, object] = {name: [tuple(row) for row in await stage.rows(sql)] for name, sql in _TABLES.items()}
    books = PostgresBooks(stage.database, SystemClock())
    ((customer,),) = await stage.rows("SELECT id FROM avatar.customers")
    lines = await books.statement(CustomerId(customer), limit=100)
    facts["statement"] = [(line.kind, line.service, line.amount, line.balance) for line in lines]
    facts["violations"] = [f"{each.law}: {each.subject}: {each.detail}" for each in await books.violations()]
    facts["trainings at the provider"] = [run.status for run in stage.replicate.trainings]
    facts["predictions at the provider"] = [run.status for run in stage.replicate.predictions]
    facts["published"] = _published(stage)
    facts["conversations"] = [_NUMBER.sub("#", state) for (state,) in await stage.rows(_CONVERSATIONS)]
    facts["star charges"] = [(each.amount, each.is_incoming) for each in stage.telegram.transactions()]
    facts["paid invoices at the shop"] = [each.state for each in stage.robokassa.invoices.values()]
    facts["files"] = _files(stage)
    return Ending(facts, Counter(_kinds(stage)))


def _published(stage: Stage) -> Counter[str]:
    """Count by name what other systems have heard of; one event told twice is one, by its id."""
    lines = (stage.folder / "published").read_text().splitlines()
    names = dict(line.split(" ") for line in lines).values()
    return Counter(name for name in names if name not in UNCOUNTED)


def _files(stage: Stage) -> Counter[str]:
    """Count files by folder; what was half-written at the kill is swept by a later start, and is no file yet."""
    root = stage.folder / "photos"
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return Counter(path.parts[0] for path in found if not path.parts[0].startswith("."))


def _kinds(stage: Stage) -> Iterator[str]:
    """Name each message that was ever sent by the bot, without its numbers."""
    for chat in stage.telegram.world.chats.values():
        for one in chat.log:
            if one.kind == "sent" and one.is_from_bot:
                yield f"{chat.person.first_name}: {_NUMBER.sub('#', one.text)}"
