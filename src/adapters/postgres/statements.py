"""The statements of all units of work of a process: callers who come at the same time share them."""

from collections.abc import Sequence

from psycopg import Error

from adapters.postgres.changes import merged
from adapters.postgres.codec import Document, write_documents
from adapters.postgres.errors import Verdict, was_undone
from adapters.postgres.ferry import Ferry
from adapters.postgres.pool import Database
from adapters.postgres.storable import storable, storable_json
from avatar_core.errors import AvatarError

Asked = tuple[str, str | None, str | None, int | None, Sequence[str]]
"""A dossier's subject: kind, id, network, person, and the keys of transfers that matter."""
Found = tuple[str | None, str | None]
"""What is missing, or the dossier as JSON."""
WRITE_ONE = "SELECT avatar.write(%s::jsonb -> 0)"
_WRITTEN = Verdict(None, None, None, None)


class SharedStatements:
    """Reads dossiers and writes documents, each caller's for itself, several callers' in one statement."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._dossiers: Ferry[Asked, Found] = Ferry(self._read)
        self._documents: Ferry[Document, Verdict] = Ferry(self._write)

    async def dossier(
        self, kind: str, asked: str | None, network: str | None, person: int | None, keys: Sequence[str]
    ) -> Found:
        """Return a dossier as JSON, or what was missing."""
        return await self._dossiers.bring((kind, asked, network, person, keys))

    async def write(self, document: Document) -> None:
        """Write one document.  Raises ConcurrentChange, LedgerError, InvalidAmount and StoreUnavailable."""
        (await self._documents.bring(document)).require_written()

    async def notice(self, evidence: str) -> str | None:
        """Return one row of the evidence as JSON."""
        (row,) = await self._database.one("SELECT avatar.notice(%s)", storable(evidence))
        return None if row is None else str(row)

    async def next_number(self) -> int:
        """Draw a payment number."""
        (number,) = await self._database.one("SELECT nextval('avatar.payment_numbers')")
        return int(number)

    async def _read(self, subjects: Sequence[Asked]) -> Sequence[Found]:
        rows = await self._database.rows("SELECT missing, facts FROM avatar.dossiers(%s)", storable_json(subjects))
        return [(missing, facts) for missing, facts in rows]

    async def _write(self, documents: Sequence[Document]) -> Sequence[Verdict]:
        """Write documents of different customers as if they were one, which costs half; else each for itself."""
        if _meet(documents):
            return await self._write_each(documents)
        try:
            await self._database.one(WRITE_ONE, write_documents([merged(documents)]))
        except (AvatarError, Error) as refusal:
            if len(documents) == 1 or not was_undone(refusal):
                raise
            return await self._write_each(documents)  # one of them was refused: the others shall not fall with it
        return [_WRITTEN] * len(documents)

    async def _write_each(self, documents: Sequence[Document]) -> Sequence[Verdict]:
        rows = await self._database.rows("SELECT * FROM avatar.write_each(%s)", write_documents(documents))
        return [Verdict(*row) for row in rows]


def _meet(documents: Sequence[Document]) -> bool:
    """Return whether two of them are about the same customer, so that one would spoil the other."""
    names = [name for document in documents for name in document.get("locks", ())]
    return len(names) > len(set(names))
