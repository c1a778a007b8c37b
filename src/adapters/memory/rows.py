"""Tables in memory that can take back what was written: the rollback of the database in memory."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from avatar_core.errors import ConcurrentChange

Key = TypeVar("Key")
Value = TypeVar("Value")


class Journal:
    """What to undo, the last first, should the transaction fail."""

    def __init__(self) -> None:
        self._undo: list[tuple[Callable[..., object], tuple[object, ...]]] = []

    def note(self, undo: Callable[..., object], *facts: object) -> None:
        """Remember how to take back one change."""
        self._undo.append((undo, facts))

    def forget(self) -> None:
        """Let everything that was written stand."""
        self._undo.clear()

    def roll_back(self) -> None:
        """Take everything back."""
        while self._undo:
            undo, facts = self._undo.pop()
            undo(*facts)


class Rows(Generic[Key, Value]):
    """One table, or one unique index: frozen values by their key."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._rows: dict[Key, Value] = {}

    def get(self, key: Key) -> Value | None:
        """Return the row, or None."""
        return self._rows.get(key)

    def __getitem__(self, key: Key) -> Value:
        """Return a row that is known to be there."""
        return self._rows[key]

    def __contains__(self, key: object) -> bool:
        """Return whether the key is taken."""
        return key in self._rows

    def __iter__(self) -> Iterator[Value]:
        """Go through the rows as of now, in the order they were first written."""
        return iter(list(self._rows.values()))

    def taken(self) -> list[Key]:
        """Return all keys, in the order they were first written."""
        return list(self._rows)

    def set(self, key: Key, value: Value) -> None:
        """Write a row, whatever was there."""
        if key in self._rows:
            self._journal.note(self._rows.__setitem__, key, self._rows[key])
        else:
            self._journal.note(self._rows.__delitem__, key)
        self._rows[key] = value

    def claim(self, key: Key, value: Value) -> None:
        """Write a row under a key that nobody else has.  Raises ConcurrentChange when another value has it."""
        if self._rows.get(key, value) != value:
            raise ConcurrentChange
        self.set(key, value)

    def insert(self, key: Key, value: Value) -> None:
        """Write a new row.  Raises ConcurrentChange when the key is taken."""
        if key in self._rows:
            raise ConcurrentChange
        self.set(key, value)

    def drop(self, key: Key) -> None:
        """Remove a row; one that is not there is removed already."""
        if key in self._rows:
            self._journal.note(self._rows.__setitem__, key, self._rows.pop(key))


class WatchedRows(Rows[Key, Value]):
    """One table, and a partial index over it: the rows for which a condition holds."""

    def __init__(self, journal: Journal, condition: Callable[[Value], bool]) -> None:
        super().__init__(journal)
        self._condition = condition
        self._watched: dict[Key, None] = {}

    def watched(self) -> list[tuple[Key, Value]]:
        """Return the keys and rows for which the condition holds."""
        return [(key, self._rows[key]) for key in self._watched]

    def set(self, key: Key, value: Value) -> None:
        """Write a row, whatever was there."""
        self._journal.note(self._look_at, key)
        super().set(key, value)
        self._look_at(key)

    def drop(self, key: Key) -> None:
        """Remove a row; one that is not there is removed already."""
        self._journal.note(self._look_at, key)
        super().drop(key)
        self._look_at(key)

    def _look_at(self, key: Key) -> None:
        """Index a row as it is now: also once a rollback has brought back what it was."""
        if key in self._rows and self._condition(self._rows[key]):
            self._watched[key] = None
        else:
            self._watched.pop(key, None)


class Groups(Generic[Key, Value]):
    """An index that is not unique: the values of each key, in the order they were added."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._groups: dict[Key, dict[Value, None]] = {}

    def of(self, key: Key) -> list[Value]:
        """Return the values of one key."""
        return list(self._groups.get(key, ()))

    def first(self, key: Key) -> Value | None:
        """Return the oldest value of one key."""
        return next(iter(self._groups.get(key, ())), None)

    def taken(self) -> list[Key]:
        """Return the keys that have values."""
        return list(self._groups)

    def add(self, key: Key, value: Value) -> None:
        """Add a value; one that is there already stays where it is."""
        if value not in self._groups.setdefault(key, {}):
            self._groups[key][value] = None
            self._journal.note(self._remove, key, value)

    def drop(self, key: Key, value: Value) -> None:
        """Remove a value; one that is not there is removed already."""
        before = self._groups.get(key, {})
        if value in before:
            self._journal.note(self._groups.__setitem__, key, before)
            self._groups[key] = dict(before)
            self._remove(key, value)

    def _remove(self, key: Key, value: Value) -> None:
        del self._groups[key][value]
        if not self._groups[key]:
            del self._groups[key]
