"""Wallets after any moves that their rules allow."""

from collections.abc import Callable

from hypothesis import strategies as st

from avatar_core.errors import AvatarError
from avatar_core.ledger import Cause
from avatar_core.money import Stars
from avatar_core.runs import HOLD_LIMIT
from avatar_core.testing.examples import NOW, STARS_GATEWAY
from avatar_core.testing.strategies.values import LARGEST_STARS
from avatar_core.wallet import Wallet

Move = Callable[[Wallet, str, str, Stars], Wallet]
"""Takes a wallet, a name of its own, the order that is moved, and an amount."""

MOVES: dict[str, Move] = {
    "credit": lambda wallet, name, _, amount: wallet.credit(
        amount, STARS_GATEWAY, name, cause=Cause("payment", name), at=NOW
    ),
    "give": lambda wallet, name, _, amount: wallet.give(amount, "promo", name, cause=Cause("promo", name), at=NOW),
    "hold": lambda wallet, name, _, amount: wallet.hold(
        name, "training", min(amount, wallet.available), deadline=NOW + HOLD_LIMIT, at=NOW
    ),
    "capture": lambda wallet, name, order, amount: wallet.capture(
        order, min(amount, wallet.holds[order].open), part=int(name.rpartition("-")[2]), at=NOW
    ),
    "release": lambda wallet, _, order, __: wallet.release(order, at=NOW),
    "claw back": lambda wallet, name, _, amount: wallet.claw_back(
        amount, STARS_GATEWAY, name, cause=Cause("clawback", name), at=NOW
    ),
}


@st.composite
def wallets(draw: st.DrawFn, wallet: Wallet, tag: str) -> Wallet:
    """Return a wallet after any moves, none among them; ``tag`` makes their keys unlike all others."""
    for number, move in enumerate(draw(st.lists(st.sampled_from(sorted(MOVES)), max_size=8)), start=1):
        order = draw(st.sampled_from(sorted(wallet.holds) or ["none"]))
        amount = Stars(draw(st.integers(1, LARGEST_STARS // 1000)))
        try:
            wallet = MOVES[move](wallet, f"{tag}-{number}", order, amount)
        except (AvatarError, KeyError):  # nothing to move: the next one, then
            continue
    return wallet
