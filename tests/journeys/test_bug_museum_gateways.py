"""The bug museum, webhooks of gateways and of the provider, in the whole house: one test a line, as its docstring."""

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.robokassa import ROBOKASSA
from avatar_core.customers import Language
from avatar_core.ids import PackCode
from avatar_core.money import NO_STARS, Currency, Stars
from avatar_core.runs import RunStatus
from avatar_core.use_cases.billing import OpenPayment, Purchase
from entrypoints.bot.callbacks import Tap
from tests.journeys.broken_store import no_room_for
from tests.journeys.guests import Guest
from tests.journeys.stage import Stage

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
RU, EN = Language.RU, Language.EN


def number_of(link: str) -> int:
    return int(parse_qs(urlsplit(link).query)["InvId"][0])


async def opened(stage: Stage, guest: Guest) -> int:
    """Open an invoice at the shop, and return its number."""
    link = await guest.roubles()
    await stage.robokassa.look(link)
    return number_of(link)


async def notices_kept(stage: Stage, number: int) -> list[tuple[object, ...]]:
    query = "SELECT status, reason FROM avatar.evidence WHERE payment_number = %s"
    return [tuple(row) for row in await stage.database.rows(query, number)]


async def test_01_a_forged_robokassa_result_credits_nothing(stage: Stage) -> None:
    """A forged Robokassa result (their signature check was commented out) credits nothing and is answered with an
    error.
    """
    guest = await stage.guest(RU)
    number = await opened(stage, guest)
    for forged in (
        await stage.robokassa.notify(number, password2="guessed"),
        await stage.robokassa.notify(number, SignatureValue=""),
        await stage.robokassa.notify(number, OutSum="1.000000"),
    ):
        assert forged.status == 403
        assert "OK" not in forged.answer
    assert await notices_kept(stage, number) == []
    assert await guest.money() == (NO_STARS, NO_STARS)


async def test_02_another_amount_credits_nothing_and_goes_to_quarantine(stage: Stage) -> None:
    """A result with a good signature and another amount credits nothing and goes to quarantine."""
    guest = await stage.guest(RU)
    number = await opened(stage, guest)
    notice = await stage.robokassa.notify(number, "1.000000")
    assert notice.accepted
    assert await notices_kept(stage, number) == [("QUARANTINED", "wrong-amount")]
    told = await stage.owner(guest.bot).wait_for("Деньги, которые не удалось сопоставить: 1 ₽", is_anywhere=True)
    assert "другая сумма" in told.text
    assert await guest.money() == (NO_STARS, NO_STARS)


async def test_03_ok_is_answered_only_after_the_evidence_is_committed(stage: Stage) -> None:
    """Errors were answered `OK<InvId>`, so the gateway never came back: ours answers OK only after the evidence is
    committed.
    """
    guest = await stage.guest(RU)
    link, stage.robokassa.retry_after_s = await guest.roubles(), (0.1, 0.2, 0.4, 0.8)
    async with no_room_for(stage, "evidence"):
        await stage.robokassa.pay(link)
        refused = stage.robokassa.notices[-1]
    assert (refused.accepted, "OK" in refused.answer) == (False, False)
    assert refused.status == 503
    await stage.robokassa.told()
    assert stage.robokassa.notices[-1].accepted
    assert await notices_kept(stage, number_of(link)) == [("SETTLED", None)]
    await guest.hears("начислено 217 ⭐")
    assert await guest.money() == (Stars.of(217), NO_STARS)


async def test_04_the_real_form_body_is_read_and_answered_with_the_number(stage: Stage) -> None:
    """Robokassa sends form bodies; their JSON-only route read nothing: the route is tested with the real form body and
    answers `OK<InvId>`.
    """
    guest = await stage.guest(EN)
    link = await guest.roubles()
    await stage.robokassa.pay(link, notices=2)
    first, second = stage.robokassa.notices[-2:]
    assert first.answer == second.answer == f"OK{number_of(link)}"
    await guest.hears("217 ⭐ credited")
    assert await guest.money() == (Stars.of(217), NO_STARS)
    body = json.dumps(dict(first.body))
    answer = await stage.web.post("/robokassa/result", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


async def test_05_invoice_numbers_are_a_sequence(stage: Stage) -> None:
    """InvId was random in 0..999999 (50 % collision after 1,180 invoices): ours is a sequence."""
    guest, ground = await stage.guest(EN), stage.house.ground
    open_payment = OpenPayment(ground.store.begin, ground.clock, ground.names, ground.catalogue, ground.bots)
    purchase = Purchase(PackCode("rub-500.00"), ROBOKASSA, Currency.RUB, guest.bot)
    customer = (await guest.dossier()).customer.id

    async def numbers(count: int) -> list[int]:
        made = await asyncio.gather(*(open_payment(customer, purchase) for _ in range(count)))
        return sorted(payment.number for payment in made)

    first, second = await numbers(100), await numbers(100)
    assert len({*first, *second}) == 200
    assert max(first) < min(second)
    assert max(second) - min(first) < 1_000


async def test_37_a_field_that_is_missing_is_named(stage: Stage) -> None:
    """A multipart request without `gender` broke with 500: it is a 422 that names the field."""
    form = {"OutSum": "500.000000", "InvId": "1", "SignatureValue": "0" * 32}
    for missing in form:
        left = {name: value for name, value in form.items() if name != missing}
        for answer in (
            await stage.web.post("/robokassa/result", data=left),
            await stage.web.post("/robokassa/result", data=left, files={"photo": b"none"}),
        ):
            assert 400 <= answer.status_code < 500
        assert missing in (await stage.web.post("/robokassa/result", data=left)).text


async def test_27_a_forged_webhook_is_refused(stage: Stage) -> None:
    """The webhook was unsigned: a forged one is refused."""
    guest = await stage.guest(EN)
    stage.replicate.hang_next_training(at=0.2)
    await guest.gets_ready_to_train()
    await guest.person.press(Tap.TRAIN)
    await guest.hears(": training,")
    run = stage.replicate.trainings[-1]
    told = {
        "id": run.id,
        "status": "succeeded",
        "output": {"version": "me/avatars:" + "a" * 64},
        "webhook": run.webhook,
    }
    genuine = next(each for each in reversed(stage.replicate.deliveries) if each.run_id == run.id)
    sent_at = str(int(stage.clock.now().timestamp()))
    for signature in ("", "v1,AAAA", "v1,"):
        headers = {"webhook-id": "msg_1", "webhook-timestamp": sent_at, "webhook-signature": signature}
        path = "/replicate?" + urlsplit(str(run.webhook)).query
        assert (await stage.web.post(path, json=told, headers=headers)).status_code == 403
        assert (await stage.web.post(path, content=genuine.body, headers=headers)).status_code == 403
    await stage.settled()
    (training,) = (await guest.dossier()).trainings.values()
    assert (training.run.status, await guest.money()) == (RunStatus.PROCESSING, (Stars.of(256), Stars.of(220)))
    await guest.says("/menu")
    await guest.presses(Tap.AVATARS)
    await guest.presses(Tap.STOP)
    await guest.presses(Tap.STOP_SURELY)
    await guest.hears("220 ⭐ are back")
    assert await guest.money() == (Stars.of(476), NO_STARS)
