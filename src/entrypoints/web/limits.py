"""What nobody needs to send: bodies over 1 MB, and bodies that never end."""

import asyncio

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY_BYTES = 1024 * 1024
BODY_WITHIN_S = 15.0
HEARD_OUT = 8
"""A sender that is cut off in the middle sees a broken connection: up to so many times the limit it is not."""


class _TooLarge(Exception):
    pass


class _Gone(Exception):
    pass


class BodyLimit:
    """Reads each body before the app sees it, up to a size and a time; answers 413 and 408 by itself."""

    def __init__(self, app: ASGIApp, largest_bytes: int = LARGEST_BODY_BYTES, within_s: float = BODY_WITHIN_S) -> None:
        self._app = app
        self._largest_bytes = largest_bytes
        self._within_s = within_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._within_s):
                messages = await self._read(receive)
        except _Gone:
            return  # there is nobody to answer, and nothing to be said about it: a stranger could fill the log
        except _TooLarge:
            await PlainTextResponse("The body is too large.", 413, {"Connection": "close"})(scope, receive, send)
        except TimeoutError:
            await PlainTextResponse("The body took too long.", 408, {"Connection": "close"})(scope, receive, send)
        else:
            await self._app(scope, _replayed(messages, receive), send)

    async def _read(self, receive: Receive) -> list[Message]:
        """Return the whole body; of a larger one some is read and dropped, so that the sender hears the answer."""
        messages: list[Message] = []
        size_bytes, more = 0, True
        while more and size_bytes <= HEARD_OUT * self._largest_bytes:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            size_bytes += len(message.get("body", b""))
            more = message.get("more_body", False)
            if size_bytes > self._largest_bytes:
                messages.clear()
            else:
                messages.append(message)
        if size_bytes > self._largest_bytes:
            raise _TooLarge
        return messages


def _replayed(messages: list[Message], receive: Receive) -> Receive:
    left = iter(messages)

    async def replay() -> Message:
        for message in left:
            return message
        return await receive()

    return replay
