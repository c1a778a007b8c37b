"""What can be said at any time, in any state, in any chat."""

import pytest

from avatar_core.bots import TELEGRAM_STARS
from avatar_core.customers import Language
from avatar_core.ledger import Cause
from avatar_core.money import Stars
from entrypoints.bot.callbacks import Tap, calling
from entrypoints.bot.routes import COMMANDS
from entrypoints.bot.talk import Place
from entrypoints.sandbox.telegram import Customer
from tests.entrypoints.bot.stage import FIRST, OWNER, SECOND, Stage
from tests.entrypoints.bot.ways import go_to


async def newcomer(stage: Stage, fan: Customer) -> None:
    await fan.write("/start")
    await stage.settled()
    await stage.give(fan, stars=100)


@pytest.mark.parametrize("place", [None, Place.NAME, Place.GENDER, Place.PHOTOS, Place.SUPPORT])
async def test_every_command_works_in_every_state(stage: Stage, fan: Customer, place: Place | None) -> None:
    """/start and /menu did not work inside a conversation (bug museum 48)."""
    await newcomer(stage, fan)
    for command in ("start", *COMMANDS):
        await stage.say(fan, "/start")
        await go_to(stage, fan, place)
        before = len(fan.history)
        await stage.say(fan, f"/{command}")
        assert [line.kind for line in fan.history[before:]] == ["sent", "sent"], fan.transcript()
        assert fan.received[-1].buttons
        assert "/cancel" not in fan.received[-1].text or command == "help"


@pytest.mark.parametrize("command", ["start", "menu", "cancel"])
@pytest.mark.parametrize("place", [Place.NAME, Place.GENDER, Place.PHOTOS, Place.SUPPORT])
async def test_the_ways_out_lead_out(stage: Stage, fan: Customer, place: Place, command: str) -> None:
    await newcomer(stage, fan)
    await go_to(stage, fan, place)
    assert stage.conversations.kept
    await stage.say(fan, f"/{command}")
    assert not stage.conversations.kept


async def test_cancelling_nothing_is_answered_too(stage: Stage, fan: Customer) -> None:
    assert "nothing to cancel" in await stage.say(fan, "/cancel")


@pytest.mark.parametrize("text", ["hello", "/nothing", "🤷", "<b>", "/", "/ start", "a" * 4096])
async def test_what_nobody_understands_is_answered_with_the_menu(stage: Stage, fan: Customer, text: str) -> None:
    assert "did not get that" in await stage.say(fan, text)
    assert "💰 Balance" in fan.received[-1].labels


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place.NAME, "what to call"),
        (Place.GENDER, "Tap one of the buttons"),
        (Place.SUPPORT, "your question in words"),
    ],
)
async def test_a_photo_in_the_wrong_place_is_answered_with_guidance(
    stage: Stage, fan: Customer, place: Place, words: str
) -> None:
    await newcomer(stage, fan)
    await go_to(stage, fan, place)
    await fan.send_photo(b"not asked for", is_raw=True)
    await stage.settled()
    assert words in fan.received[-1].text
    assert not stage.store.kept


@pytest.mark.parametrize("code", ["de", "pt-br", "zh-hans", "xx", None])
async def test_whoever_speaks_another_language_sees_english(stage: Stage, code: str | None) -> None:
    person = stage.telegram.person(language_code=code)
    assert "Hello" in await stage.say(person, "/start")


