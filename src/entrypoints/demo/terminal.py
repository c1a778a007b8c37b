"""A chat shown as a conversation in the terminal, while it happens."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import groupby

from rich.align import Align
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from entrypoints.sandbox.telegram import Button, ChatMessage, Customer, Happening

_LOOK_EVERY_S = 0.1
_PERCENT = re.compile(r"(\d{1,3})\s?%")
_BAR_WIDTH, _BUBBLE_WIDTH = 32, 72
_UNSEEN = {"action", "toast"}
"""What a person notices in passing only: "typing…", a spinner that stops."""
_ASIDES = {"tap": "👆", "paid": "💫 paid", "payment failed": "✗ payment failed"}


@contextlib.asynccontextmanager
async def shown(customer: Customer, console: Console) -> AsyncIterator[None]:
    """Print everything that happens in the chat until the block ends."""
    follower = _Follower(customer, console)
    watching = asyncio.create_task(follower.follow())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        follower.catch_up()


class _Follower:
    """Reads the chat's history and prints what a person would notice."""

    def __init__(self, customer: Customer, console: Console) -> None:
        self._customer, self._console = customer, console
        self._printed = 0

    async def follow(self) -> None:
        while True:
            self.catch_up()
            await asyncio.sleep(_LOOK_EVERY_S)

    def catch_up(self) -> None:
        history = self._customer.history
        new = [one for one in history[self._printed :] if one.kind not in _UNSEEN]
        self._printed = len(history)
        for line in self._drawn(new):
            self._console.print(line)

    def _drawn(self, happenings: Sequence[Happening]) -> Iterator[RenderableType]:
        """Draw albums as one message, and of several edits at once the last."""
        messages = {one.message_id: one for one in self._customer.chat}

        def album(happening: Happening) -> object:
            message = messages.get(happening.message_id or 0)
            is_album = message is not None and bool(message.photo or message.document)
            return (happening.kind, is_album, happening.is_from_bot, None if is_album else happening.message_id)

        for _, group in groupby(happenings, album):
            together = list(group)
            message = messages.get(together[-1].message_id or 0)
            yield _aside(together[-1]) if message is None else _bubble(message, together)


def _aside(happening: Happening) -> RenderableType:
    sign = _ASIDES.get(happening.kind, happening.kind)
    return Align(Text(f"{sign} {happening.text}", style="green"), "right")


def _bubble(message: ChatMessage, happenings: Sequence[Happening]) -> RenderableType:
    if happenings[-1].kind == "edited" and (percent := _PERCENT.search(message.text)):
        return _progress(int(percent[1]))
    parts: list[RenderableType] = []
    if message.photo or message.document:
        parts.append(Text("🖼 " * len(happenings)))
    words = message.text or ("" if parts else happenings[-1].text)
    if words:
        parts.append(Text(words))
    parts.extend(Text("  ".join(map(_label, row)), style="bold cyan") for row in message.rows)
    style, side = ("blue", "left") if message.is_from_bot else ("green", "right")
    longest = max((len(line) for part in parts if isinstance(part, Text) for line in part.plain.split("\n")), default=0)
    panel = Panel(Group(*parts), border_style=style, width=min(longest + 8, _BUBBLE_WIDTH))
    return Align(panel, "left" if side == "left" else "right")


def _label(button: Button) -> str:
    return f"[{button.text}]"


def _progress(percent: int) -> RenderableType:
    line = Table.grid(padding=(0, 1))
    line.add_row(" ", ProgressBar(total=100, completed=percent, width=_BAR_WIDTH), f"{percent} %")
    return line
