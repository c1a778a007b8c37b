"""Customers of a staged house: what people do, step by step, and what the house knows of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from avatar_core.dossier import Dossier, OfPerson
from avatar_core.ids import BotId, TelegramId
from avatar_core.money import Stars
from avatar_core.use_cases.subscriptions import Gift, GrantPlan, GrantStars
from entrypoints.bot.callbacks import Tap
from entrypoints.demo.journey import Person
from entrypoints.sandbox.telegram import CallbackQuery, ChatMessage, Customer
from entrypoints.vendors import OpenHouse

EXAMPLES = Path(__file__).parents[2] / "examples" / "photos"
SIDE_PX = 640


def photos() -> list[bytes]:
    """The twelve sample photos, as small as a training takes them."""
    made = []
    for path in sorted(EXAMPLES.glob("*.jpg")):
        with Image.open(path) as image:
            image.draft("RGB", (SIDE_PX, SIDE_PX))
            small = image.convert("RGB")
        scale = SIDE_PX / min(small.size)
        written = BytesIO()
        small.resize((round(small.width * scale), round(small.height * scale))).save(written, "JPEG", quality=90)
        made.append(written.getvalue())
    return made


PHOTOS = photos()


@dataclass
class Guest:
    """A customer in a chat with a bot, and what the house knows of them."""

    house: OpenHouse
    chat: Customer
    bot: BotId
    person: Person

    async def dossier(self) -> Dossier:
        network = self.house.ground.bots.of(self.bot).network
        async with self.house.ground.store.begin() as work:
            return await work.dossier(OfPerson(network, TelegramId(self.chat.person_id)))

    async def money(self) -> tuple[Stars, Stars]:
        """Return what is available and what is held."""
        wallet = (await self.dossier()).wallet
        return wallet.available, wallet.held

    async def says(self, text: str) -> ChatMessage:
        """Write, and return the answer."""
        await self.chat.write(text)
        return await self.person.sees()

    async def presses(self, tap: Tap, says: str = "") -> ChatMessage:
        """Press the newest button that does this, and return the answer."""
        await self.person.press(tap, says=says)
        return await self.person.sees()

    async def buys(self, tap: Tap, item: str) -> None:
        """Buy a plan or a pack for Telegram Stars."""
        await self.says("/menu")
        await self.presses(tap)
        await self.person.press(Tap.BUY, says=f"^{item}:s")
        await self.person.pay()

    async def roubles(self) -> str:
        """Ask for 217 stars for 500 roubles, and return the link to pay by."""
        await self.says("/menu")
        await self.presses(Tap.TOP_UP)
        shown = await self.presses(Tap.BUY, r"^rub-500\.00:r")
        return next(button.url for button in shown.buttons if button.url)

    async def begins_an_avatar(self) -> None:
        """Say whose portrait it is; photos are asked for."""
        await self.says("/menu")
        await self.presses(Tap.AVATARS)
        await self.says("Fan")
        await self.presses(Tap.GENDER, "female")

    async def sends(self, contents: Sequence[bytes]) -> ChatMessage:
        """Send photos, ten an album, and return the message that counts them all."""
        before = len((await self.dossier()).draft.photos)
        for start in range(0, len(contents), 10):
            album = list(contents[start : start + 10])
            await (self.chat.send_album(album) if len(album) > 1 else self.chat.send_photo(album[0]))
        return await self.person.sees(lambda one: f" {before + len(contents)} " in one.text)

    async def drafts(self, count: int = 10) -> None:
        """Prepare an avatar with so many photos."""
        await self.begins_an_avatar()
        await self.sends(PHOTOS[:count])

    async def quoted(self, steps: int = 1000) -> ChatMessage:
        """Ask what the training costs; the price is on the screen."""
        await self.presses(Tap.STEPS)
        return await self.presses(Tap.QUOTE_TRAINING, f"^flux-dev-lora:{steps}$")

    async def gets_ready_to_train(self) -> ChatMessage:
        """Subscribe and prepare an avatar, up to the last question."""
        await self.buys(Tap.PLANS, "NEUROPHOTO")
        await self.drafts()
        return await self.quoted()

    async def trained(self) -> None:
        """Subscribe, and train an avatar to the end."""
        await self.gets_ready_to_train()
        await self.person.press(Tap.TRAIN)
        await self.sees_button(Tap.STYLE)

    async def given(self, plan: str | None = "NEUROPHOTO", stars: int = 0) -> None:
        """Get a plan and stars from the owner, without money."""
        customer, ground = (await self.dossier()).customer.id, self.house.ground
        begin, clock, gift = ground.store.begin, ground.clock, Gift(ground.names.fresh(), "a friend")
        if plan:
            await GrantPlan(begin, clock, ground.catalogue)(customer, plan, gift)
        if stars:
            await GrantStars(begin, clock)(customer, Stars.of(stars), gift)
            await self.hears("🎁")

    async def presses_old(self, data: str) -> None:
        """Press a button of any age, or none that was ever drawn, and wait until it stops spinning."""
        world, chat = self.chat.world, self.chat
        under, number = chat.received[-1].message_id, str(3_000_000 + world.number())
        query = CallbackQuery(number, chat.bot.bot_id, chat.person_id, under, data, world.clock.now())
        world.callbacks[number] = query
        chat.note_action("tap", data)
        chat._tell_tap(query)
        await chat.wait_until(lambda: not self.spinning)

    @property
    def spinning(self) -> bool:
        """Whether a tap has not been answered yet."""
        kinds = [line.kind for line in self.chat.history]
        return kinds.count("toast") < kinds.count("tap")

    async def sees_button(self, tap: Tap) -> ChatMessage:
        """Wait for a message that offers this."""
        return await self.person.sees(lambda one: offers(one, tap))

    async def hears(self, words: str) -> ChatMessage:
        """Wait for words, whenever they came."""
        return await self.chat.wait_for(words, 20, is_anywhere=True)


def offers(message: ChatMessage, tap: Tap) -> bool:
    """Tell whether a button of the message does this."""
    return any((button.data or "").removeprefix("+").partition(":")[0] == tap for button in message.buttons)
