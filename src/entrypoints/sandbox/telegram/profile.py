"""Methods about the bot itself: who it is, its commands and descriptions; and those that always answer true."""

from typing import Annotated

from pydantic import BaseModel, Field

from .records import Json
from .refusals import bad_request
from .wire import AsJson, Call, Handler, Params

MAX_COMMANDS = 100
_LONGEST = {"setMyName": 64, "setMyDescription": 512, "setMyShortDescription": 120}


class _Command(BaseModel):
    command: str
    description: str


class _Scope(BaseModel):
    type: str
    chat_id: int | str | None = None
    user_id: int | None = None

    def key(self) -> str:
        return "/".join(str(part) for part in (self.type, self.chat_id, self.user_id) if part is not None)


class _Audience(Params):
    scope: Annotated[_Scope, AsJson] = _Scope(type="default")
    language_code: str = ""


class SetCommands(_Audience):
    """Parameters of setMyCommands."""

    commands: Annotated[list[_Command], AsJson]


class SetText(Params):
    """Parameters of setMyName, setMyDescription and setMyShortDescription."""

    language_code: str = ""
    name: str = ""
    description: str = ""
    short_description: str = Field(default="")

    def text(self) -> str:
        """Return whichever text was given."""
        return self.name or self.description or self.short_description


async def get_me(call: Call) -> object:
    """Tell the bot who it is."""
    can: Json = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return call.bot.wire() | can


async def set_commands(call: Call) -> object:
    """Set the commands of one scope and language."""
    asked = call.read(SetCommands)
    if len(asked.commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in asked.commands:
        name = command.command.removeprefix("/")
        is_name = name.isascii() and name.replace("_", "a").isalnum() and name == name.lower()
        if not (is_name and 1 <= len(name) <= 32):  # noqa: PLR2004 core.telegram.org/bots/api#botcommand
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command.description) <= 256:  # noqa: PLR2004 the same page
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    call.bot.commands[_key(asked)] = [command.model_dump() for command in asked.commands]
    return True


async def get_commands(call: Call) -> object:
    """Return the commands of one scope and language; none is an empty list."""
    return call.bot.commands.get(_key(call.read(_Audience)), [])


async def delete_commands(call: Call) -> object:
    """Forget the commands of one scope and language."""
    call.bot.commands.pop(_key(call.read(_Audience)), None)
    return True


def _key(audience: _Audience) -> tuple[str, str]:
    return audience.scope.key(), audience.language_code


async def set_text(call: Call) -> object:
    """Set the bot's name, description or short description for a language."""
    asked = call.read(SetText)
    if len(asked.text()) > _LONGEST[call.method]:
        raise bad_request(f"{call.method.removeprefix('setMy').lower()} is too long")
    call.bot.texts[call.method.removeprefix("set"), asked.language_code] = asked.text()
    return True


async def get_text(call: Call) -> object:
    """Return the bot's name, description or short description for a language."""
    name = call.method.removeprefix("get")
    field = {"MyName": "name", "MyDescription": "description", "MyShortDescription": "short_description"}[name]
    fallback = call.bot.first_name if name == "MyName" else ""
    return {field: call.bot.texts.get((name, call.read(SetText).language_code), fallback)}


async def agree(_call: Call) -> object:
    """Answer true: nothing of it shows in a private chat."""
    return True


METHODS: dict[str, Handler] = {
    "getMe": get_me,
    "setMyCommands": set_commands,
    "getMyCommands": get_commands,
    "deleteMyCommands": delete_commands,
    "setMyName": set_text,
    "setMyDescription": set_text,
    "setMyShortDescription": set_text,
    "getMyName": get_text,
    "getMyDescription": get_text,
    "getMyShortDescription": get_text,
    "setMyDefaultAdministratorRights": agree,
    "setChatMenuButton": agree,
    "setMessageReaction": agree,
    "pinChatMessage": agree,
    "unpinChatMessage": agree,
    "unpinAllChatMessages": agree,
    "close": agree,
    "logOut": agree,
}
