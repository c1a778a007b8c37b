"""The bug museum, money and prices: what went wrong elsewhere, one test a line, the line as its docstring."""

import asyncio

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.postgres.pool import Database
from avatar_core.catalogue_file import load_catalogue
from avatar_core.default_catalogue import DEFAULT_CATALOGUE
from avatar_core.errors import (
    InsufficientStars,
    InvalidAmount,
    InvalidCatalogue,
    StoreUnavailable,
    UnknownPrice,
    WrongPayer,
)
from avatar_core.events import PaymentCompleted
from avatar_core.ids import PlanCode, TrainerCode
from avatar_core.ledger import Cause, Pocket
from avatar_core.money import NO_STARS, Currency, Price, Stars
from avatar_core.payments import PaymentStatus
from avatar_core.testing.examples import BOT, MINUTE, NOW
from avatar_core.testing.faults import Fate, Killed, die
from avatar_core.testing.whole import granted
from avatar_core.testing.world import SITTER
from avatar_core.use_cases.subscriptions import Gift
from tests.contracts.postgres_store import postgres_store
from tests.use_cases.world import MemoryWorld, memory_world

PHOTO = PlanCode("NEUROPHOTO")


def moves(world: MemoryWorld, order: str) -> list[tuple[str, Stars]]:
    """What was booked for an order, in order: kind and amount."""
    transfers = (posting.transfer for posting in world.database.transfers)
    return [(each.kind.value, Stars(each.amount)) for each in transfers if each.cause.id == order]


async def test_06_the_same_key_makes_one_transfer_whoever_calls(world: MemoryWorld) -> None:
    """One balance operation inserted two rows: the same key makes one transfer, whoever calls."""
    customer = (await world.customer()).id
    gift = Gift("g-1", "a friend")
    await asyncio.gather(*(world.grant_stars(customer, Stars.of(100), gift) for _ in range(8)))
    (line,) = await world.store.books.statement(customer, limit=10)
    assert (line.amount, line.balance, line.key) == (Stars.of(100), Stars.of(100), f"grant:g-1:{customer}")


@given(before=st.integers(22_000, 10**9))
def test_07_the_refund_equals_the_hold_for_any_balance(before: int) -> None:
    """A failed training credited the customer's whole old balance: the refund equals the hold, for any balance
    (property).
    """

    async def fail() -> None:
        world = memory_world()
        customer = await world.with_stars(Stars(before))
        training = await world.processing(customer)
        await world.record_training(training, world.trainer.fail(training))
        assert await world.money(customer) == (Stars(before), NO_STARS)
        assert moves(world, training) == [("HOLD", Stars.of(220)), ("RELEASE", Stars.of(220))]

    asyncio.run(fail())


async def test_08_the_captured_amount_is_the_quotes(world: MemoryWorld) -> None:
    """The charge was guessed from metadata, defaulting to 5: the captured amount is the quote's."""
    customer = await world.with_stars(1000)
    await world.drafted(customer)
    draft = (await world.quote_training(customer, TrainerCode("flux-dev-lora"), 2500)).draft
    await world.request_training(customer, draft.id, draft.chosen.quote.id)
    await world.submit_training(draft.id)
    await world.record_training(draft.id, world.trainer.finish(draft.id))
    assert draft.chosen.quote.amount == Stars.of(550)
    assert moves(world, draft.id) == [("HOLD", Stars.of(550)), ("CAPTURE", Stars.of(550))]


async def test_09_stars_for_one_give_exactly_one_hold_to_64_parallel_orders(world: MemoryWorld) -> None:
    """Two parallel orders both passed check-then-insert: with stars for one, 64 parallel orders give exactly one
    hold.
    """
    customer = await world.with_stars(220 + 30)
    avatar = await world.trained(customer)
    quotes = [await world.portraits_quoted(customer, avatar, 4) for _ in range(64)]
    orders = (world.request_portraits(customer, quote.id) for quote in quotes)
    answers = await asyncio.gather(*orders, return_exceptions=True)
    assert [type(each) for each in answers].count(InsufficientStars) == 63
    assert len((await world.read(customer)).wallet.holds) == 1
    assert await world.money(customer) == (NO_STARS, Stars.of(30))


async def test_10_screen_statement_guard_and_books_agree(world: MemoryWorld) -> None:
    """Ten formulas for a balance: one fold; the screen, the statement, the guard and the API agree."""
    customer = await world.with_stars(300)
    await world.bought(customer, "xtr-10", "charge-1")
    avatar = await world.trained(customer)
    await world.portraits_requested(customer, avatar, 4)
    too_much = await world.portraits_quoted(customer, avatar, 4)
    await world.portraits_requested(customer, avatar, 4)
    await world.portraits_requested(customer, avatar, 1)
    wallet = (await world.read(customer)).wallet
    statement = await world.store.books.statement(customer, limit=100)
    with pytest.raises(InsufficientStars) as guard:
        await world.request_portraits(customer, too_much.id)
    name = wallet.accounts[Pocket.AVAILABLE].name
    postings = await world.store.books.postings(customer)
    folded = sum(entry.amount for posting in postings for entry in posting.entries if entry.account == name)
    assert wallet.available == Stars.parse("22.5")
    assert statement[0].balance == wallet.available
    assert sum((line.amount for line in statement), NO_STARS) == wallet.available
    assert guard.value.available == wallet.available
    assert Stars(folded) == wallet.available


