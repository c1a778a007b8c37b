"""The stand-in as a whole: start it, register bots, let people come."""

import contextlib
from collections.abc import AsyncIterator, Callable

from . import purchases
from .clock import SandboxClock
from .control import Control
from .customer import Customer
from .faults import Faults
from .purchases import CannotDo, PaymentOutcome
from .records import Happening, Json, Person, StarTransaction, Subscription
from .server import BotApi, serving_api
from .state import BotAccount, CallRecord, World

_WATCH_EVERY_S = 1.0


class TelegramSandbox:
    """A Telegram of our own on 127.0.0.1: `async with TelegramSandbox.running() as telegram`."""

    def __init__(self, clock: SandboxClock) -> None:
        """Make an empty world; nothing listens yet."""
        self.world = World(clock)
        self.faults = Faults(clock)
        self.base_url = ""

    @classmethod
    @contextlib.asynccontextmanager
    async def running(
        cls, *, port: int = 0, speed: float = 1.0, now: Callable[[], float] | None = None
    ) -> AsyncIterator["TelegramSandbox"]:
        """Listen on 127.0.0.1 (port 0 takes a free one) until the block ends.

        `speed` runs the stand-in's time faster than the wall clock; `now` replaces it (unix seconds).
        """
        sandbox = cls(SandboxClock(speed=speed, source=now))
        api, control = BotApi(sandbox.world, sandbox.faults), Control(sandbox.world, sandbox.faults)
        async with serving_api(api, control.router(), port) as base_url:
            sandbox.base_url = base_url
            yield sandbox

    @property
    def clock(self) -> SandboxClock:
        """The stand-in's time; `clock.advance(seconds)` pushes it ahead."""
        return self.world.clock

    @property
    def bots(self) -> list[BotAccount]:
        """All bots, oldest first."""
        return list(self.world.bots.values())

    def register_bot(self, token: str, username: str = "demo_bot", first_name: str = "Demo") -> BotAccount:
        """Make a bot with this token ("123456:TEST"); its id is the number before the colon."""
        return self.world.add_bot(token, username, first_name)

    def person(
        self,
        first_name: str = "Visitor",
        *,
        username: str | None = None,
        language_code: str | None = "en",
        person_id: int | None = None,
        bot: BotAccount | None = None,
    ) -> Customer:
        """Make a person and seat them before `bot` (the first registered by default)."""
        made = Person(person_id or self.world.next_person_id(), first_name, username, language_code)
        self.world.add_person(made)
        return self.customer(made.person_id, bot)

    def customer(self, person_id: int, bot: BotAccount | None = None) -> Customer:
        """Return a person who was made before, seated before `bot` (the first registered by default)."""
        if not self.bots:
            raise CannotDo("register a bot before people come to it")
        return Customer(self.world, self.world.people[person_id], bot or self.bots[0])

    async def watch(self, customer: Customer) -> AsyncIterator[Happening]:
        """Give what happens in a chat, from its beginning and for ever, for whoever shows it live."""
        log, shown = self.world.chat(customer.bot, customer.person).log, 0
        while True:
            while shown < len(log):
                yield log[shown]
                shown += 1
            await self.world.bell.wait(_WATCH_EVERY_S)

    def calls(self, method: str | None = None, bot: BotAccount | None = None) -> list[CallRecord]:
        """Return the requests bots made, oldest first."""
        return [
            call
            for call in self.world.calls
            if (method is None or call.method.lower() == method.lower()) and (bot is None or call.bot_id == bot.bot_id)
        ]

    def updates(self, kind: str | None = None, bot: BotAccount | None = None) -> list[Json]:
        """Return all updates ever sent to a bot (the first by default), oldest first."""
        queue = (bot or self.bots[0]).queue
        return [update.wire() for update in queue.everything if kind in {None, update.kind}]

    def redeliver(self, update_id: int, bot: BotAccount | None = None) -> None:
        """Send an update once more under the same update_id."""
        (bot or self.bots[0]).queue.again(update_id)

    def repeat_as_new(self, update_id: int, bot: BotAccount | None = None) -> int | None:
        """Send the content of an update once more under a new update_id."""
        account = bot or self.bots[0]
        old = next(update for update in account.queue.everything if update.update_id == update_id)
        payload = old.wire()[old.kind]
        return self.world.tell(account, old.kind, payload if isinstance(payload, dict) else {}, old.chat_id)

    def transactions(self, bot: BotAccount | None = None) -> list[StarTransaction]:
        """Return a bot's star account, oldest line first."""
        return list((bot or self.bots[0]).transactions)

    def renew(self, subscription: Subscription) -> PaymentOutcome:
        """Charge the next period: nobody is asked, the payload repeats, the charge id is new.  Raises CannotDo."""
        return purchases.renew(self.world, subscription)

    def renew_due(self) -> list[PaymentOutcome]:
        """Charge every running subscription whose period is over by the sandbox's clock."""
        due = [one for one in self.world.subscriptions if one.expires <= self.clock.now() and not one.is_canceled]
        return [self.renew(subscription) for subscription in due]

    def cancel_subscription(self, subscription: Subscription) -> int | None:
        """Let the person cancel in Telegram's settings; the bot hears `canceled`.  Returns the update id."""
        subscription.is_canceled_by_person = True
        return purchases.tell_subscription(self.world, subscription, "canceled")

    def resume_subscription(self, subscription: Subscription) -> int | None:
        """Let the person take it back; the bot hears `active`.  Raises CannotDo after the bot itself cancelled."""
        if subscription.is_canceled_by_bot:
            raise CannotDo("the bot cancelled this subscription; only the bot can allow it again")
        subscription.is_canceled_by_person = False
        return purchases.tell_subscription(self.world, subscription, "active")

    def fail_renewal(self, subscription: Subscription, state: str = "failed") -> int | None:
        """Let a charge find too few Stars: the bot hears `failed` (or any `state`, known or not)."""
        return purchases.tell_subscription(self.world, subscription, state)

    def charge_back(self, charge_id: str) -> None:
        """Let the buyer's app store claw a charge back from the bot; no update tells it."""
        purchases.take_back(self.world, charge_id)
