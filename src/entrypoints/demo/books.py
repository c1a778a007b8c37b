"""The books after the demo: the customer's statement, the laws, and whether anything was left undone."""

from rich.console import Console
from rich.table import Table

from avatar_core.bots import Bots
from avatar_core.customers import Language
from avatar_core.dossier import Dossier, OfPerson
from avatar_core.ids import TelegramId
from avatar_core.money import NO_STARS
from avatar_core.ports import StatementLine
from entrypoints.bot.account import operation_name
from entrypoints.bot.texts import words_in
from entrypoints.demo.sayings import SAYINGS
from entrypoints.vendors import OpenHouse

LINES = 50


async def close_the_books(house: OpenHouse, telegram_id: int, console: Console) -> bool:
    """Print the statement and the result of the check; return whether everything is as it should be."""
    dossier = await _dossier(house, TelegramId(telegram_id))
    lines = await house.ground.store.books.statement(dossier.customer.id, limit=LINES)
    language = dossier.customer.language
    console.print(_statement(lines, language))
    words, wallet = words_in(language), dossier.wallet
    sums = {"available": words.number(wallet.available), "held": words.number(wallet.held)}
    console.print(SAYINGS[language].balance.format(**sums))
    lawful = await _lawful(house, console, SAYINGS[language].lawful)
    return _adds_up(lines, dossier, console) & lawful & await _nothing_left(house, console)


async def _dossier(house: OpenHouse, telegram_id: TelegramId) -> Dossier:
    bots: Bots = house.ground.bots
    network = next(iter(bots.profiles.values())).network
    async with house.ground.store.begin() as work:
        return await work.dossier(OfPerson(network, telegram_id))


def _statement(lines: list[StatementLine], language: Language) -> Table:
    title, at, what, stars, balance = SAYINGS[language].statement
    table, words = Table(at, what, title=title, title_justify="left"), words_in(language)
    table.add_column(stars, justify="right")
    table.add_column(balance, justify="right")
    for line in reversed(lines):
        amount = f"{'+' if line.amount > NO_STARS else ''}{words.number(line.amount)}"
        table.add_row(f"{line.at:%H:%M:%S}", operation_name(words, line), amount, words.number(line.balance))
    return table


def _adds_up(lines: list[StatementLine], dossier: Dossier, console: Console) -> bool:
    total = sum((line.amount for line in lines), NO_STARS)
    if total == dossier.wallet.available and not dossier.wallet.held:
        return True
    console.print(f"[bold red]The lines add up to {total} ⭐, and {dossier.wallet.held} ⭐ are still held.[/]")
    return False


async def _lawful(house: OpenHouse, console: Console, saying: str) -> bool:
    violations = await house.ground.store.books.violations()
    for each in violations:
        console.print(f"[bold red]{each.law}[/] {each.subject}: {each.detail}")
    if not violations:
        console.print(f"[green]{saying}[/]")
    return not violations


async def _nothing_left(house: OpenHouse, console: Console) -> bool:
    dead = await house.ground.store.outbox.dead(LINES)
    for task in dead:
        console.print(f"[bold red]left undone:[/] {task.id}: {task.error}")
    return not dead
