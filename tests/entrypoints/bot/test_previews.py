"""Accepted photos are looked through, as small ones or as files, and removed."""

import io
from random import Random

import pytest
from PIL import Image

from entrypoints.bot.callbacks import Tap, calling
from entrypoints.sandbox.telegram import Customer, media
from tests.entrypoints.bot.stage import PHOTOS, Stage
from tests.entrypoints.bot.ways import preparing


async def test_accepted_photos_are_looked_through_and_removed(stage: Stage, fan: Customer) -> None:
    await preparing(stage, fan)
    await fan.send_album(PHOTOS[:10])
    await fan.send_album(PHOTOS[10:12])
    await stage.settled()
    await stage.press(fan, calling(Tap.PREVIEW, 0))
    page = fan.received[-1]
    assert "Accepted photos 1–10 of 12" in page.text
    assert len([message for message in fan.received if message.photo]) == 10
    removals = {button.text: button.data or "" for button in page.buttons}
    await stage.press(fan, removals["✖️ 3"])
    assert "The photo is removed. 11 photos are left." in fan.received[-1].text
    await stage.press(fan, removals["✖️ 3"])
    assert "gone already" in fan.received[-1].text
    await stage.press(fan, removals["✖️ 5"])  # by now it is the fourth
    assert fan.received[-1].text == "The photo is removed. 10 photos are left."
    await stage.press(fan, calling(Tap.PREVIEW, 10))
    assert "Accepted photos 1–10 of 10" in fan.received[-1].text
    assert len(stage.store.kept) == 10


async def test_large_photos_are_looked_through_as_small_ones(
    stage: Stage, fan: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An inspector may keep photos of 10 MB as they are, and Telegram takes 50 MB at once."""
    monkeypatch.setattr(media, "MAX_UPLOAD_BYTES", 2_000_000)
    await preparing(stage, fan)
    for number in range(2):
        noise, file = Image.frombytes("RGB", (1400, 1400), Random(number).randbytes(1400 * 1400 * 3)), io.BytesIO()
        noise.save(file, "PNG", compress_level=0)
        await fan.send_document(file.getvalue(), "large.png", "image/png")
    await stage.settled()
    assert all(len(kept) > media.MAX_UPLOAD_BYTES for kept in stage.store.kept.values())
    await stage.press(fan, calling(Tap.PREVIEW, 0))
    assert "Accepted photos 1–2 of 2" in fan.received[-1].text
    assert len([message for message in fan.received if message.photo]) == 2


async def test_what_is_too_large_for_telegram_is_not_sent_again_and_again(stage: Stage, fan: Customer) -> None:
    await preparing(stage, fan, 2)
    stage.telegram.faults.server_error(413, "sendMediaGroup", times=100)
    await stage.press(fan, calling(Tap.PREVIEW, 0))
    assert len(stage.telegram.calls("sendMediaGroup")) == 2  # as photos, and as files
    assert "Something broke" in fan.received[-1].text


async def test_a_photo_telegram_cannot_draw_is_shown_as_a_file(stage: Stage, fan: Customer) -> None:
    await preparing(stage, fan)
    await fan.send_document(b"whatever this is", "photo.heic", "image/heic")
    await stage.settled()
    await stage.press(fan, calling(Tap.PREVIEW, 0))
    assert "Accepted photos 1–1 of 1" in fan.received[-1].text
    assert [message.document_name for message in fan.received if message.document] == ["1.jpg"]
