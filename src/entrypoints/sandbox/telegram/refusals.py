"""Telegram's refusals, in its own words.

The texts are those of the public Bot API server (tdlib/telegram-bot-api, Client.cpp) and of the payments
methods of its cloud (core.telegram.org/method/payments.*); where neither publishes one, the raiser says so.
"""


class ApiRefusal(Exception):
    """A request was refused: `code` is both the HTTP status and `error_code`."""

    def __init__(self, code: int, description: str, retry_after_s: int | None = None) -> None:
        """Keep what the answer's JSON will say."""
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after_s = retry_after_s

    def body(self) -> dict[str, object]:
        """Return the answer's JSON object."""
        answer: dict[str, object] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after_s is not None:
            answer["parameters"] = {"retry_after": self.retry_after_s}
        return answer


class TooManyRequests(ApiRefusal):
    """429: the sender must keep silent for `retry_after_s` seconds."""

    def __init__(self, retry_after_s: int) -> None:
        """Word it as Telegram does."""
        super().__init__(429, f"Too Many Requests: retry after {retry_after_s}", retry_after_s)


def bad_request(reason: str) -> ApiRefusal:
    """Return a 400 with Telegram's prefix, its first letter lowered unless it is a CODE_IN_CAPITALS."""
    is_code = len(reason) > 1 and (reason[1] == "_" or reason[1].isupper())
    return ApiRefusal(400, f"Bad Request: {reason if is_code else reason[:1].lower() + reason[1:]}")


def forbidden(reason: str) -> ApiRefusal:
    """Return a 403 with Telegram's prefix."""
    return ApiRefusal(403, f"Forbidden: {reason}")


BLOCKED = "bot was blocked by the user"
CANNOT_INITIATE = "bot can't initiate conversation with a user"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
OTHER_GET_UPDATES = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_IS_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
TERMINATED_BY_WEBHOOK = "Conflict: terminated by setWebhook request"
