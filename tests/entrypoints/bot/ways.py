"""Ways through the chat: to a place in it, to a training, to portraits."""

from entrypoints.bot.callbacks import Tap, calling
from entrypoints.bot.talk import Place
from entrypoints.sandbox.telegram import Customer
from tests.entrypoints.bot.stage import Stage


async def go_to(stage: Stage, person: Customer, place: Place | None) -> None:
    match place:
        case Place.NAME:
            await stage.press(person, Tap.NEW_AVATAR)
        case Place.GENDER:
            await go_to(stage, person, Place.NAME)
            await stage.say(person, "Fan")
        case Place.PHOTOS:
            await go_to(stage, person, Place.GENDER)
            await stage.press(person, calling(Tap.GENDER, "female"))
        case Place.SUPPORT:
            await stage.say(person, "/support")
        case _:
            pass


async def preparing(stage: Stage, person: Customer, photos: int = 0, stars: int = 1000) -> None:
    """Be in the middle of preparing an avatar."""
    await stage.say(person, "/start")
    await stage.give(person, stars=stars)
    await go_to(stage, person, Place.PHOTOS)
    customer = (await stage.dossier(person)).customer.id
    for number in range(photos):
        await stage.desk.add_photo(customer, f"photo {number}".encode())
    if photos:
        await stage.press(person, Tap.PHOTOS)


async def ordered(stage: Stage, person: Customer) -> None:
    """Have ordered a training that the trainer works on."""
    await preparing(stage, person, 10)
    await stage.press(person, calling(Tap.QUOTE_TRAINING, "flux-dev-lora", 1000))
    await person.tap("Train for 220 ⭐")
    await stage.settled()
    await stage.work()


async def painted(stage: Stage, person: Customer) -> None:
    """Have an avatar, and one portrait of it."""
    await ordered(stage, person)
    await stage.train()
    await person.tap("🎞 Studio")
    await person.wait_for("Price: 7.5 ⭐")
    await paint(stage, person, "Paint for 7.5 ⭐")


async def paint(stage: Stage, person: Customer, button: str) -> None:
    before = stage.written("portraits.requested")
    await person.tap(button)
    await stage.happened("portraits.requested", before + 1)
    await stage.settled()
    await stage.work()
    await stage.paint()
