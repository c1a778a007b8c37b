"""What Replicate hands on of its other users and of ours: no address in it may harm anybody."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.replicate import UnusableImage
from adapters.replicate.settings import RunKind, mark_in, mark_of
from avatar_core.ids import PortraitOrderId, TrainingId
from tests.adapters.replicate.conftest import opened_studio

POISON = ["http://[", "https://[::1", "http://x:99999999/", "https://\N{FULLWIDTH SOLIDUS}/", "http://a\udcff/"]
NEXT, FORMER = PortraitOrderId("order-2"), PortraitOrderId("order-1")


@pytest.mark.parametrize("words", POISON)
async def test_a_prompt_that_begins_like_an_address_does_not_hold_up_the_others_orders(
    tmp_path: Path, words: str
) -> None:
    """Looking for an order read addresses out of everybody's prompts: one broken one stopped all orders for a day."""
    async with opened_studio(tmp_path) as studio:
        prompt = words.encode(errors="replace").decode()
        await studio.painter.submit(replace(studio.painting(), prompt=prompt))
        studio.replicate.predictions[0].webhook = prompt
        assert await studio.painter.find(NEXT) is None
        assert await studio.trainer.find(TrainingId("order-2")) is None


async def test_a_prompt_that_names_another_order_is_not_taken_for_it(tmp_path: Path) -> None:
    async with opened_studio(tmp_path) as studio:
        await studio.painter.submit(replace(studio.painting("order-1"), prompt="https://x/order-2.zip"))
        assert await studio.painter.find(NEXT) is None
        assert await studio.painter.find(FORMER) is not None


@pytest.mark.parametrize("address", [*POISON, "", "ftp://replicate.delivery/x", "//replicate.delivery/x", "x" * 10**6])
async def test_an_image_at_a_broken_address_is_unusable(tmp_path: Path, address: str) -> None:
    """It was a ValueError, and the delivery of the whole order died of it."""
    async with opened_studio(tmp_path) as studio:
        with pytest.raises(UnusableImage):
            await studio.painter.fetch(address)


@pytest.mark.parametrize("value", [*POISON, None, 7, [], "training=1", "http://x/?training="], ids=repr)
def test_what_is_no_address_of_ours_has_no_mark(value: Any) -> None:  # noqa: ANN401
    assert mark_in(value) is None


def test_a_mark_is_read_from_few_fields_only() -> None:
    assert mark_of("training=order-1") == (RunKind.TRAINING, "order-1")
    assert mark_of("training=order-1" + "&a=1" * 100) is None
