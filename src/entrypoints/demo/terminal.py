"""A chat shown as a conversation in the terminal, while it happens."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import groupby

from rich.align import Align
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from entrypoints.demo.sayings import Sayings
from entrypoints.sandbox.telegram import ChatMessage, Customer, Happening

_LOOK_EVERY_S = 0.2
_PERCENT = re.compile(r"(\d{1,3})\s?%")
_BAR_WIDTH, _BUBBLE_WIDTH = 32, 72
_UNSEEN = {"action", "toast", "deleted"}
"""What a person notices in passing only: "typing…", a spinner that stops, a message that another one replaces."""
_MESSAGES = {"sent", "edited", "paid"}
"""What a message stays of; it may have been deleted by the time it is drawn."""


@contextlib.asynccontextmanager
async def shown(customer: Customer, console: Console, sayings: Sayings) -> AsyncIterator[None]:
    """Print everything that happens in the chat until the block ends."""
    follower = _Follower(customer, console, sayings)
    watching = asyncio.create_task(follower.follow())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        follower.look()
        follower.look()


class _Follower:
    """Reads the chat's history and prints what a person would notice, one look later than it happened.

    By then an older message that was edited meanwhile is known, and is drawn where it stands: above newer ones.
    """

    def __init__(self, customer: Customer, console: Console, sayings: Sayings) -> None:
        self._customer, self._console, self._sayings = customer, console, sayings
        self._read = 0
        self._waiting: list[Happening] = []
        self._asked = False
        """Whether the customer waits for an answer: what is edited then is looked at whole."""

    async def follow(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(_LOOK_EVERY_S)

    def look(self) -> None:
        history, known = self._customer.history, set(map(id, self._waiting))
        news = [one for one in history[self._read :] if one.kind not in _UNSEEN]
        self._read = len(history)
        as_seen = _as_seen([*self._waiting, *news])
        due = max((place for place, one in enumerate(as_seen, start=1) if id(one) in known), default=0)
        self._waiting = as_seen[due:]
        for line in self._drawn(as_seen[:due]):
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
            if message is not None:
                yield self._message(message, together)
                self._asked = not message.is_from_bot and bool(message.text)
            elif together[-1].kind not in _MESSAGES:
                self._asked = True
                yield self._aside(together[-1])

    def _message(self, message: ChatMessage, happenings: Sequence[Happening]) -> RenderableType:
        if message.payment is not None:
            return _to_the_right(self._sayings.paid.format(amount=message.payment["total_amount"]))
        if message.invoice is not None:
            pay = self._sayings.pay.format(amount=message.invoice.amount)
            return _bubble([Text(f"🧾 {message.invoice.description}"), _buttons([pay])], is_from_bot=True)
        if happenings[-1].kind == "edited" and not self._asked:
            return _in_passing(message)
        pictures = [Text("🖼 " * len(happenings))] if message.photo or message.document else []
        words = [Text(message.text)] if message.text or not pictures else []
        rows = [_buttons([button.text for button in row]) for row in message.rows]
        return _bubble([*pictures, *words, *rows], is_from_bot=message.is_from_bot)

    def _aside(self, happening: Happening) -> RenderableType:
        signs = {"tap": "👆", "payment failed": self._sayings.failed}
        return _to_the_right(f"{signs.get(happening.kind, happening.kind)} {happening.text}")


def _in_passing(message: ChatMessage) -> RenderableType:
    """Draw what the bot edits by itself in one line: how far it is."""
    percent = _PERCENT.search(message.text)
    return _progress(int(percent[1])) if percent else Text(f"  {message.text.splitlines()[0]}", style="blue")


def _as_seen(happenings: Sequence[Happening]) -> list[Happening]:
    """Put what the bot did between two acts of the customer in the order of its messages on the screen."""
    runs = groupby(happenings, lambda one: one.is_from_bot and one.message_id is not None)
    return [
        one for is_bot, run in runs for one in (sorted(run, key=lambda one: one.message_id or 0) if is_bot else run)
    ]


def _to_the_right(text: str) -> RenderableType:
    return Align(Text(text, style="green"), "right")


def _bubble(parts: Sequence[Text], *, is_from_bot: bool) -> RenderableType:
    longest = max((cell_len(line) for part in parts for line in part.plain.split("\n")), default=0)
    style = "blue" if is_from_bot else "green"
    panel = Panel(Group(*parts), border_style=style, width=min(longest + 4, _BUBBLE_WIDTH))
    return Align(panel, "left" if is_from_bot else "right")


def _buttons(labels: Sequence[str]) -> Text:
    return Text("  ".join(f"[{label}]" for label in labels), style="bold cyan")


def _progress(percent: int) -> RenderableType:
    line = Table.grid(padding=(0, 1))
    line.add_row(" ", ProgressBar(total=100, completed=percent, width=_BAR_WIDTH), f"{percent} %")
    return line
