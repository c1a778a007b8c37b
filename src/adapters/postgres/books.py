"""The books on PostgreSQL, read as an accountant reads them."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from psycopg.rows import TupleRow

from adapters.postgres.codec import EventUnreadable, read_happening
from adapters.postgres.laws import CHAIN, LAWS, MOMENT, REACTIONS
from adapters.postgres.pool import Database
from avatar_core.ids import CustomerId, NetworkId
from avatar_core.ledger import (
    GENESIS,
    Account,
    AccountName,
    Cause,
    Entry,
    Posting,
    Seal,
    Sealing,
    Transfer,
    TransferKind,
    chained,
)
from avatar_core.money import Stars
from avatar_core.ports import Clock, StatementLine, Violation
from avatar_core.runs import HOLD_LIMIT
from avatar_core.tasks import tasks_after

BATCH = 5_000
_LAST_VERSION = 2**63 - 1

_POSTINGS = """
    SELECT e.account, e.transfer, e.amount, e.balance, e.version, e.digest,
        t.kind, t.source, t.target, t.unit, t.amount, (t.cause).type, (t.cause).id, t.at, t.reverses
    FROM avatar.accounts a
    JOIN avatar.entries e ON e.account = a.name AND e.version IS NOT NULL
    JOIN avatar.transfers t ON t.key = e.transfer
    WHERE a.customer = %s ORDER BY e.number
"""
_FIRST_UNSEALED = """
    SELECT coalesce(
        (SELECT max(day) + 1 FROM avatar.seals), (SELECT min(at AT TIME ZONE 'UTC')::date FROM avatar.transfers))
"""
_OF_DAY = """
    SELECT key, kind, source, target, unit, amount, (cause).type, (cause).id, at, reverses FROM avatar.transfers
    WHERE at >= %s AND at < %s AND key > %s COLLATE "C" ORDER BY key COLLATE "C" LIMIT %s
