"""Commands on the database alone: the books, gifts, a training's story."""

from contextlib import suppress

import typer

from adapters.postgres.migrate import migrate
from avatar_core.dossier import Dossier, OfCustomer, OfPerson, OfTraining
from avatar_core.errors import CustomerNotFound, StoreUnavailable
from avatar_core.ids import CustomerId, TelegramId, TrainingId
from avatar_core.money import Stars
from avatar_core.use_cases.subscriptions import Gift, GrantStars
from entrypoints.cli.pictures import explanation, statement_table, training_table, violations_table
from entrypoints.cli.session import Ambiguous, Uncertain
from entrypoints.container.ground import cli_container
from entrypoints.database import database_url
from entrypoints.ground import Ground
from entrypoints.opening import open_ground
from entrypoints.settings import Settings

GIFT_ATTEMPTS = 5


async def migrate_database(settings: Settings) -> bool:
    """Apply what is missing, and say what it was."""
    async with database_url(settings) as url:
        applied = await migrate(url, schema=settings.database_schema)
    typer.echo("\n".join(f"applied {name}" for name in applied) or "The database is up to date.")
    return True


async def check_books(settings: Settings) -> bool:
    """Print every broken law; return whether there is none."""
    async with open_ground(settings) as ground:
        violations = await ground.store.books.violations()
    if violations:
        violations_table(violations)
    else:
        typer.echo("The books add up: no law is broken.")
    return not violations


async def print_statement(who: str, lines: int, settings: Settings) -> bool:
    """Print the latest lines of a customer's balance."""
    async with open_ground(settings) as ground:
        dossier = await _find(ground, who)
        statement_table(dossier, await ground.store.books.statement(dossier.customer.id, limit=lines))
    return True


async def explain_balance(who: str, settings: Settings) -> bool:
    """Print every posting that touches a customer; return whether they sum up."""
    async with open_ground(settings) as ground:
        dossier = await _find(ground, who)
        return explanation(dossier, await ground.store.books.postings(dossier.customer.id))


async def grant_stars(who: str, stars: str, reason: str, settings: Settings) -> bool:
    """Give stars, and print the balance after it."""
    amount = Stars.parse(stars)
    async with open_ground(settings) as ground:
        customer = (await _find(ground, who)).customer
        balance = await _given(ground, customer.id, amount, reason)
    typer.echo(f"{customer.name or customer.id} has {balance} ⭐ now, {amount} ⭐ more. The worker tells them.")
    return True


async def _given(ground: Ground, customer: CustomerId, amount: Stars, reason: str) -> Stars:
    """Give stars once, also when an answer is lost; return the balance.  Raises Uncertain when none comes at all."""
    grant, gift = cli_container(ground).get(GrantStars), Gift(ground.names.fresh(), reason)
    for attempt in range(1, GIFT_ATTEMPTS):
        with suppress(StoreUnavailable):
            return await grant(customer, amount, gift)
        await ground.store.begin.pause(attempt)
    try:
        return await grant(customer, amount, gift)
    except StoreUnavailable as lost:
        look = f"look at `avatar ledger statement {customer}` before you give them again"
        raise Uncertain(f"{lost}; the stars may have been given all the same: {look}") from lost


async def print_training(training: str, settings: Settings) -> bool:
    """Print where a training stands, and its diary."""
    name = TrainingId(training)
    async with open_ground(settings) as ground, ground.store.begin() as work:
        dossier = await work.dossier(OfTraining(name))
    training_table(dossier.training(name), dossier)
    return True


async def _find(ground: Ground, who: str) -> Dossier:
    """Return the dossier of a customer id or of a numeric Telegram id.  Raises CustomerNotFound.

    Raises SettingsWrong for a Telegram id when there is no bot: a person is known by the bot they write to.  Raises
    Ambiguous when they are a customer of bots that share nothing: each of these has a balance of its own.
    """
    if not who.isdecimal():
        async with ground.store.begin() as work:
            return await work.dossier(OfCustomer(CustomerId(who)))
    ground.settings.require("bots")
    known = await _everywhere(ground, TelegramId(int(who)))
    if not known:
        raise CustomerNotFound
    if len(known) > 1:
        places = ", ".join(f"{each.customer.id} of {each.customer.network}" for each in known)
        raise Ambiguous(f"{who} is several customers, each with a balance of its own: {places}. Name one by its id")
    return known[0]


async def _everywhere(ground: Ground, person: TelegramId) -> list[Dossier]:
    """Read what each network knows of a person."""
    known = []
    async with ground.store.begin() as work:
        for network in sorted({profile.network for profile in ground.bots.profiles.values()}):
            with suppress(CustomerNotFound):
                known.append(await work.dossier(OfPerson(network, person)))
    return known
