"""The outer form of requests and answers: JSON, form and multipart in, JSON out."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, TypeAlias, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request

from .markup import Markup
from .records import Json
from .refusals import bad_request
from .state import BotAccount, World


class Params(BaseModel):
    """A method's parameters; unknown ones are ignored, as Telegram ignores them."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


Read = TypeVar("Read", bound=Params)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the request."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a method of the Bot API."""

    world: World
    bot: BotAccount
    method: str
    params: Json
    perform: "Performer"
    uploads: dict[str, Upload] = field(default_factory=dict)

    def read(self, model: type[Read]) -> Read:
        """Return the parameters as `model`.  Raises ApiRefusal in Telegram's words."""
        try:
            return model.model_validate(self.params)
        except ValidationError as error:
            raise bad_request(_worded(error)) from error


Handler: TypeAlias = Callable[[Call], Awaitable[object]]
Performer: TypeAlias = Callable[[BotAccount, str, Json], Awaitable[object]]
"""Carries out a method that a bot asked for otherwise than by a request: in its answer to a webhook."""


def _decoded(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        decoded: object = json.loads(value)
    except ValueError as error:
        raise ValueError("not a JSON object") from error
    return decoded


AsJson = BeforeValidator(_decoded)
ReplyMarkup = Annotated[Markup | None, AsJson]
Names = Annotated[list[str] | None, AsJson]
Numbers = Annotated[list[int], AsJson]

_MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "user_id": "invalid user_id specified",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "file_id": "file_id not specified",
    "action": "wrong parameter action in request",
}
_UNREADABLE = {
    "reply_markup": "can't parse reply keyboard markup JSON object",
    "prices": "can't parse prices JSON object",
    "media": "can't parse media JSON object",
    "commands": "can't parse commands JSON object",
    "message_ids": "can't parse message identifiers JSON object",
    "scope": "can't parse BotCommandScope JSON object",
    "user_id": "invalid user_id specified",
    "chat_id": "chat not found",
    "message_id": "message to edit not found",
}


def _worded(error: ValidationError) -> str:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "request"
    if first["type"] == "missing" and len(first["loc"]) == 1:
        return _MISSING.get(name, f'parameter "{name}" is required')
    return _UNREADABLE.get(name, f'parameter "{name}" is invalid')


async def read_request(request: Request) -> tuple[Json, dict[str, Upload]]:
    """Return the parameters and files of a request; the empty string counts as absent, as in Telegram."""
    params: Json = dict(request.query_params)
    uploads: dict[str, Upload] = {}
    if request.headers.get("content-type", "").startswith("application/json"):
        body = await request.body()
        params |= _json_object(body) if body else {}
    elif request.method == "POST":
        async with request.form(max_part_size=64 * 1024 * 1024, max_files=100, max_fields=1000) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    mime = value.content_type or "application/octet-stream"
                    uploads[name] = Upload(value.filename or name, mime, await value.read())
                else:
                    params[name] = value
    return {name: value for name, value in params.items() if value not in ("", None)}, uploads


def _json_object(body: bytes) -> Json:
    try:
        decoded = json.loads(body)
    except ValueError as error:
        raise bad_request("can't parse JSON object") from error
    if not isinstance(decoded, dict):
        raise bad_request("object expected")
    return decoded
