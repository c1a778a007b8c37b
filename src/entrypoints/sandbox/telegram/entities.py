"""Formatted text, read the way Telegram reads it.

Rules and texts: core.telegram.org/bots/api#html-style and tdlib's MessageEntity.cpp.  Offsets of entities count
UTF-16 units, offsets in errors count bytes, lengths of texts count characters, as there.
"""

import re
from dataclasses import dataclass

from .records import Json
from .refusals import bad_request

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot));?")
_TAG = re.compile(r"<(/?)([^\s<>]*)((?:\s[^<>]*)?)>")
_ATTRIBUTE = re.compile(r"""\s+([^\s=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+)))?""")
_COMMAND = re.compile(r"(?<![\w/])/([A-Za-z0-9_]{1,64})(?:@[A-Za-z0-9_]{3,32})?")


@dataclass(frozen=True, slots=True)
class _OpenTag:
    name: str
    attributes: dict[str, str]
    at_unit: int


def utf16_length(text: str) -> int:
    """Return the length of `text` in UTF-16 units, which is how Telegram counts offsets."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def commands_in(text: str) -> list[Json]:
    """Return the bot_command entities that a client marks in what a person typed."""
    return [
        {
            "type": "bot_command",
            "offset": utf16_length(text[: found.start()]),
            "length": utf16_length(found.group()),
        }
        for found in _COMMAND.finditer(text)
    ]


def parse(text: str, parse_mode: str | None) -> tuple[str, list[Json]]:
    """Return the text as people see it, and its entities.  Raises ApiRefusal for markup that does not parse."""
    if not parse_mode:
        return text.strip(), []
    if parse_mode.lower() != "html":
        raise bad_request("Unsupported parse_mode")
    plain, entities = _Html(text).read()
    return _trimmed(plain, entities)


def _trimmed(plain: str, entities: list[Json]) -> tuple[str, list[Json]]:
    lead = utf16_length(plain) - utf16_length(plain.lstrip())
    stripped = plain.strip()
    size = utf16_length(stripped)
    kept: list[Json] = []
    for entity in entities:
        start = max(0, int(str(entity["offset"])) - lead)
        end = min(size, int(str(entity["offset"])) + int(str(entity["length"])) - lead)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return stripped, kept


class _Html:
    """One pass over an HTML text, keeping a stack of open tags."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._plain: list[str] = []
        self._units = 0
        self._open: list[_OpenTag] = []
        self._entities: list[Json] = []

    def read(self) -> tuple[str, list[Json]]:
        at = 0
        while at < len(self._source):
            at = self._tag(at) if self._source[at] == "<" else self._letter(at)
        if self._open:
            raise _unparsable(f'Can\'t find end tag corresponding to start tag "{self._open[-1].name}"')
        self._entities.sort(key=lambda entity: (int(str(entity["offset"])), -int(str(entity["length"]))))
        return "".join(self._plain), self._entities

    def _write(self, letters: str) -> None:
        self._plain.append(letters)
        self._units += utf16_length(letters)

    def _letter(self, at: int) -> int:
        reference = _REFERENCE.match(self._source, at)
        if reference is None:
            self._write(self._source[at])
            return at + 1
        self._write(_referred(reference))
        return reference.end()

    def _tag(self, at: int) -> int:
        byte = len(self._source[:at].encode())
        tag = _TAG.match(self._source, at)
        if tag is None:
            self._refuse_unclosed(at, byte)
            return at
        if tag[1]:
            self._close(tag[2].lower(), byte)
        else:
            self._start(tag[2].lower(), tag[3], byte)
        return tag.end()

    def _refuse_unclosed(self, at: int, byte: int) -> None:
        if self._source.startswith("</", at):
            raise _unparsable("Unclosed end tag" if self._open else "Unexpected end tag", byte)
        name = re.split(r"[\s>]", self._source[at + 1 :], maxsplit=1)[0].lower()
        if name not in _TAGS and len(name) < len(self._source) - at - 1:
            raise _unparsable(f'Unsupported start tag "{name}"', byte)
        raise _unparsable("Unclosed start tag", byte)

    def _start(self, name: str, attributes: str, byte: int) -> None:
        if name not in _TAGS:
            raise _unparsable(f'Unsupported start tag "{name}"', byte)
        given = {
            found[1].lower(): _REFERENCE.sub(_referred, found[2] or found[3] or found[4] or "")
            for found in _ATTRIBUTE.finditer(attributes)
        }
        if name == "span" and given.get("class") != "tg-spoiler":
            raise _unparsable('Tag "span" must have class "tg-spoiler"', byte)
        self._open.append(_OpenTag(name, given, self._units))

    def _close(self, name: str, byte: int) -> None:
        if not self._open:
            raise _unparsable("Unexpected end tag", byte)
        tag = self._open.pop()
        if name and name != tag.name:
            raise _unparsable("Unmatched end tag", byte, f', expected "</{tag.name}>", found "</{name}>"')
        if self._units > tag.at_unit:
            self._entities.append(self._entity(tag))

    def _entity(self, tag: _OpenTag) -> Json:
        entity: Json = {"type": _TAGS[tag.name], "offset": tag.at_unit, "length": self._units - tag.at_unit}
        if tag.name == "a":
            entity["url"] = tag.attributes.get("href") or "".join(self._plain)[-(self._units - tag.at_unit) :]
        if tag.name == "tg-emoji":
            entity["custom_emoji_id"] = tag.attributes.get("emoji-id", "")
        if tag.name == "blockquote" and "expandable" in tag.attributes:
            entity["type"] = "expandable_blockquote"
        return entity


def _referred(reference: "re.Match[str]") -> str:
    hexadecimal, decimal, name = reference.groups()
    if name:
        return _NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code < 0x10FFFF else reference.group()  # noqa: PLR2004 the last code point of Unicode


def _unparsable(reason: str, byte: int | None = None, rest: str = "") -> Exception:
    where = "" if byte is None else f" at byte offset {byte}"
    return bad_request(f"can't parse entities: {reason}{where}{rest}")
