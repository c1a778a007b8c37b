"""The ledger under any moves: credits, gifts, holds, captures, releases, refunds and clawbacks, repeated and raced."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, initialize, invariant, precondition, rule

from avatar_core.avatars import Avatar
from avatar_core.customers import Customer
from avatar_core.dossier import OfCustomer, OfPortraits
from avatar_core.ids import CustomerId, PortraitOrderId
from avatar_core.ledger import Cause, Pocket, Posting
from avatar_core.money import Stars
from avatar_core.testing.examples import DAY, NETWORK, NOW, STARS_GATEWAY, a_customer, an_avatar, an_order
from avatar_core.testing.machines.business import Business
from avatar_core.testing.whole import Whole, bought, requested
from avatar_core.wallet import Wallet

amounts = st.integers(1, 30_000)
people = st.integers(0, 1)
Move = Callable[[Wallet], Wallet | Whole]


@dataclass
class Held:
    """What the oracle knows of one order."""

    open: int
    captured: int = 0
    refunds: int = 0
    refunded: int = 0
    parts: int = 0


@dataclass
class Purse:
    """What the oracle knows of one customer, in hundredths of ⭐."""

    customer: CustomerId
    available: int = 0
    debt: int = 0
    orders: dict[str, Held] = field(default_factory=dict)
    lines: int = 0
    """How many entries the available account must have."""


class Ledger(Business):
    """Two customers and every move there is."""

    orders: Bundle[tuple[int, str]] = Bundle("orders")

    def begin_business(self) -> None:
        """Two customers, and books that begin with nothing."""
        self.keys: set[str] = set()
        self.sold = self.given = self.earned = 0
        self.purses: list[Purse] = []
        self.numbers = 0

    @initialize()
    def two_customers_come(self) -> None:
        for number in (1, 2):
            customer: Customer = a_customer(number)
            avatar: Avatar = an_avatar(customer, number)
            self.run(self.world.store.save(customer, avatar))
            self.purses.append(Purse(customer.id))

    # --- moves that succeed or are refused as the oracle says

    def move(self, purse: Purse, order: str | None, act: Move) -> str | None:
        """Read the wallet, make a move and write it; return the code of its refusal."""
        return self.outcome(self._moved(purse, order, act))

    async def _moved(self, purse: Purse, order: str | None, act: Move) -> None:
        async with self.world.begin() as work:
            subject = OfPortraits(PortraitOrderId(order)) if order else OfCustomer(purse.customer)
            made = act((await work.dossier(subject)).wallet)
            whole = made if isinstance(made, Whole) else Whole((made,), ())
            work.save(*whole.records)
            work.emit(*whole.events)
            await work.commit()

    @rule(who=people, stars=amounts, charge=st.integers(1, 5))
    def paid_stars_come_in(self, who: int, stars: int, charge: int) -> None:
        purse, key = self.purses[who], f"credit-{charge}"
        refused = self.move(purse, None, lambda wallet: bought(wallet, Stars(stars), str(charge), charge))
        if key in self.keys:
            assert refused == "concurrent-change"
            return
        assert refused is None
        self.keys.add(key)
        repaid = min(purse.debt, stars)
        self.sold += stars
        purse.debt -= repaid
        purse.available += stars - repaid
        purse.lines += 2 if repaid else 1

    @rule(who=people, stars=amounts, gift=st.integers(1, 3))
    def stars_are_given(self, who: int, stars: int, gift: int) -> None:
        purse, key = self.purses[who], f"gift-{gift}"
        refused = self.move(
            purse, None, lambda wallet: wallet.give(Stars(stars), "grant", key, cause=Cause("grant", key), at=NOW)
        )
        assert refused == ("concurrent-change" if key in self.keys else None)
        if refused is None:
            self.keys.add(key)
            self.given += stars
            purse.available += stars
            purse.lines += 1

    @rule(target=orders, who=people, stars=amounts)
    def stars_are_held(self, who: int, stars: int) -> tuple[int, str]:
        purse = self.purses[who]
        self.numbers += 1
        order = an_order(a_customer(who + 1), an_avatar(a_customer(who + 1), who + 1), self.numbers)
        self.run(self.world.store.save(order))
        order = replace(order, version=1)
        refused = self.move(purse, order.id, lambda wallet: requested(order, wallet, Stars(stars)))
        if stars > purse.available:
            assert refused == "insufficient-stars"
        else:
            assert refused is None
            purse.available -= stars
            purse.orders[order.id] = Held(stars)
            purse.lines += 1
        return who, order.id

    @rule(order=orders, stars=amounts)
    def a_part_is_captured(self, order: tuple[int, str], stars: int) -> None:
        purse = self.purses[order[0]]
        held = purse.orders.get(order[1])
        part = held.parts + 1 if held else 1
        refused = self.move(purse, order[1], lambda wallet: wallet.capture(order[1], Stars(stars), part=part, at=NOW))
        if held is None or stars > held.open:
            assert refused == ("hold-not-found" if held is None else "capture-exceeds-hold")
            return
        assert refused is None
        held.open -= stars
        held.captured += stars
        held.parts = part
        self.earned += stars

    @rule(order=orders)
    def the_rest_is_released(self, order: tuple[int, str]) -> None:
        purse = self.purses[order[0]]
        held = purse.orders.get(order[1])
        refused = self.move(purse, order[1], lambda wallet: wallet.release(order[1], at=NOW))
        assert refused == (None if held else "hold-not-found")
        if held and held.open:
            purse.available += held.open
            purse.lines += 1
            held.open = 0

    @rule(order=orders, stars=amounts)
    def a_captured_order_is_refunded(self, order: tuple[int, str], stars: int) -> None:
        purse = self.purses[order[0]]
        held = purse.orders.get(order[1])
        number, capture = (held.refunds if held else 0) + 1, f"{order[1]}:capture:1"
        refused = self.move(
            purse, order[1], lambda wallet: wallet.refund(order[1], number, Stars(stars), capture=capture, at=NOW)
        )
        if held is None or stars > held.captured - held.refunded:
            assert refused == ("hold-not-found" if held is None else "refund-exceeds-capture")
            return
        assert refused is None
        held.refunds, held.refunded = number, held.refunded + stars
        self.earned -= stars
        purse.available += stars
        purse.lines += 1

    @rule(who=people, stars=amounts, charge=st.integers(1, 3))
    def money_is_taken_back_from_outside(self, who: int, stars: int, charge: int) -> None:
        purse, key = self.purses[who], f"clawback-{charge}"
        cause = Cause("clawback", str(charge))
        refused = self.move(
            purse, None, lambda wallet: wallet.claw_back(Stars(stars), STARS_GATEWAY, str(charge), cause=cause, at=NOW)
        )
        assert refused == ("concurrent-change" if key in self.keys else None)
        if refused is None:
            self.keys.add(key)
            owed = max(stars - purse.available, 0)
            purse.available -= stars - owed
            purse.debt += owed
            purse.lines += 2 if owed else 1
            self.sold -= stars

    # --- moves that must not happen

    @rule(who=people, stars=amounts)
    def a_move_that_is_not_committed_has_never_been(self, who: int, stars: int) -> None:
        async def left() -> None:
            async with self.world.begin() as work:
                wallet = (await work.dossier(OfCustomer(self.purses[who].customer))).wallet
                work.save(wallet.give(Stars(stars), "grant", "left", cause=Cause("grant", "left"), at=NOW))

        self.run(left())

    @rule(who=people, stars=amounts)
    def of_two_who_read_the_same_wallet_one_writes(self, who: int, stars: int) -> None:
        purse = self.purses[who]
        self.numbers += 2
        keys = [f"race-{self.numbers}", f"race-{self.numbers + 1}"]

        async def give(wallet: Wallet, key: str) -> None:
            await self.world.store.save(wallet.give(Stars(stars), "grant", key, cause=Cause("grant", key), at=NOW))

        wallet = self.run(self.world.read(purse.customer)).wallet
        refusals = self.together(*(give(wallet, key) for key in keys))
        assert sorted(refusals, key=str) == [None, "concurrent-change"]
        purse.available += stars
        purse.lines += 1
        self.given += stars

    @rule(order=consumes(orders))
    def more_than_is_held_is_never_taken(self, order: tuple[int, str]) -> None:
        purse = self.purses[order[0]]
        held = purse.orders.get(order[1])
        if held is not None:
            too_much = Stars(held.open + 1)
            refused = self.move(purse, order[1], lambda wallet: wallet.capture(order[1], too_much, part=99, at=NOW))
            assert refused == "capture-exceeds-hold"

    @precondition(lambda self: self.purses)
    @rule(who=people)
    def a_balance_never_falls_below_nothing(self, who: int) -> None:
        purse = self.purses[who]
        too_much = Stars(purse.available + 1)
        refused = self.move(
            purse, None, lambda wallet: wallet.hold("never", "portraits", too_much, deadline=NOW + DAY, at=NOW)
        )
        assert refused == "insufficient-stars"

    # --- what must always hold

    @invariant()
    def wallets_are_what_the_oracle_says(self) -> None:
        for purse in self.purses:
            wallet = self.run(self.world.read(purse.customer)).wallet
            held = sum(order.open for order in purse.orders.values())
            assert (wallet.available, wallet.held, wallet.debt) == (
                Stars(purse.available),
                Stars(held),
                Stars(purse.debt),
            )
            assert {order: hold.open for order, hold in wallet.holds.items()} == {
                order: Stars(known.open) for order, known in purse.orders.items() if known.open
            }
            assert wallet.accounts[Pocket.AVAILABLE].version == purse.lines

    @invariant()
    def screen_statement_and_postings_agree(self) -> None:
        for purse in self.purses:
            lines = self.run(self.world.store.books.statement(purse.customer, limit=1000))
            assert sum(line.amount.hundredths for line in lines) == purse.available
            assert (lines[0].balance if lines else Stars(0)) == Stars(purse.available)
            postings: list[Posting] = self.run(self.world.store.books.postings(purse.customer))
            ends = f"/{purse.customer}/{Pocket.AVAILABLE}"
            amounts = [entry.amount for each in postings for entry in each.entries if entry.account.endswith(ends)]
            assert sum(amounts) == purse.available

    @invariant()
    def stars_come_from_somewhere_and_go_somewhere(self) -> None:
        totals = self.run(self.world.store.books.totals(NETWORK))
        by_role = {role: sum(each for name, each in totals.items() if f"/{role}/" in name) for role in
                   ("sales", "bonus", "revenue")}  # fmt: skip
        assert by_role == {"sales": -self.sold, "bonus": -self.given, "revenue": self.earned}
