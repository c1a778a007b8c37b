"""The providers in memory, for filling the holes of the trainer's and the painter's suites."""

from collections.abc import Callable

from adapters.memory import MemoryPainter, MemoryTrainer, Trouble
from avatar_core.runs import Ticket
from avatar_core.testing.provider import Ending, ProviderSwitches, facts_of


def memory_switches(provider: MemoryTrainer | MemoryPainter, finish: Callable[[str], object]) -> ProviderSwitches:
    """Return the switches of a provider in memory; ``finish`` ends an order's run well."""
    planned: list[Ending] = []
    end: dict[Ending, Callable[[str], object]] = {
        Ending.SUCCEED: finish,
        Ending.FAIL: lambda order: provider.fail(order, detail="CUDA out of memory"),
        Ending.CANCEL: provider.stop,
        Ending.VANISH: provider.vanish,
        Ending.HANG: lambda order: provider.advance(order, 10),
    }

    async def let_end(ticket: Ticket) -> None:
        end[planned[-1]](provider.order_of(ticket))

    return ProviderSwitches(
        started=lambda: provider.started,
        plan=planned.append,
        let_end=let_end,
        revoke_token=lambda: provider.suffer(Trouble.UNAUTHORIZED),
        restore_token=provider.recover,
        break_next=lambda: provider.suffer(Trouble.UNAVAILABLE, calls=1),
        refuse_next=lambda: provider.suffer(Trouble.REFUSED, calls=1),
        lose_next_answer=lambda: provider.suffer(Trouble.ANSWER_LOST, calls=1),
        ordered=lambda: [facts_of(order) for order in provider.orders],
    )
