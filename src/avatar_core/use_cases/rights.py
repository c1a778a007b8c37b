"""Who may do what: asked of the plan that runs, never of the button that was drawn (domain page 3.3)."""

from datetime import datetime

from avatar_core.catalogue import Catalogue
from avatar_core.dossier import Dossier
from avatar_core.errors import FeatureLocked
from avatar_core.plans import Feature
from avatar_core.subscriptions import Term


def running_term(dossier: Dossier, catalogue: Catalogue, at: datetime) -> Term | None:
    """Return the highest term that runs at a moment, by today's order of the plans, or the last one in its grace."""
    return dossier.subscription.ranked(catalogue.ranks).term_at(at)


def may(dossier: Dossier, catalogue: Catalogue, feature: Feature, at: datetime) -> bool:
    """Return whether the customer's plan opens a feature at a moment.  Raises UnknownPlan for a plan nobody knows."""
    term = running_term(dossier, catalogue, at)
    return term is not None and feature in catalogue.plan(term.plan).features


def require(dossier: Dossier, catalogue: Catalogue, feature: Feature, at: datetime) -> None:
    """Raise FeatureLocked unless the customer may."""
    if not may(dossier, catalogue, feature, at):
        raise FeatureLocked(feature=feature)
