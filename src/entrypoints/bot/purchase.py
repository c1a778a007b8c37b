"""Buying: plans, star packs, the invoice in Telegram Stars, the link of another gateway."""

from adapters.telegram.messenger import Button, Rendering
from adapters.telegram.refusals import MessageRefused
from avatar_core.money import Currency
from avatar_core.payments import Payment, PlanPurchase, TopUp
from avatar_core.plans import Feature, Plan
from avatar_core.ports import Checkout
from avatar_core.use_cases.billing import Purchase
from avatar_core.use_cases.rights import running_term
from entrypoints.bot.account import waiting_lines
from entrypoints.bot.callbacks import OutdatedButton, Tap
from entrypoints.bot.menu import buying, is_even, pack_label, rails
from entrypoints.bot.talk import Rows, Talk

TITLE_LENGTH, DESCRIPTION_LENGTH = 32, 255
PACKS_IN_A_ROW = 2
_PACKS = tuple(f"{currency}-".lower() for currency in Currency)
"""What the codes of packs begin with; those of plans are in capitals."""
SERVED = (Feature.TRAINING, Feature.PORTRAITS)
"""What the bot can do by now: a plan is not praised for more."""


async def open_plans(talk: Talk, args: list[str]) -> None:
    """Show the plans with what they cost and open, those that run and wait; the arguments are what goes on then."""
    plans = talk.catalogue.plans_on_sale(Currency.XTR)
    cards = "\n\n".join(plan_card(talk, plan) for plan in plans)
    term = running_term(talk.dossier, talk.catalogue, talk.now)
    running = talk.words.title(talk.catalogue.plan(term.plan).titles) if term else ""
    standing = "\n".join((talk.words("plans", running=running or "none"), *waiting_lines(talk)))
    rows = tuple(row for plan in plans for row in _plan_rows(talk, plan, _resume(args)))
    await talk.voice.show(Rendering(f"{standing}\n\n{cards}", (*rows, (talk.button("button-menu", Tap.MENU),))))


def plan_card(talk: Talk, plan: Plan) -> str:
    """Describe a plan: its price, its days, its stars, what it opens."""
    opened = [f"feature-{feature}" for feature in SERVED if feature in plan.features]
    features = ", ".join(talk.words.plain(key) for key in (*opened, *(["feature-later"] if plan.opens_later else ())))
    return talk.words(
        "plan-card",
        plan=talk.words.title(plan.titles),
        days=plan.days or 0,
        price=plan.price_in(Currency.XTR),
        stars=plan.grants,
        features=features,
    )


def _resume(args: list[str]) -> str | None:
    return ":".join(args) or None


def _plan_rows(talk: Talk, plan: Plan, resume: str | None) -> Rows:
    title = talk.words.title(plan.titles)
    offers = ((rail, plan.prices[rail.currency]) for rail in rails(talk) if rail.currency in plan.prices)
    return tuple(
        (Button(talk.words.plain("button-plan", plan=title, price=price), buying(plan.code, rail, resume)),)
        for rail, price in offers
    )


async def open_packs(talk: Talk, args: list[str]) -> None:
    """Show the star packs, for every way to pay that is allowed here; the arguments are what goes on then."""
    packs = [(rail, pack) for rail in rails(talk) for pack in talk.catalogue.packs_in(rail.currency)]
    buttons = [Button(pack_label(talk, pack), buying(pack.code, rail, _resume(args))) for rail, pack in packs]
    rows = tuple(tuple(buttons[i : i + PACKS_IN_A_ROW]) for i in range(0, len(buttons), PACKS_IN_A_ROW))
    for_stars = [pack for _, pack in packs if pack.price.currency is Currency.XTR]
    rate = "even" if for_stars and all(map(is_even, for_stars)) else "other"
    await talk.show("top-up", rows, rate=rate, balance=talk.dossier.wallet.available)


async def buy(talk: Talk, args: list[str]) -> None:
    """Make an invoice and show how to pay it: ``item:rail`` and the button that goes on afterwards."""
    match args:
        case [item, letter, *rest]:
            rail = talk.desk.rails.of(letter, talk.profile, talk.customer.telegram_id)
        case _:
            raise OutdatedButton
    is_pack = item in talk.catalogue.packs or item.startswith(_PACKS)  # a pack that is gone is not called a plan
    known = talk.catalogue.pack(item).code if is_pack else talk.catalogue.plan(item).code
    purchase = Purchase(known, rail.gateway.code, rail.currency, talk.bot, _resume(rest))
    payment = await talk.desk.open_payment(talk.customer.id, purchase)
    title, description = _named(talk, payment)
    checkout = await rail.gateway.checkout(payment, _named_outside(talk, payment, title))
    if checkout.url is None:
        await talk.voice.invoice(payment, title[:TITLE_LENGTH], description[:DESCRIPTION_LENGTH])
    else:
        await _link(talk, checkout, title)


def _named(talk: Talk, payment: Payment) -> tuple[str, str]:
    match payment.purpose:
        case PlanPurchase(plan=code, days=days):
            title = talk.words.title(talk.catalogue.plan(code).titles)
            return title, talk.words.plain("invoice-plan", plan=title, days=days or 0, stars=payment.stars)
        case _:
            title = talk.words.plain("invoice-pack-title", stars=payment.stars)
            return title, talk.words.plain("invoice-pack", stars=payment.stars)


def _named_outside(talk: Talk, payment: Payment, title: str) -> str:
    """Return what is paid for in a vendor's words: a pack without its emoji, a plan as it is called here."""
    if isinstance(payment.purpose, TopUp):
        return talk.words.plain("gateway-pack", stars=payment.stars)
    return title


async def _link(talk: Talk, checkout: Checkout, title: str) -> None:
    """Send the link as a button, or in the text where Telegram does not take it as one."""
    price = checkout.payment.price
    button = Button(talk.words.plain("button-pay", price=price), url=checkout.url)
    try:
        await talk.say("checkout", ((button,),), title=title, price=price)
    except MessageRefused:
        await talk.say("checkout-link", url=checkout.url, title=title, price=price)
