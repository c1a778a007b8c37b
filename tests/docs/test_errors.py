"""What the pages tell developers of errors and ids is so."""

import inspect
import re

from avatar_core import errors, ids
from avatar_core.errors import OutsideError
from tests.docs.pages import DOCS, blocks_of, codes, rows

LIBRARY = DOCS / "how-to" / "use-as-a-library.md"
OUTSIDE = {
    name
    for name, each in vars(errors).items()
    if inspect.isclass(each) and issubclass(each, OutsideError) and each is not OutsideError
}


def told(when: str) -> set[str]:
    """Return which errors the reference says are to be tried again later, or never."""
    (row,) = (row for row in rows(DOCS / "reference" / "errors.md") if len(row) == 2 and row[0].startswith(when))
    return set(codes(row[1])) & OUTSIDE


def test_of_every_error_from_outside_it_is_told_once_whether_to_try_again() -> None:
    assert told("later") | told("never") == OUTSIDE
    assert not told("later") & told("never")


def test_the_guide_tells_the_same_as_the_reference() -> None:
    (example,) = (block.text for block in blocks_of(LIBRARY) if "TRY_AGAIN_LATER" in block.text)
    assert set(re.findall(r"errors\.(\w+)", example)) == told("later")
    (others,) = (line for line in LIBRARY.read_text(encoding="utf-8").splitlines() if line.startswith("All others"))
    assert set(codes(others)) == told("never")


def test_the_guide_names_the_ids_that_are_numbers() -> None:
    kinds = {name: each.__supertype__ for name, each in vars(ids).items() if hasattr(each, "__supertype__")}
    (line,) = (each for each in LIBRARY.read_text(encoding="utf-8").splitlines() if each.startswith("- Ids are"))
    assert set(codes(line)) & set(kinds) == {name for name, kind in kinds.items() if kind is int}
