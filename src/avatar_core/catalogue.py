"""The catalogue: everything that is sold, looked up by code; an unknown thing is an error, never free."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from avatar_core.errors import UnknownPack, UnknownPlan, UnknownStyle, UnknownTrainer
from avatar_core.ids import PlanCode
from avatar_core.money import Currency, Stars
from avatar_core.plans import Feature, Plan
from avatar_core.pricing import PortraitOffer, StarPack, Style, TrainerOffer

FORMER_NAMES = {"NEUROBASE": "NEUROVIDEO"}
"""Plans that were renamed; whoever holds one keeps access."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that is sold, by code."""

    plans: Mapping[str, Plan]
    packs: Mapping[str, StarPack]
    trainers: Mapping[str, TrainerOffer]
    portraits: PortraitOffer
    styles: Mapping[str, Style]

    def plan(self, code: str) -> Plan:
        """Return a plan by its code, in any case and by its former name.  Raises UnknownPlan."""
        name = FORMER_NAMES.get(code.upper(), code.upper())
        if name not in self.plans:
            raise UnknownPlan(name=code)
        return self.plans[name]

    @property
    def ranks(self) -> Mapping[PlanCode, int]:
        """The order of the plans: the rank of each code, former names among them."""
        former = {PlanCode(old): self.plans[new].rank for old, new in FORMER_NAMES.items() if new in self.plans}
        return {**former, **{plan.code: plan.rank for plan in self.plans.values()}}

    def pack(self, code: str) -> StarPack:
        """Return a star pack.  Raises UnknownPack."""
        if code not in self.packs:
            raise UnknownPack(name=code)
        return self.packs[code]

    def trainer(self, code: str) -> TrainerOffer:
        """Return a trainer.  Raises UnknownTrainer."""
        if code not in self.trainers:
            raise UnknownTrainer(name=code)
        return self.trainers[code]

    def style(self, code: str) -> Style:
        """Return a style.  Raises UnknownStyle."""
        if code not in self.styles:
            raise UnknownStyle(name=code)
        return self.styles[code]

    def plans_on_sale(self, currency: Currency) -> list[Plan]:
        """Return the plans that can be bought with this currency, the lowest first."""
        return sorted(
            (plan for plan in self.plans.values() if plan.for_sale and currency in plan.prices),
            key=lambda plan: plan.rank,
        )

    def packs_in(self, currency: Currency) -> list[StarPack]:
        """Return the star packs sold for this currency, the smallest first."""
        packs = (pack for pack in self.packs.values() if pack.price.currency is currency)
        return sorted(packs, key=lambda pack: pack.stars)

    def sufficient_pack(self, missing: Stars, currency: Currency) -> StarPack | None:
        """Return the cheapest pack that covers what is missing, or None when none does; of two the larger one."""
        packs = (pack for pack in self.packs_in(currency) if pack.stars >= missing)
        return min(packs, key=lambda pack: (pack.price.minor, -pack.stars.hundredths), default=None)

    def cheapest_plan_with(self, feature: Feature, currencies: Collection[Currency]) -> Plan | None:
        """Return the lowest plan that opens a feature and can be bought with one of these currencies, or None."""
        plans = (plan for plan in self.plans.values() if plan.for_sale and feature in plan.features)
        offers = (plan for plan in plans if not plan.prices.keys().isdisjoint(currencies))
        return min(offers, key=lambda plan: plan.rank, default=None)
