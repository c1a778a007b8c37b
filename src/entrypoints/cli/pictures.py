"""What the commands print: tables that add up."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from avatar_core.catalogue import Catalogue
from avatar_core.dossier import Dossier
from avatar_core.ledger import Pocket, Posting, customer_account
from avatar_core.money import Stars
from avatar_core.ports import StatementLine, Violation
from avatar_core.tasks import DeadLetter
from avatar_core.trainings import Training


def console() -> Console:
    """Return where tables go; wide enough for ids when the output is no terminal."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=200)


def violations_table(violations: Sequence[Violation]) -> None:
    """Print what is broken."""
    table = Table("law", "subject", "detail", title=f"{len(violations)} broken")
    for each in violations:
        table.add_row(escape(each.law), escape(each.subject), escape(each.detail))
    console().print(table)


def letters_table(letters: Sequence[DeadLetter]) -> None:
    """Print the tasks that were given up, the oldest first."""
    table = Table("task", "event", "time (UTC)", "attempts", "why", title=f"{len(letters)} given up")
    for each in letters:
        table.add_row(
            each.id, escape(each.event), f"{each.at:%Y-%m-%d %H:%M:%S}", str(each.attempts), escape(each.error)
        )
    console().print(table)


def statement_table(dossier: Dossier, lines: Sequence[StatementLine]) -> None:
    """Print the statement, the latest line first, and the balance it leads to."""
    table = Table("time (UTC)", "what", "for", title=f"{escape(dossier.customer.name)} · {dossier.customer.id}")
    table.add_column("⭐", justify="right")
    table.add_column("balance", justify="right")
    for each in lines:
        amounts = _signed(each.amount), str(each.balance)
        table.add_row(f"{each.at:%Y-%m-%d %H:%M:%S}", each.kind.lower(), each.plan or each.service, *amounts)
    out = console()
    out.print(table)
    out.print(f"available {dossier.wallet.available} ⭐, on hold {dossier.wallet.held} ⭐")


def explanation(dossier: Dossier, postings: Sequence[Posting]) -> bool:
    """Print every posting with the customer's balances after it; return whether they lead to what the wallet says."""
    customer = dossier.customer
    pockets = {customer_account(customer.network, customer.id, pocket): pocket for pocket in Pocket}
    standing = dict.fromkeys(Pocket, 0)
    table = Table("time (UTC)", "what", "from", "to", title=f"{escape(customer.name)} · {customer.id}")
    for heading in ("⭐", *Pocket):
        table.add_column(heading, justify="right")
    for posting in postings:
        transfer = posting.transfer
        for entry in posting.entries:
            if entry.account in pockets:
                standing[pockets[entry.account]] += entry.amount
        ends = (_short(transfer.source, customer.id), _short(transfer.target, customer.id))
        sums = [str(Stars(standing[pocket])) for pocket in Pocket]
        amount = str(Stars(transfer.amount))
        table.add_row(f"{transfer.at:%Y-%m-%d %H:%M:%S}", transfer.kind.lower(), *ends, amount, *sums)
    out = console()
    out.print(table)
    wallet = dossier.wallet
    agrees = (Stars(standing[Pocket.AVAILABLE]), Stars(standing[Pocket.HELD])) == (wallet.available, wallet.held)
    out.print("The postings sum up to the balance." if agrees else "[red]The postings do not sum up to the balance.[/]")
    return agrees


def training_table(training: Training, dossier: Dossier) -> None:
    """Print where a training stands, and its diary."""
    run, table = training.run, Table(title=f"training {training.id}", show_header=False)
    plan = training.plan
    facts: dict[str, object] = {
        "customer": f"{dossier.customer.name} · {dossier.customer.id}",
        "avatar": dossier.avatar(training.avatar).name,
        "status": run.status if run.failure is None else f"{run.status}: {run.failure}",
        "ordered": f"{plan.trainer}, {plan.steps} steps, {plan.quote.amount} ⭐" if plan else "not yet",
        "photos": len(training.photos),
        "progress": f"{training.percent} %",
        "run at the provider": run.ticket.run if run.ticket else "none",
        "attempts": run.attempt,
        "deadline": f"{run.deadline:%Y-%m-%d %H:%M:%S}" if run.deadline and run.status.unfinished else "none",
    }
    for name, fact in facts.items():
        table.add_row(name, escape(str(fact)))
    out = console()
    out.print(table)
    for remark in run.diary:
        out.print(f"{remark.at:%Y-%m-%d %H:%M:%S}  {escape(remark.text)}")


def catalogue_tables(catalogue: Catalogue) -> None:
    """Print what is sold."""
    out = console()
    plans = Table("plan", "days", "prices", "⭐", "features", "for sale", title="Plans")
    for plan in sorted(catalogue.plans.values(), key=lambda each: each.rank):
        prices = ", ".join(str(price) for price in plan.prices.values())
        features = "all, later ones too" if plan.opens_later else ", ".join(sorted(plan.features))
        on_sale = "yes" if plan.for_sale else "no"
        plans.add_row(plan.code, str(plan.days or "no end"), prices, str(plan.grants), features, on_sale)
    packs = Table("pack", "price", "⭐", title="Star packs")
    for pack in catalogue.packs.values():
        packs.add_row(pack.code, str(pack.price), str(pack.stars))
    trainers = Table("trainer", "model", "steps and their price in ⭐", title="Trainers")
    for trainer in catalogue.trainers.values():
        prices = ", ".join(f"{steps}: {trainer.price(steps)}" for steps in trainer.steps)
        trainers.add_row(trainer.code, trainer.model, prices)
    for table in (plans, packs, trainers):
        out.print(table)
    out.print(f"A portrait costs {catalogue.portraits.price} ⭐; {len(catalogue.styles)} styles.")


def _signed(amount: Stars) -> str:
    return f"+{amount}" if amount.hundredths > 0 else str(amount)


def _short(account: str, customer: str) -> str:
    return account.partition("/")[2].replace(f"customer/{customer}/", "")
