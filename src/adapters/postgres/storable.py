"""Which text PostgreSQL can keep: the one place that knows what it refuses."""

import json
import re
from typing import Any

_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
"""NUL, which no text of PostgreSQL's holds, and halves of surrogate pairs, which are no characters in UTF-8.

https://www.postgresql.org/docs/current/datatype-json.html
"""


def storable(text: str) -> str:
    """Return the text with the replacement character U+FFFD for each character that cannot be kept."""
    return _UNSTORABLE.sub("\ufffd", text)


def storable_json(value: object) -> str:
    """Return JSON of plain values with all texts in them storable, the names in objects too."""
    return json.dumps(_cleaned(value))


def _cleaned(value: Any) -> Any:  # noqa: ANN401  whatever JSON can hold
    match value:
        case str():
            return storable(value)
        case list() | tuple():
            return [_cleaned(each) for each in value]
        case dict():
            return {storable(name): _cleaned(each) for name, each in value.items()}
        case _:
            return value
