"""The same powers over HTTP under /sandbox: for a page, another process, or curl.

POST /sandbox/bots                              {token, username?, first_name?}
POST /sandbox/people                            {first_name?, username?, language_code?, person_id?}
GET  /sandbox/bots/{bot_id}/chats/{person_id}   messages on the screen, history, keyboard, purse
POST …/write {text}   …/tap {wanted, message_id?}   …/pay {message_id?, link?, payer_id?}   …/decline {message_id?}
POST …/photo  …/album  …/document               multipart `files`, `caption`
POST …/block  …/unblock
GET  /sandbox/files/{file_id}
POST /sandbox/faults (a Fault's fields)   DELETE /sandbox/faults   POST /sandbox/clock {advance_s}
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response, UploadFile
from pydantic import BaseModel

from .customer import Customer
from .faults import Fault, Faults
from .purchases import CannotDo, bot_of
from .records import Json, Message, Person
from .screen import ChatMessage, seen
from .state import World


class NewBot(BaseModel):
    """A bot to register."""

    token: str
    username: str = "demo_bot"
    first_name: str = "Demo"


class NewPerson(BaseModel):
    """A person to make."""

    first_name: str = "Visitor"
    username: str | None = None
    language_code: str | None = "en"
    person_id: int | None = None


class Written(BaseModel):
    """A text to send."""

    text: str


class Tapped(BaseModel):
    """A button to tap."""

    wanted: str
    message_id: int | None = None


class Paid(BaseModel):
    """An invoice to pay: the newest, that of a message, or that behind a link; by somebody else if told."""

    message_id: int | None = None
    link: str | None = None
    payer_id: int | None = None


class Advance(BaseModel):
    """Seconds to push the clock ahead."""

    advance_s: float


class Control:
    """Handlers of the control routes."""

    def __init__(self, world: World, faults: Faults) -> None:
        """Control `world` and its `faults`."""
        self._world = world
        self._faults = faults

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/sandbox")
        chat = "/bots/{bot_id}/chats/{person_id}"
        handlers: dict[str, Callable[..., object]] = {
            "/bots": self.add_bot,
            "/people": self.add_person,
            "/faults": self.add_fault,
            "/clock": self.advance,
            f"{chat}/write": self.write,
            f"{chat}/tap": self.tap,
            f"{chat}/photo": self.album,
            f"{chat}/album": self.album,
            f"{chat}/document": self.document,
            f"{chat}/pay": self.pay,
            f"{chat}/decline": self.decline,
            f"{chat}/block": self.block,
            f"{chat}/unblock": self.unblock,
        }
        for path, handler in handlers.items():
            router.add_api_route(path, handler, methods=["POST"])
        router.add_api_route(chat, self.chat, methods=["GET"])
        router.add_api_route("/files/{file_id}", self.file, methods=["GET"])
        router.add_api_route("/faults", self.clear_faults, methods=["DELETE"])
        return router

    def _customer(self, bot_id: int, person_id: int) -> Customer:
        person = self._world.people.get(person_id)
        if person is None or bot_id not in self._world.bots_by_id:
            raise HTTPException(404, "no such bot or person")
        return Customer(self._world, person, bot_of(self._world, bot_id))

    async def add_bot(self, new: NewBot) -> Json:
        """Register a bot."""
        return self._world.add_bot(new.token, new.username, new.first_name).wire()

    async def add_person(self, new: NewPerson) -> Json:
        """Make a person."""
        person_id = new.person_id or self._world.next_person_id()
        return self._world.add_person(Person(person_id, new.first_name, new.username, new.language_code)).wire()

    async def chat(self, bot_id: int, person_id: int) -> Json:
        """Return a chat as it looks now."""
        customer = self._customer(bot_id, person_id)
        chat = self._world.chat(customer.bot, customer.person)
        return {
            "messages": [self._shown(message) for message in chat.visible()],
            "history": [{"kind": line.kind, "at": line.at_s, "text": line.text} for line in chat.log],
            "keyboard": chat.reply_keyboard,
            "stars": customer.stars,
        }

    async def write(self, bot_id: int, person_id: int, written: Written) -> Json:
        """Send a text."""
        return self._sent(bot_id, person_id, await self._customer(bot_id, person_id).write(written.text))

    async def tap(self, bot_id: int, person_id: int, tapped: Tapped) -> Json:
        """Tap a button; 409 tells why that is impossible."""
        customer = self._customer(bot_id, person_id)
        try:
            query = await customer.tap(tapped.wanted, _by_id(customer, tapped.message_id))
        except CannotDo as reason:
            raise HTTPException(409, str(reason)) from reason
        return {"query_id": query.query_id if query else None}

    async def album(
        self, bot_id: int, person_id: int, files: list[UploadFile], caption: Annotated[str, Form()] = ""
    ) -> list[Json]:
        """Send one photo, or 2 to 10 as an album."""
        customer = self._customer(bot_id, person_id)
        contents = [await file.read() for file in files]
        try:
            if len(contents) == 1:
                return [self._sent(bot_id, person_id, await customer.send_photo(contents[0], caption))]
            return [self._sent(bot_id, person_id, one) for one in await customer.send_album(contents, caption)]
        except CannotDo as reason:
            raise HTTPException(409, str(reason)) from reason

    async def document(
        self, bot_id: int, person_id: int, files: list[UploadFile], caption: Annotated[str, Form()] = ""
    ) -> list[Json]:
        """Send files as they are."""
        customer = self._customer(bot_id, person_id)
        sent = [
            await customer.send_document(
                await file.read(), file.filename or "file", file.content_type or "application/octet-stream", caption
            )
            for file in files
        ]
        return [self._sent(bot_id, person_id, one) for one in sent]

    async def pay(self, bot_id: int, person_id: int, paid: Paid) -> Json:
        """Pay, and tell how it ended."""
        customer = self._customer(bot_id, person_id)
        payer = self._customer(bot_id, paid.payer_id) if paid.payer_id else None
        try:
            outcome = await customer.pay(paid.link or _by_id(customer, paid.message_id), payer)
        except CannotDo as reason:
            raise HTTPException(409, str(reason)) from reason
        return {"is_paid": outcome.is_paid, "charge_id": outcome.charge_id, "failure": outcome.failure}

    async def decline(self, bot_id: int, person_id: int, paid: Paid) -> Json:
        """Close the payment form without paying."""
        customer = self._customer(bot_id, person_id)
        await customer.decline(_by_id(customer, paid.message_id))
        return {}

    async def block(self, bot_id: int, person_id: int) -> Json:
        """Block the bot."""
        await self._customer(bot_id, person_id).block()
        return {}

    async def unblock(self, bot_id: int, person_id: int) -> Json:
        """Unblock the bot."""
        await self._customer(bot_id, person_id).unblock()
        return {}

    async def file(self, file_id: str) -> Response:
        """Return a file's bytes."""
        kept = self._world.files.get(file_id)
        if kept is None:
            raise HTTPException(404, "no such file")
        return Response(kept.content, media_type=kept.mime)

    async def add_fault(self, fault: Fault) -> Json:
        """Let something go wrong."""
        self._faults.add(fault)
        return {"to_come": len(self._faults.plan)}

    async def clear_faults(self) -> Json:
        """Let nothing more go wrong."""
        self._faults.clear()
        return {}

    async def advance(self, advance: Advance) -> Json:
        """Push the clock ahead."""
        self._world.clock.advance(advance.advance_s)
        return {"now": self._world.clock.now()}

    def _sent(self, bot_id: int, person_id: int, message: ChatMessage) -> Json:
        return self._shown(self._world.chats[bot_id, person_id].messages[message.message_id])

    def _shown(self, message: Message) -> Json:
        view = seen(message)
        return {
            "message_id": view.message_id,
            "is_from_bot": view.is_from_bot,
            "text": view.text,
            "photo": message.photo[-1].file_id if message.photo else None,
            "document": message.document.file_id if message.document else None,
            "document_name": view.document_name,
            "media_group_id": view.media_group_id,
            "buttons": [
                [{"text": one.text, "data": one.data, "url": one.url, "is_pay": one.is_pay} for one in row]
                for row in view.rows
            ],
            "invoice": message.invoice.wire() if message.invoice else None,
            "edited_count": view.edited_count,
            "date": view.date,
        }


def _by_id(customer: Customer, message_id: int | None) -> ChatMessage | None:
    if message_id is None:
        return None
    found = next((one for one in customer.chat if one.message_id == message_id), None)
    if found is None:
        raise HTTPException(404, "no such message")
    return found
