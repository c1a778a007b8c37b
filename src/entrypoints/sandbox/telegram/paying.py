"""What in a chat can be paid: an invoice message, a forwarded copy, a link."""

from dataclasses import dataclass

from .purchases import CannotDo
from .records import Invoice, Message
from .screen import ChatMessage, transcript
from .state import Chat, World


@dataclass(frozen=True, slots=True)
class ForwardedInvoice:
    """A forwarded copy: it has a Pay button only if the bot gave its invoice no start_parameter."""

    invoice: Invoice

    @property
    def deep_link(self) -> str | None:
        """What the copy's button opens instead of a payment."""
        return self.invoice.start_parameter or None


def payable(
    world: World, chat: Chat, what: ChatMessage | ForwardedInvoice | str | None
) -> tuple[Invoice, Message | None]:
    """Return the invoice behind `what` and the message that carries it.  Raises CannotDo when no button pays."""
    if isinstance(what, str):
        if what not in world.links:
            raise CannotDo(f"no invoice behind {what}")
        return world.links[what], None
    if isinstance(what, ForwardedInvoice):
        if what.deep_link is not None:
            raise CannotDo("a forwarded copy of an invoice with start_parameter has no Pay button")
        return what.invoice, None
    shown = [(one.invoice, one) for one in chat.visible() if one.invoice is not None]
    wanted = [pair for pair in shown if what is None or pair[1].message_id == what.message_id]
    if not wanted:
        raise CannotDo(f"no invoice to pay\n{transcript(chat)}")
    if wanted[-1][1].is_invoice_paid:
        raise CannotDo("this invoice is paid: its button shows the receipt now")
    return wanted[-1]
