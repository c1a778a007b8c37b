"""Keyboards under messages, validated as strictly as Telegram validates them."""

from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from .records import Json
from .refusals import bad_request

MAX_BUTTONS = 100
MAX_CALLBACK_BYTES = 64
_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


class InlineButton(BaseModel):
    """Bot API's InlineKeyboardButton: a text and exactly one thing that a tap does."""

    model_config = ConfigDict(extra="allow")

    text: str
    url: str | None = None
    callback_data: str | None = None
    pay: bool | None = None

    def check(self) -> None:
        """Raise ApiRefusal for a button Telegram would not draw."""
        if not self.text:
            raise bad_request('can\'t parse inline keyboard button: Field "text" must be non-empty')
        if not any(self.model_dump().get(action) is not None for action in _ACTIONS):
            raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        if self.callback_data is not None and not 1 <= len(self.callback_data.encode()) <= MAX_CALLBACK_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        if self.url is not None and not _is_link(self.url):
            raise bad_request(f"inline keyboard button URL '{self.url}' is invalid: Wrong HTTP URL")


class ReplyButton(BaseModel):
    """Bot API's KeyboardButton: what it says is what the person writes by tapping it."""

    model_config = ConfigDict(extra="allow")

    text: str


class Markup(BaseModel):
    """Any of Bot API's reply_markup objects; exactly one of the fields is set."""

    model_config = ConfigDict(extra="allow")

    inline_keyboard: list[list[InlineButton]] | None = None
    keyboard: list[list[ReplyButton | str]] | None = None
    remove_keyboard: bool = False
    force_reply: bool = False
    one_time_keyboard: bool = Field(default=False)

    def inline_rows(self, *, for_invoice: bool = False) -> list[list[Json]] | None:
        """Return the rows of an inline keyboard as Telegram gives them back, checked; None if there is none."""
        if self.inline_keyboard is None:
            return None
        buttons = [button for row in self.inline_keyboard for button in row]
        if len(buttons) > MAX_BUTTONS:
            raise bad_request("reply markup is too long")
        for place, button in enumerate(buttons):
            button.check()
            if button.pay and not (for_invoice and place == 0):
                raise bad_request("BUTTON_POS_INVALID" if for_invoice else "BUTTON_TYPE_INVALID")
        if for_invoice and buttons and not buttons[0].pay:
            raise bad_request("REPLY_MARKUP_BUY_EMPTY")
        rows = [[button.model_dump(exclude_none=True) for button in row] for row in self.inline_keyboard if row]
        return rows or None

    def reply_labels(self) -> list[str] | None:
        """Return the labels of a reply keyboard; [] when it is removed; None when this markup has none."""
        if self.remove_keyboard:
            return []
        if self.keyboard is None:
            return None
        if not any(self.keyboard):
            raise bad_request("can't parse reply keyboard markup JSON object: reply markup is empty")
        return [button if isinstance(button, str) else button.text for row in self.keyboard for button in row]


def _is_link(url: str) -> bool:
    """Tell whether a button may open `url`: tdlib wants a dot in the host, so localhost is none and 127.0.0.1 is."""
    parts = urlsplit(url if ":" in url else f"http://{url}")
    if parts.scheme == "tg":
        return True
    return parts.scheme in {"http", "https"} and "." in (parts.hostname or "") and " " not in url
