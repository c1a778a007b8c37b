"""Ways through the chat: to a place in it, to a training, to portraits, and to money that is paid or given back."""

from entrypoints.bot.callbacks import Tap, calling
from entrypoints.bot.talk import Place
from entrypoints.sandbox.telegram import ChatMessage, Customer
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


async def another_asked_for(stage: Stage, person: Customer, name: str) -> None:
    """Have asked for the training of another avatar."""
    await stage.press(person, Tap.NEW_AVATAR)
    await stage.say(person, name)
    await person.tap("Woman")
    await stage.settled()
    customer = (await stage.dossier(person)).customer.id
    for number in range(10):
        await stage.desk.add_photo(customer, f"other {number}".encode())
    await stage.press(person, calling(Tap.QUOTE_TRAINING, "flux-dev-lora", 1000))
    await person.tap("Train for 220 ⭐")


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


def is_invoice(message: ChatMessage) -> bool:
    return message.invoice is not None


def rich(stage: Stage, name: str = "Fan", language: str = "en") -> Customer:
    person = stage.telegram.person(first_name=name, language_code=language)
    person.person.stars = 100_000
    return person


async def paid(stage: Stage, count: int = 1) -> None:
    await stage.happened("payment.completed", count)
    await stage.settled()
    await stage.work()


def refund(fan: Customer) -> dict[str, object]:
    """Word the message by which Telegram tells that a charge was given back."""
    refunded = {
        "currency": "XTR",
        "total_amount": 500,
        "invoice_payload": "some-payment",
        "telegram_payment_charge_id": "charge-7",
    }
    told = {"message_id": 5, "date": 1, "chat": fan.person.wire_chat(), "from": fan.person.wire()}
    return {**told, "refunded_payment": refunded}