async def test_the_language_is_switched_and_stays(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/language")
    await stage.press(fan, calling(Tap.SPEAK, "ru"))
    assert "по-русски" in fan.received[-1].text
    assert "💰 Баланс" in fan.received[-1].labels
    assert "Здравствуйте" in await stage.say(fan, "/start")
    assert (await stage.dossier(fan)).customer.language is Language.RU


async def test_names_are_escaped(stage: Stage) -> None:
    person = stage.telegram.person(first_name="<b>Bobby & </b>", language_code="en")
    assert "Hello, <b>Bobby & </b>!" in await stage.say(person, "/start")


async def test_who_comes_by_a_link_has_an_inviter(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await stage.press(fan, Tap.INVITE)
    inviter = (await stage.dossier(fan)).customer.id
    assert f"https://t.me/first_bot?start=ref_{inviter}" in fan.received[-1].text
    second_fan = stage.telegram.person(first_name="Second fan")
    await stage.say(second_fan, f"/start ref_{inviter}")
    assert (await stage.dossier(second_fan)).customer.inviter == inviter


@pytest.mark.parametrize("code", ["ref_", "ref_x", "ref_0190c9a8-7b1c-7d55-8ee0-0123456789ab", "promo_X", "other"])
async def test_a_link_that_names_nobody_turns_nobody_away(stage: Stage, fan: Customer, code: str) -> None:
    assert "Hello" in await stage.say(fan, f"/start {code}")
    assert (await stage.dossier(fan)).customer.inviter is None


async def test_nobody_invites_themselves(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    me = (await stage.dossier(fan)).customer.id
    await stage.say(fan, f"/start ref_{me}")
    assert (await stage.dossier(fan)).customer.inviter is None


async def test_everybody_is_answered_by_the_bot_they_wrote_to(stage: Stage, fan: Customer) -> None:
    second = fan.with_bot(stage.telegram.bots[1])
    await stage.say(second, "/start")
    await stage.say(fan, "/start")
    assert len(second.received) == len(fan.received) == 1
    assert (await stage.dossier(fan)).customer.bot == FIRST
    assert (await stage.dossier(second, SECOND)).customer.bot == SECOND


async def test_news_come_by_the_bot_that_was_used_last(stage: Stage, fan: Customer) -> None:
    second = fan.with_bot(stage.telegram.bots[1])
    await stage.say(second, "/start")
    customer = (await stage.dossier(second, SECOND)).customer
    assert customer.address.bot == SECOND


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("💰 Balance", "Balance: 0 ⭐"),
        ("top up", "Choose a pack"),
        ("Цены", "Prices"),
        ("digital body", "is part of the plan"),
    ],
)
async def test_a_label_of_the_menu_that_is_typed_does_what_its_button_does(
    stage: Stage, fan: Customer, typed: str, told: str
) -> None:
    await stage.say(fan, "/start")
    assert told in await stage.say(fan, typed)


async def test_each_plan_says_what_it_opens_beyond_the_cheaper_one(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    await stage.press(fan, Tap.PLANS)
    cheaper, dearer = fan.received[-1].text.split("NeuroVideo")
    assert "everything new that is added later" in dearer
    assert "everything new" not in cheaper


async def test_who_has_a_plan_is_not_sent_to_the_plans_again(stage: Stage, fan: Customer) -> None:
    assert "Begin with a plan" in await stage.say(fan, "/start")
    await stage.give(fan, stars=7)
    greeted = await stage.say(fan, "/start")
    assert "Hello again, Fan!" in greeted
    assert "7 ⭐" in greeted
    assert "NeuroPhoto until" in greeted


async def test_a_question_reaches_the_owners(stage: Stage, fan: Customer) -> None:
    owner = stage.telegram.person(first_name="Owner", person_id=OWNER)
    await owner.write("/start")
    await stage.say(fan, "/support")
    assert "Passed on" in await stage.say(fan, "Where is <my> portrait?")
    assert "Where is <my> portrait?" in owner.received[-1].text
    assert str(fan.person_id) in owner.received[-1].text
    sent = stage.telegram.calls("sendMessage")
    assert any(f'<a href="tg://user?id={fan.person_id}">' in str(call) for call in sent)
    assert "owner will write to you" in fan.received[-1].text


@pytest.mark.parametrize(
    "question",
    ["Where <are> my stars & why? " * 140, "&" * 4_000, "🦔" * 2_040],
    ids=["words", "escaped", "emoji"],
)
async def test_a_long_question_reaches_the_owners_whole(stage: Stage, fan: Customer, question: str) -> None:
    owner = stage.telegram.person(first_name="Owner", person_id=OWNER)
    await owner.write("/start")
    await stage.say(fan, "/support")
    before = len(owner.received)
    assert "Passed on" in await stage.say(fan, question)
    told = [one.text.partition(":\n" if "from" in one.text else "on:\n")[2] for one in owner.received[before:]]
    assert "".join("".join(told).split()) == "".join(question.split())


async def test_a_question_nobody_got_is_told_to_be_lost(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/paysupport")
    assert "could not be passed on" in await stage.say(fan, "hello?")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("price", ["476 ⭐", "1303 ⭐", "220–880 ⭐", "250 ⭐", "7.5 ⭐"]),
        ("terms", ["Terms"]),
        ("privacy", ["deleted"]),
        ("help", ["/paysupport"]),
        ("paysupport", ["come back in full"]),
    ],
)
async def test_pages_say_what_they_have_to(stage: Stage, fan: Customer, command: str, words: list[str]) -> None:
    text = await stage.say(fan, f"/{command}")
    assert all(each in text for each in words)


def group_message(fan: Customer, text: str) -> dict[str, object]:
    return {
        "message_id": 1,
        "date": 1,
        "chat": {"id": -100, "type": "group", "title": "Friends"},
        "from": fan.person.wire(),
        "text": text,
    }


@pytest.mark.parametrize(
    ("text", "answers"), [("hello", 0), ("/menu@other_bot", 0), ("/menu", 1), ("/menu@first_bot", 1)]
)
async def test_in_a_group_only_commands_for_us_are_answered(
    stage: Stage, fan: Customer, text: str, answers: int
) -> None:
    fan.world.tell(fan.bot, "message", group_message(fan, text), -100)
    await stage.settled()
    assert [call.params["text"] for call in stage.telegram.calls("sendMessage")] == [
        "I answer in a private chat: https://t.me/first_bot"
    ] * answers
    assert not stage.database.customers.taken()


async def test_a_bot_that_writes_is_no_customer(stage: Stage, fan: Customer) -> None:
    wire = {**fan.person.wire(), "is_bot": True}
    message = {**group_message(fan, "/start"), "chat": fan.person.wire_chat(), "from": wire}
    fan.world.tell(fan.bot, "message", message, fan.person_id)
    await stage.settled()
    assert not stage.database.customers.taken()


async def test_the_balance_tells_what_there_is_and_why(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    assert "no operations" in await stage.say(fan, "/balance")
    await stage.press(fan, calling(Tap.STATEMENT, 1))
    assert "no operations" in fan.received[-1].text
    await stage.give(fan, stars=100)
    text = await stage.say(fan, "/balance")
    assert "Balance: 100 ⭐" in text
    assert "NeuroPhoto until 21 December 2026" in text
    assert "gift · +100 → 100 ⭐" in text
    await fan.tap("Why is my balance so?")
    page = await fan.wait_for("There were 0 ⭐, change +100 ⭐, now 100 ⭐.")
    assert "gift · +100 → 100 ⭐" in page.text


async def test_a_long_statement_has_pages_that_join(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    for _ in range(32):
        await stage.give(fan, None, stars=1)
    await stage.say(fan, "/balance")
    await fan.tap("Why is my balance so?")
    first = await fan.wait_for("There were 17 ⭐, change +15 ⭐, now 32 ⭐.")
    await fan.tap("Earlier", first)
    await fan.wait_for("There were 2 ⭐, change +15 ⭐, now 17 ⭐.")
    await fan.tap("Earlier")
    last = await fan.wait_for("There were 0 ⭐, change +2 ⭐, now 2 ⭐.")
    assert "◀️ Earlier" not in last.labels
    await fan.tap("Later")
    await fan.wait_for("There were 2 ⭐, change +15 ⭐, now 17 ⭐.")


async def test_a_debt_is_told(stage: Stage, fan: Customer) -> None:
    await stage.say(fan, "/start")
    customer = (await stage.dossier(fan)).customer
    async with stage.begin() as work:
        dossier = await stage.desk.read_customer(customer.id)
        owed = dossier.wallet.claw_back(
            Stars.of(5), TELEGRAM_STARS, "charge", cause=Cause("payment", "p"), at=stage.clock.now()
        )
        work.save(owed)
        await work.commit()
    assert "You owe 5 ⭐" in await stage.say(fan, "/balance")
