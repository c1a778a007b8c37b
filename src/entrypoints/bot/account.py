"""The balance, and why it is so: the statement's lines add up."""

from collections.abc import Sequence

from adapters.telegram.messenger import Button, Rendering
from avatar_core.ledger import Pocket
from avatar_core.money import NO_STARS, Stars
from avatar_core.ports import StatementLine
from avatar_core.subscriptions import SubscriptionStatus
from avatar_core.use_cases.rights import running_term
from entrypoints.bot.callbacks import Tap, whole
from entrypoints.bot.talk import Talk
from entrypoints.bot.texts import Words

LATEST = 5
PAGE = 15
"""Lines on one page of the statement; 4096 characters hold about 40."""


async def open_balance(talk: Talk, _args: list[str]) -> None:
    """Show what is available and held, the plan and those that wait, and what happened last."""
    wallet = talk.dossier.wallet
    head = talk.words("balance", available=wallet.available, held=wallet.held, plan=plan_line(talk))
    head = "\n".join((head, *waiting_lines(talk)))
    if wallet.debt:
        head += "\n" + talk.words("balance-debt", debt=wallet.debt)
    latest = await latest_operations(talk)
    top = wallet.accounts[Pocket.AVAILABLE].version + 1
    rows = (
        (talk.button("button-why", Tap.STATEMENT, top),),
        (talk.button("menu-top-up", Tap.TOP_UP), talk.button("menu-plans", Tap.PLANS)),
        (talk.button("button-menu", Tap.MENU),),
    )
    await talk.voice.show(Rendering(f"{head}\n\n{latest}", rows))


async def latest_operations(talk: Talk) -> str:
    """List what happened to the balance last."""
    lines = await talk.desk.books.statement(talk.customer.id, limit=LATEST)
    return _listed(talk, lines) if lines else talk.words("no-operations")


def plan_line(talk: Talk) -> str:
    """Say which plan runs and until when, in plain words."""
    subscription, at = talk.dossier.subscription, talk.now
    status, term = subscription.status_at(at), running_term(talk.dossier, talk.catalogue, at)
    if term is None:
        return talk.words.plain("plan-none" if status is SubscriptionStatus.NONE else "plan-over")
    plan = talk.words.title(talk.catalogue.plan(term.plan).titles)
    if term.ends is None:
        return talk.words.plain("plan-endless", plan=plan)
    key = "plan-grace" if status is SubscriptionStatus.GRACE else "plan-active"
    return talk.words.plain(key, plan=plan, ends=subscription.ends_of(term.plan) or term.ends)


def waiting_lines(talk: Talk) -> list[str]:
    """Say of each plan that waits behind the running one from when to when it will run."""
    return [
        talk.words(
            "plan-waiting",
            plan=talk.words.title(talk.catalogue.plan(term.plan).titles),
            starts=term.starts,
            ends=term.ends,
        )
        for term in talk.dossier.subscription.waiting(talk.now)
    ]


def _listed(talk: Talk, lines: Sequence[StatementLine]) -> str:
    return "\n".join(
        talk.words(
            "operation",
            at=f"{line.at:%d.%m %H:%M}",
            what=operation_name(talk.words, line),
            amount=_signed(talk, line.amount),
            balance=line.balance,
        )
        for line in lines
    )


def operation_name(words: Words, line: StatementLine) -> str:
    """Say what an operation was, in human words."""
    kind = line.kind.lower().replace("_", "-")
    key = f"operation-{kind}-{'plan' if line.plan else line.service}"
    return words.plain(key if words.knows(key) else f"operation-{kind}")


def _signed(talk: Talk, amount: Stars) -> str:
    return f"{'+' if amount > NO_STARS else ''}{talk.words.number(amount)}"


async def open_statement(talk: Talk, args: list[str]) -> None:
    """Show a page of the statement: what there was before, every line, and what there is after them."""
    before = whole(args[0])
    lines = await talk.desk.books.statement(talk.customer.id, limit=PAGE, before=before)
    if not lines:
        await talk.show("no-operations", ((talk.button("menu-top-up", Tap.TOP_UP),),))
        return
    start, end = lines[-1].balance - lines[-1].amount, lines[0].balance
    change = sum((line.amount for line in lines), NO_STARS)
    head = talk.words("statement", start=start, change=_signed(talk, change), end=end)
    screen = Rendering(f"{head}\n\n{_listed(talk, lines)}", (*_older(talk, lines, before), _ways(talk)))
    await talk.voice.show(screen)


def _older(talk: Talk, lines: Sequence[StatementLine], before: int) -> tuple[tuple[Button, ...], ...]:
    """The page before begins where this one ends."""
    newest, last = talk.dossier.wallet.accounts[Pocket.AVAILABLE].version, lines[-1].version
    older = [talk.button("button-older", Tap.STATEMENT, last)] if last > 1 else []
    newer = [talk.button("button-newer", Tap.STATEMENT, before + PAGE)] if before <= newest else []
    return ((*older, *newer),) if older or newer else ()


def _ways(talk: Talk) -> tuple[Button, ...]:
    return (talk.button("menu-balance", Tap.BALANCE), talk.button("button-menu", Tap.MENU))
