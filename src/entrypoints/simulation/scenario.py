"""What is simulated: the seed, the size, and what goes wrong how often."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What can go wrong; each kind is drawn by whoever it befalls."""

    CRASH = "crash"
    """A process dies at a port call."""
    SLOW = "slow"
    """The database takes its time, and others get in between."""
    STORE = "store"
    """The database does not answer: before a commit, or after it."""
    SILENCE = "silence"
    """A vendor answers nothing: before it has carried the call out, or after."""
    OUTAGE = "outage"
    """A vendor is down for hours."""
    TOKEN = "token"  # noqa: S105  (the name of a fault)
    """A vendor rejects our credential for hours."""
    REFUSAL = "refusal"
    """A vendor refuses an order for good."""
    LOSS = "loss"
    """A notice is lost; the gateways bring theirs again, the provider does not."""
    REPEAT = "repeat"
    """A notice comes several times."""
    DELAY = "delay"
    """A notice comes hours late, and so behind later ones."""
    VANISHING = "vanishing"
    """A run turns 404."""
    SECOND_THOUGHTS = "second-thoughts"
    """A run turns 404 and is there again later."""
    HANGING = "hanging"
    """A run never ends."""
    PUZZLE = "puzzle"
    """The provider says what nobody has heard of."""
    FLOOD = "flood"
    """The messenger wants us to wait."""
    ODD_MONEY = "odd-money"
    """Money that fits no invoice, or comes twice, or late, or from another person."""
    SKEW = "skew"
    """A process's clock is some seconds off."""
    FULL_DISK = "full-disk"
    """The disk for photos is full for hours."""


_RATES: Mapping[Fault, tuple[float, float]] = {
    Fault.CRASH: (1 / 20_000, 1 / 1_500),
    Fault.SLOW: (0.01, 0.05),
    Fault.STORE: (0.0005, 0.003),
    Fault.SILENCE: (0.01, 0.06),
    Fault.OUTAGE: (0.02, 0.15),
    Fault.TOKEN: (0.01, 0.08),
    Fault.REFUSAL: (0.01, 0.03),
    Fault.LOSS: (0.03, 0.2),
    Fault.REPEAT: (0.05, 0.3),
    Fault.DELAY: (0.05, 0.3),
    Fault.VANISHING: (0.01, 0.04),
    Fault.SECOND_THOUGHTS: (0.01, 0.06),
    Fault.HANGING: (0.01, 0.03),
    Fault.PUZZLE: (0.01, 0.05),
    Fault.FLOOD: (0.01, 0.08),
    Fault.ODD_MONEY: (0.05, 0.25),
    Fault.SKEW: (0.2, 0.5),
    Fault.FULL_DISK: (0.02, 0.1),
}
"""How often, in the profiles ``rough`` and ``harsh``: per port call for the first four, per day for what lasts hours
(outage, token, full-disk), per chance to go wrong for the rest."""
CALM, ROUGH, HARSH = "calm", "rough", "harsh"


class UnknownProfile(ValueError):
    """There is no such profile or kind of fault; says which there are."""


@dataclass(frozen=True, slots=True)
class Faults:
    """Which kinds of faults there are, and how strong."""

    strength: str
    kinds: tuple[Fault, ...]

    @classmethod
    def named(cls, text: str) -> "Faults":
        """Read ``calm``, ``rough``, ``harsh``, or kinds: ``crash,loss``, ``rough:crash``.  Raises UnknownProfile."""
        if text == CALM:
            return cls(CALM, ())
        if text in {ROUGH, HARSH}:
            return cls(text, tuple(Fault))
        strength, _, kinds = text.rpartition(":")
        try:
            found = tuple(Fault(kind) for kind in kinds.split(","))
        except ValueError:
            raise UnknownProfile(f"{text!r} is none of calm, rough, harsh, {', '.join(Fault)}") from None
        if strength not in {"", ROUGH, HARSH}:
            raise UnknownProfile(f"{strength!r} is neither rough nor harsh")
        return cls(strength or HARSH, found)

    def rate(self, fault: Fault) -> float:
        """Return how often it strikes."""
        return _RATES[fault][self.strength == HARSH] if fault in self.kinds else 0.0

    def without(self, fault: Fault) -> "Faults":
        """Return the same faults but one kind."""
        left = tuple(kind for kind in self.kinds if kind is not fault)
        return Faults(self.strength if left else CALM, left)

    def __str__(self) -> str:
        """Word it as ``named`` reads it."""
        if not self.kinds or self.kinds == tuple(Fault):
            return self.strength
        return ("" if self.strength == HARSH else f"{self.strength}:") + ",".join(self.kinds)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One run, whole: the same scenario is the same run."""

    seed: int
    customers: int
    days: int
    faults: Faults
    without: tuple[int, ...] = ()
    """Customers that are left out, by number."""
    steps: int | None = None
    """Stop after so many steps."""

    def __str__(self) -> str:
        """Word it as the command that runs it."""
        size = f"--seed {self.seed} --customers {self.customers} --days {self.days} --faults {self.faults}"
        left_out = f" --without {','.join(map(str, self.without))}" if self.without else ""
        return f"avatar simulate {size}{left_out}{f' --steps {self.steps}' if self.steps else ''}"

    def chance(self, actor: str) -> random.Random:
        """Return an actor's own chance: what others draw does not touch it."""
        return random.Random(f"{self.seed}/{actor}")  # noqa: S311  (repeatable, not secret)


@dataclass
class Luck:
    """Whether a fault strikes; ``over`` is set when the faults are to end.  ``struck`` counts by kind."""

    faults: Faults
    over: bool = False
    struck: Counter[Fault] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Look the rates up once."""
        self._rates = {fault: self.faults.rate(fault) for fault in Fault}

    def strikes(self, fault: Fault, chance: random.Random) -> bool:
        """Draw."""
        rate = self._rates[fault]
        if self.over or not rate or chance.random() >= rate:
            return False
        self.struck[fault] += 1
        return True

    def rate(self, fault: Fault) -> float:
        """Return how often it strikes by now."""
        return 0.0 if self.over else self._rates[fault]
