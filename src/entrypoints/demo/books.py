"""The books after the demo: the customer's statement, the laws, and whether anything was left undone."""

from rich.console import Console
from rich.table import Table

from avatar_core.bots import Bots
from avatar_core.customers import Language
from avatar_core.dossier import Dossier, OfPerson
from avatar_core.ids import TelegramId
from avatar_core.money import NO_STARS
from avatar_core.ports import StatementLine
from entrypoints.bot.texts import words_in
from entrypoints.vendors import OpenHouse

LINES = 50


HEADINGS = {
    Language.RU: ("Выписка", "время", "что", "для чего", "⭐", "баланс"),
    Language.EN: ("Statement", "time", "what", "for", "⭐", "balance"),
}


async def close_the_books(house: OpenHouse, telegram_id: int, console: Console) -> bool:
    """Print the statement and the result of the check; return whether everything is as it should be."""
    dossier = await _dossier(house, TelegramId(telegram_id))
    lines = await house.ground.store.books.statement(dossier.customer.id, limit=LINES)
    console.print(_statement(lines, dossier.customer.language))
    wallet = dossier.wallet
    console.print(f"available {wallet.available} ⭐, on hold {wallet.held} ⭐")
    return _adds_up(lines, dossier, console) & await _lawful(house, console) & await _nothing_left(house, console)


async def _dossier(house: OpenHouse, telegram_id: TelegramId) -> Dossier:
    bots: Bots = house.ground.bots
    network = next(iter(bots.profiles.values())).network
    async with house.ground.store.begin() as work:
        return await work.dossier(OfPerson(network, telegram_id))


def _statement(lines: list[StatementLine], language: Language) -> Table:
    title, *texts, stars, balance = HEADINGS[language]
    table, words = Table(*texts, title=title, title_justify="left"), words_in(language)
    table.add_column(stars, justify="right")
    table.add_column(balance, justify="right")
    for line in reversed(lines):
        sign = "+" if line.amount > NO_STARS else ""
        amount = f"{sign}{line.amount}"
        what, for_what = words.plain(_operation(line)), line.plan or line.service
        table.add_row(f"{line.at:%H:%M:%S}", what, for_what, amount, str(line.balance))
    return table


def _operation(line: StatementLine) -> str:
    return "operation-credit-plan" if line.plan else f"operation-{line.kind.lower().replace('_', '-')}"


def _adds_up(lines: list[StatementLine], dossier: Dossier, console: Console) -> bool:
    total = sum((line.amount for line in lines), NO_STARS)
    if total == dossier.wallet.available and not dossier.wallet.held:
        return True
    console.print(f"[bold red]The lines add up to {total} ⭐, and {dossier.wallet.held} ⭐ are still held.[/]")
    return False


async def _lawful(house: OpenHouse, console: Console) -> bool:
    violations = await house.ground.store.books.violations()
    for each in violations:
        console.print(f"[bold red]{each.law}[/] {each.subject}: {each.detail}")
    if not violations:
        console.print("[green]ledger check: every law holds[/]")
    return not violations


async def _nothing_left(house: OpenHouse, console: Console) -> bool:
    dead = await house.ground.store.outbox.dead(LINES)
    for task in dead:
        console.print(f"[bold red]left undone:[/] {task.id}: {task.error}")
    return not dead