"""


class PostgresBooks:
    """Reads the ledger of one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def statement(self, customer: CustomerId, *, limit: int, before: int | None = None) -> list[StatementLine]:
        """Return the latest lines first, those before a version of the available account when one is given.

        Reads ``limit`` entries backwards from an index, whatever the account's length.
        """
        newest = _LAST_VERSION if before is None else before
        rows = await self._database.rows("SELECT * FROM avatar.statement(%s, %s, %s)", customer, newest, limit)
        return [
            StatementLine(at.astimezone(UTC), kind, service, Stars(amount), Stars(balance), key, version, plan)
            for at, kind, service, amount, balance, key, version, plan in rows
        ]

    async def postings(self, customer: CustomerId) -> list[Posting]:
        """Return every posting that touches the customer, in order."""
        entries: dict[Transfer, dict[AccountName, Entry]] = {}
        for entry, transfer in map(_entered, await self._database.long_rows(_POSTINGS, customer)):
            entries.setdefault(transfer, {})[entry.account] = entry
        return [_posting(transfer, known) for transfer, known in entries.items()]

    async def totals(self, network: NetworkId) -> dict[str, int]:
        """Return the sum of entries per business account of a network, in minor units."""
        rows = await self._database.long_rows("SELECT * FROM avatar.totals(%s)", network)
        return {account: int(total) for account, total in rows}

    async def seal(self, until: date) -> list[Seal]:
        """Seal every day up to this one that has no seal yet, the first transfer's day first.

        Raises ConcurrentChange when a transfer came into a day while it was being sealed.
        """
        made = []
        ((day,),) = await self._database.long_rows(_FIRST_UNSEALED)
        while day is not None and day <= until:
            seal = await self._sealed(day)
            facts = (seal.day, seal.digest, seal.transfers, self._clock.now())
            if await self._database.long_rows("SELECT 1 WHERE avatar.seal(%s, %s, %s, %s)", *facts):
                made.append(seal)
            day += timedelta(days=1)
        return made

    async def _sealed(self, day: date) -> Seal:
        """Compute the seal of a day as it stands."""
        sealing, key, begins = Sealing(day), "", datetime.combine(day, time(), UTC)
        while rows := await self._database.long_rows(_OF_DAY, begins, begins + timedelta(days=1), key, BATCH):
            for row in rows:
                sealing.add(_transferred(*row))
            key = rows[-1][0]
        return sealing.seal()

    async def violations(self) -> list[Violation]:
        """Check every law over all books: most of them as SQL, the hash chain entry by entry as it streams by."""
        found = []
        for law, sql in LAWS.items():
            rows = await self._database.long_rows(MOMENT + sql, self._clock.now(), HOLD_LIMIT)
            found += [Violation(law, subject or "", detail or "") for subject, detail in rows]
        found += await self._forgotten_tasks()
        found += [broken async for broken in self._broken_seals()]
        return found + [broken async for broken in self._broken_chains()]

    async def _forgotten_tasks(self) -> list[Violation]:
        found = []
        for reactions, count, example, name, facts, at in await self._database.long_rows(REACTIONS):
            detail = f"{count} × {name} with {', '.join(reactions) or 'nothing'}"
            try:
                expected = sorted(task.reaction for task in tasks_after(read_happening(example, name, facts, at)))
            except EventUnreadable as error:
                found.append(Violation("I7: an event has its tasks", example, f"{detail}; {error}"))
                continue
            if sorted(reactions) != expected:
                found.append(Violation("I7: an event has its tasks", example, detail))
        return found

    async def _broken_seals(self) -> AsyncIterator[Violation]:
        for day, digest, transfers in await self._database.rows("SELECT day, digest, transfers FROM avatar.seals"):
            now = await self._sealed(day)
            if now != Seal(day, digest, transfers):
                detail = f"{now.transfers} transfers, {transfers} under the seal"
                yield Violation("a sealed day stays as it was", day.isoformat(), detail)

    async def _broken_chains(self) -> AsyncIterator[Violation]:
        """Fold each account from its first entry; after a broken link its account is believed again."""
        folded = Account(AccountName(""))
        async for entry, transfer in self._entries():
            if entry.account != folded.name:
                folded = Account(entry.account)
            if entry.balance != folded.balance + entry.amount:
                yield Violation("I2: balance is the sum", entry.account, f"entry {entry.version}")
            if entry.digest != chained(folded.digest, entry, transfer):
                yield Violation("the hash chain is whole", entry.account, f"entry {entry.version}")
            folded = Account(entry.account, entry.balance or 0, entry.version or 0, entry.digest or GENESIS)

    async def _entries(self) -> AsyncIterator[tuple[Entry, Transfer]]:
        account, version = "", 0
        while rows := await self._database.long_rows(CHAIN, account, version, BATCH):
            for row in rows:
                yield _entered(row)
            account, version = rows[-1][0], rows[-1][4]


def _entered(row: TupleRow) -> tuple[Entry, Transfer]:
    """Read an entry's six columns and its transfer's nine."""
    account, key, *of_entry = row[:6]
    return Entry(account, key, *of_entry), _transferred(key, *row[6:])


def _transferred(key: str, kind: str, *facts: Any) -> Transfer:  # noqa: ANN401  (the columns' own types)
    source, target, unit, amount, cause_type, cause_id, at, reverses = facts
    cause, moment = Cause(cause_type, cause_id), at.astimezone(UTC)
    return Transfer(key, TransferKind(kind), source, target, unit, amount, cause, moment, reverses)


def _posting(transfer: Transfer, known: dict[AccountName, Entry]) -> Posting:
    """Complete a transfer's two entries: those of the business's own accounts carry nothing but the amount."""
    debit = known.get(transfer.source) or Entry(transfer.source, transfer.key, -transfer.amount)
    credit = known.get(transfer.target) or Entry(transfer.target, transfer.key, transfer.amount)
    return Posting(transfer, (debit, credit))
