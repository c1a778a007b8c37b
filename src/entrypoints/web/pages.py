"""The pages that a customer sees after paying outside Telegram: plain, and in both languages."""

from avatar_core.customers import Language

_PAGE = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<body style="font: 18px sans-serif; margin: 15vh auto; max-width: 30em; padding: 0 1em; text-align: center">
<h1>{title}</h1>
<p>{text}</p>
</body>
</html>
"""
_PAID = {
    Language.RU: (
        "Спасибо за оплату",
        "Вернитесь в Telegram: бот напишет, как только деньги поступят. Обычно это занимает минуту.",
    ),
    Language.EN: (
        "Thank you for paying",
        "Go back to Telegram: the bot writes as soon as the money has arrived, usually within a minute.",
    ),
}
_UNPAID = {
    Language.RU: (
        "Оплата не прошла",
        "Деньги не списаны. Вернитесь в Telegram: счёт можно оплатить ещё раз или открыть новый.",
    ),
    Language.EN: (
        "Nothing was paid",
        "No money was taken. Go back to Telegram: the bill can be paid again, or a new one opened.",
    ),
}


def paid_page(accept_language: str) -> str:
    """Return the page after a payment; it knows of no payment: the bot tells what was credited."""
    return _page(_PAID, accept_language)


def unpaid_page(accept_language: str) -> str:
    """Return the page after a payment that did not come about."""
    return _page(_UNPAID, accept_language)


def _page(words: dict[Language, tuple[str, str]], accept_language: str) -> str:
    first = accept_language.split(",", maxsplit=1)[0].split(";", maxsplit=1)[0]
    language = Language.spoken(first.strip())
    title, text = words[language]
    return _PAGE.format(language=language.value, title=title, text=text)
