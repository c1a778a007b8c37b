"""What the terminal says around the chat, in the chat's language; what went wrong is told in English alone."""

from dataclasses import dataclass

from avatar_core.customers import Language


@dataclass(frozen=True, slots=True)
class Sayings:
    """The words of one language."""

    starting: str
    pay: str
    paid: str
    failed: str
    saved: str
    statement: tuple[str, ...]
    """The title of the table and the headings of its columns."""
    balance: str
    lawful: str


SAYINGS = {
    Language.EN: Sayings(
        starting="Starting PostgreSQL, the bot, the web app, the worker and the vendors' stand-ins…",
        pay="Pay {amount} ⭐",
        paid="💫 {amount} ⭐ paid",
        failed="✗ the payment failed:",
        saved="{count} portraits are in",
        statement=("Statement", "time (UTC)", "what", "⭐", "balance"),
        balance="available {available} ⭐, on hold {held} ⭐",
        lawful="ledger check: every law holds",
    ),
    Language.RU: Sayings(
        starting="Запускаются PostgreSQL, бот, веб-приложение, обработчик и двойники внешних сервисов…",
        pay="Заплатить {amount} ⭐",
        paid="💫 {amount} ⭐ оплачено",
        failed="✗ платёж не прошёл:",
        saved="Портреты ({count}) лежат в",
        statement=("Выписка", "время (UTC)", "что", "⭐", "баланс"),
        balance="доступно {available} ⭐, отложено {held} ⭐",
        lawful="ledger check: все законы соблюдены",
    ),
}