async def test_11_a_database_error_is_an_error_and_nobody_loses_access_for_it(world: MemoryWorld, fate: Fate) -> None:
    """A database error was read as balance 0 or "no subscription": it is an error, and nobody loses access for it."""
    customer = await world.with_stars(500)
    draft = await world.quoted(customer)
    fate.down = True
    with pytest.raises(StoreUnavailable):
        await world.read(customer)
    with pytest.raises(StoreUnavailable):
        await world.request_training(customer, draft.id, draft.chosen.quote.id)
    with pytest.raises(StoreUnavailable):
        await world.start_draft(customer, BOT, SITTER)
    fate.down = False
    await world.request_training(customer, draft.id, draft.chosen.quote.id)
    assert await world.money(customer) == (Stars.of(280), Stars.of(220))


@pytest.mark.parametrize("price", ["nan", '"NaN"', "inf", "0.22", "0", '"free"', '""'])
async def test_12_a_nan_or_unknown_price_is_refused_at_load_and_at_use(world: MemoryWorld, price: str) -> None:
    """A NaN or unknown price made a service free: unknown is refused, at load and at use."""
    with pytest.raises(InvalidCatalogue):
        load_catalogue(DEFAULT_CATALOGUE.replace('price_per_step = "0.22"', f"price_per_step = {price}"))
    with pytest.raises(InvalidAmount):
        Stars(float("nan"))  # type: ignore[arg-type]
    customer = (await world.customer()).id
    with pytest.raises(UnknownPrice):
        await world.opened(customer, "NEUROPHOTO", currency="USDT")


async def test_13_a_hundred_thousand_entries_give_the_right_balance(world: MemoryWorld) -> None:
    """A list cut at 1,000 rows gave a wrong balance: 100,000 entries give the right one."""
    customer, batch = (await world.customer()).id, 100
    for start in range(0, 100_000, batch):
        wallet = (await world.read(customer)).wallet
        for number in range(start, start + batch):
            wallet = wallet.give(Stars(3), "grant", f"grant:{number}", cause=Cause("grant", str(number)), at=NOW)
        await world.store.save(wallet)
    wallet = (await world.read(customer)).wallet
    (latest,) = await world.store.books.statement(customer, limit=1)
    assert wallet.accounts[Pocket.AVAILABLE].version == 100_000
    assert wallet.available == latest.balance == Stars.of(3000)


async def test_15_an_invoice_forwarded_to_another_person_is_refused_at_pre_checkout(world: MemoryWorld) -> None:
    """One invoice forwarded to another person and paid by them: refused at pre-checkout."""
    payment = await world.opened((await world.customer()).id)
    other = await world.customer(2)
    with pytest.raises(WrongPayer):
        await world.approve_payment(payment.id, other.id, payment.price, "query-1")
    assert (await world.payment(payment.id)).lease is None


@pytest.mark.parametrize("when", ["before", "after"])
async def test_16_settlement_is_one_transaction(world: MemoryWorld, fate: Fate, when: str) -> None:
    """COMPLETED committed first, delivery lost in a crash: settlement is one transaction."""
    customer = (await world.customer()).id
    payment = await world.opened(customer, "NEUROPHOTO")
    notice = await world.noticed(payment)
    getattr(fate, when).append(die)
    with pytest.raises(Killed):
        await world.settle_payment(notice.id)

    async def parts() -> list[bool]:
        dossier = await world.read(customer)
        return [
            (await world.payment(payment.id)).status is PaymentStatus.COMPLETED,
            dossier.wallet.available == Stars.of(476),
            len(dossier.subscription.terms) == 1,
            len(world.named("payment.completed")) == 1,
        ]

    assert await parts() == [when == "after"] * 4
    await world.settle_payment(notice.id)
    assert await parts() == [True] * 4


async def test_20_entries_stay_when_somebody_tries_to_delete_their_owner(database: Database) -> None:
    """Deleting a user cascaded into the books: entries stay."""
    store = postgres_store(database)
    customer = await store.registered()
    await store.save(granted((await store.read(customer)).wallet, 500))
    for attack in (
        "DELETE FROM avatar.customers",
        "DELETE FROM avatar.entries",
        "UPDATE avatar.entries SET amount = 1",
    ):
        with pytest.raises(psycopg.Error):
            await database.rows(attack)
    assert len(await store.books.postings(customer.id)) == 1
    assert await store.books.violations() == []


async def test_55_the_price_shown_is_the_price_charged(world: MemoryWorld) -> None:
    """Price shown and charged differed."""
    customer = await world.with_stars(1000)
    draft = await world.quoted(customer)
    invoice = await world.opened(customer, PHOTO)
    dearer = DEFAULT_CATALOGUE.replace("0.22", "0.44").replace("XTR = 476", "XTR = 999").replace('"7.5"', '"70.5"')
    world.catalogue = load_catalogue(dearer)
    world.__post_init__()
    await world.request_training(customer, draft.id, draft.chosen.quote.id)
    await world.submit_training(draft.id)
    await world.record_training(draft.id, world.trainer.finish(draft.id))
    assert moves(world, draft.id)[-1] == ("CAPTURE", Stars.of(220))
    world.clock.advance(MINUTE)
    await world.approve_payment(invoice.id, customer, Price(476, Currency.XTR), "query-1")
    await world.settle_payment((await world.noticed(invoice)).id)
    (completed,) = world.named("payment.completed")
    assert isinstance(completed, PaymentCompleted)
    assert (completed.price, completed.stars) == (Price(476, Currency.XTR), Stars.of(476))
