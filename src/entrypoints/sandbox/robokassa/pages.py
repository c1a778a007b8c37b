"""The pages that a customer sees: the checkout, the outcome, the error."""

from collections.abc import Mapping
from html import escape

from entrypoints.sandbox.robokassa.notices import Manner
from entrypoints.sandbox.robokassa.shop import Invoice

LATE_S = 30.0
# The buttons of the checkout: what the customer can do, in both languages.
BUTTONS: Mapping[str, str] = {
    "pay": "Оплатить · Pay",
    "decline": "Отказаться · Decline",
    "pay_twice": "Оплатить, уведомить дважды · Pay but notify twice",
    "pay_late": f"Оплатить, уведомить через {LATE_S:.0f} с · Pay and notify late",
    "pay_silently": "Оплатить, не уведомлять · Pay but never notify",
}
MANNERS: Mapping[str, Manner] = {
    "pay": Manner(),
    "pay_twice": Manner(notices=2),
    "pay_late": Manner(delay_s=LATE_S),
    "pay_silently": Manner(notices=0),
}
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;background:#f3f4f6;margin:0;display:grid;place-items:center;min-height:100vh}
main{background:#fff;border-radius:12px;padding:32px;width:min(420px,90vw);box-shadow:0 8px 30px #0002}
h1{font-size:18px;margin:0 0 4px}.sum{font-size:34px;font-weight:700;margin:12px 0}
button{display:block;width:100%;padding:12px;margin-top:10px;border:1px solid #d1d5db;border-radius:8px;background:#fff;
font:inherit;cursor:pointer}button.pay{background:#2563eb;color:#fff;border-color:#2563eb}small{color:#6b7280}
"""


def page(title: str, body: str) -> str:
    """Put a body into the frame that all pages share."""
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    return f'<!doctype html><html lang="ru"><head>{head}<style>{_STYLE}</style></head><body><main>{body}</main></body>'


def checkout_page(invoice: Invoice, shop_login: str) -> str:
    """Show what is to be paid, and a button for each thing that can happen."""
    currency = escape(invoice.parameters.get("OutSumCurrency") or "₽")
    test = "<p><b>Тестовый режим · Test mode</b></p>" if invoice.is_test else ""
    buttons = "".join(
        f'<button class="{action}" name="action" value="{action}">{label}</button>' for action, label in BUTTONS.items()
    )
    return page(
        f"Счёт {invoice.id}",
        f"<h1>{escape(invoice.parameters.get('Description', ''))}</h1>"
        f"<small>{escape(shop_login)} · № {invoice.id}</small>{test}"
        f'<div class="sum">{invoice.amount:.2f} {currency}</div>'
        f'<form method="post" action="/Merchant/Pay/{invoice.id}">{buttons}</form>',
    )


def outcome_page(text: str) -> str:
    """Show how it ended, where the shop has no page of its own."""
    return page(text, f"<h1>{escape(text)}</h1>")


def posting_page(url: str, fields: Mapping[str, str]) -> str:
    """Send the customer's browser back by POST, as a shop may ask for."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    form = f'<form method="post" action="{escape(url)}">{hidden}<button class="pay">Вернуться · Back</button></form>'
    return page("Robokassa", f"{form}<script>document.forms[0].submit()</script>")


def error_page(text: str) -> str:
    """Show Robokassa's error with its code."""
    return page(text, f"<h1>{escape(text)}</h1>")
