"""S2: the ledger's posting alone, beside pgledger's where a checkout of it is at hand, else beside five statements."""

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path

import psycopg

from adapters.postgres.unit_of_work import PostgresBeginUnitOfWork
from avatar_core.bots import TELEGRAM_STARS
from avatar_core.ledger import Cause
from avatar_core.money import Stars
from avatar_core.ports import BeginUnitOfWork
from avatar_core.wallet import Wallet
from benchmarks.figures import Amount, AtLeast, Figure, Findings
from benchmarks.filling import CLOCK, NAMES, NETWORK, a_customer
from benchmarks.rounds import Rounds
from benchmarks.server import Server
from entrypoints.sweeps import rare_sweeps

PGLEDGER = "PGLEDGER_CHECKOUT"
"""The folder of a checkout of github.com/pgr0ss/pgledger, whose SQL is not ours to hand on."""
CONNECTIONS = CALLERS = 8
GROUPED = 64
SPREAD, HOT = "spread", "one hot account"
_OURS, _STORM = f"posting, {CALLERS} callers", f"posting, {GROUPED} callers"

_FIVE_TABLES = """
    CREATE TABLE accounts (id bigint PRIMARY KEY, balance bigint NOT NULL, version bigint NOT NULL);
    CREATE TABLE transfers (key bigint PRIMARY KEY, source bigint NOT NULL, target bigint NOT NULL,
        amount bigint NOT NULL, at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE entries (
        account bigint NOT NULL, transfer bigint NOT NULL REFERENCES transfers, amount bigint NOT NULL);
    CREATE INDEX entries_of_account ON entries (account);
    INSERT INTO accounts SELECT n, 0, 0 FROM generate_series(0, 10000) n;
"""
_FIVE_STATEMENTS = r"""
\set key random(1, 9000000000000000000)
\set low least(:a, :b)
\set high greatest(:a, :b)
BEGIN;
INSERT INTO transfers VALUES (:key, :a, :b, 1);
UPDATE accounts SET balance = balance - 1, version = version + 1 WHERE id = :low;
UPDATE accounts SET balance = balance + 1, version = version + 1 WHERE id = :high;
INSERT INTO entries VALUES (:a, :key, -1);
INSERT INTO entries VALUES (:b, :key, 1);
END;
"""
_PGLEDGER_ACCOUNTS = """
    SELECT pgledger_create_account(n::text, 'USD') FROM generate_series(0, 10000) n;
    UPDATE pgledger_accounts SET id = 'a' || name;
"""
_PGLEDGER_TRANSFER = "SELECT pgledger_create_transfer('a' || :a, 'a' || :b, 1);"
_ACCOUNTS = {
    SPREAD: "\\set a random(1, 5000)\n\\set b random(5001, 10000)\n",
    HOT: "\\set a random(1, 10000)\n\\set b 0\n",
}


@dataclass(frozen=True, slots=True)
class PostingSize:
    """How much is measured."""

    duration_s: float
    customers: int


class _Purse:
    """One customer's wallet, kept here so that posting is all that is measured."""

    def __init__(self, wallet: Wallet) -> None:
        self._wallet = wallet
        self._numbers = count(1)

    async def post(self, begin: BeginUnitOfWork) -> None:
        """Move one star from what is sold to the customer."""
        charge = f"{self._wallet.customer}-{next(self._numbers)}"
        cause = Cause("payment", charge)
        after = self._wallet.credit(Stars.of(1), TELEGRAM_STARS, charge, cause=cause, at=CLOCK.now())
        async with begin() as work:
            work.save(after)
            await work.commit()
        self._wallet = replace(after, postings=())


async def measure_posting(server: Server, size: PostingSize, rounds: Rounds) -> Findings:
    """Post to many customers from one account of the business, which is hot; the limit spread, and to a hot one."""
    async with server.house(CONNECTIONS) as database:
        begin = PostgresBeginUnitOfWork(database, NAMES, CLOCK)
        purses = await _purses(begin, size.customers)
        ours = {_OURS: CALLERS, _STORM: GROUPED}
        with _limit(server) as (limit, scripts, name), rare_sweeps():
            measures: dict[str, Callable[[], Awaitable[float]]] = {
                what: partial(_rate, purses, begin, callers, size.duration_s) for what, callers in ours.items()
            }
            for measure in measures.values():
                await measure()
            measures |= {
                how: partial(limit.pgbench, CONNECTIONS, size.duration_s, script) for how, script in scripts.items()
            }
            medians = await rounds.medians(measures)
    return _figures(medians, name)


def _figures(medians: Mapping[str, float], name: str) -> Findings:
    goals = {(_OURS, SPREAD): AtLeast(2.5), (_OURS, HOT): AtLeast(2), (_STORM, HOT): AtLeast(8)}
    is_whole = name == "pgledger"
    figures = [
        Figure(
            code="S2",
            what=what,
            measured=Amount(medians[what], "/s"),
            limit_name=f"{name}, {how}",
            limit=Amount(medians[how], "/s"),
            goal=goal if is_whole else None,
        )
        for (what, how), goal in goals.items()
    ]
    remark = f"**S2** has goals beside pgledger only, and `{PGLEDGER}` named no checkout of it: shown beside {name}."
    return Findings(figures, remarks=() if is_whole else [remark])


async def _purses(begin: BeginUnitOfWork, customers: int) -> list[_Purse]:
    purses = []
    for number in range(customers):
        customer = a_customer(3_000_000_000 + number)
        async with begin() as work:
            work.save(customer)
            await work.commit()
        purses.append(_Purse(Wallet.empty(NETWORK, customer.id)))
    return purses


async def _rate(purses: list[_Purse], begin: BeginUnitOfWork, callers: int, duration_s: float) -> float:
    """Let each caller post to customers of its own, by turns; return how many postings a second there were."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def keep_posting(own: list[_Purse]) -> int:
        posted = 0
        while loop.time() - began < duration_s:
            await own[posted % len(own)].post(begin)
            posted += 1
        return posted

    posted = sum(await asyncio.gather(*(keep_posting(purses[caller::callers]) for caller in range(callers))))
    return posted / (loop.time() - began)


@contextmanager
def _limit(server: Server) -> Iterator[tuple[Server, dict[str, Path], str]]:
    """Lay the limit's tables in a database of their own; give it, pgbench's scripts, and what they are."""
    checkout = os.environ.get(PGLEDGER)
    dsn = server.postgres.create_database("posting_limit")
    with tempfile.TemporaryDirectory(prefix="avatar-posting-") as folder:
        if checkout:
            vendor = Path(checkout) / "vendor" / "scoville-pgsql-ulid"
            sources = [*sorted(vendor.glob("*.sql")), Path(checkout) / "pgledger.sql"]
            _lay(dsn, *(source.read_text() for source in sources), _PGLEDGER_ACCOUNTS)
        else:
            _lay(dsn, _FIVE_TABLES)
        transfer, name = (_PGLEDGER_TRANSFER, "pgledger") if checkout else (_FIVE_STATEMENTS, "five statements")
        scripts = {how: Path(folder) / f"{how}.sql" for how in _ACCOUNTS}
        for how, script in scripts.items():
            script.write_text(_ACCOUNTS[how] + transfer)
        yield replace(server, limit_dsn=dsn), scripts, name
    server.postgres.drop_database("posting_limit")


def _lay(dsn: str, *sources: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for source in sources:
            connection.execute(source.encode())
