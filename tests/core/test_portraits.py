"""Portrait orders: images one by one."""

from dataclasses import replace

import pytest

from avatar_core.errors import EmptyPrompt, IllegalMove, QuoteExpired
from avatar_core.ids import PhotoRef, ProviderRunId
from avatar_core.money import Stars
from avatar_core.portraits import Image, ImageStatus, PortraitOrder
from avatar_core.runs import RunStatus, Ticket
from avatar_core.testing.examples import MINUTE, NOW, a_customer, an_avatar, an_order

ORDER = an_order(a_customer(), an_avatar(a_customer()))
STORED = Image(1).stored(PhotoRef("portraits/1.jpg"))


def running(order: PortraitOrder = ORDER) -> PortraitOrder:
    requested = order.request(at=NOW)
    run = requested.run.submit(at=NOW).accept(Ticket(ProviderRunId("run-1")), at=NOW)
    return replace(requested, run=run)


@pytest.mark.parametrize("prompt", ["", "  ", "\n\t"])
def test_nothing_cannot_be_painted(prompt: str) -> None:
    with pytest.raises(EmptyPrompt):
        replace(ORDER.wish, prompt=prompt)


def test_an_order_costs_the_same_for_each_image() -> None:
    assert ORDER.price_per_image == Stars.parse("7.5")


def test_an_order_numbers_its_images_from_one() -> None:
    requested = ORDER.request(at=NOW)
    assert [(image.number, image.status, image.ref) for image in requested.images] == [
        (1, ImageStatus.ORDERED, None),
        (2, ImageStatus.ORDERED, None),
    ]
    assert requested.run.status is RunStatus.PENDING


def test_an_order_is_made_while_its_quote_holds_and_once() -> None:
    with pytest.raises(QuoteExpired):
        ORDER.request(at=NOW + 15 * MINUTE)
    with pytest.raises(IllegalMove):
        ORDER.request(at=NOW).request(at=NOW)


def test_an_image_is_delivered_only_when_it_was_stored() -> None:
    assert (STORED.status, STORED.ref) == (ImageStatus.STORED, "portraits/1.jpg")
    assert STORED.delivered().status is ImageStatus.DELIVERED
    assert Image(1).delivered() == Image(1)
    assert Image(1).lost().delivered().status is ImageStatus.LOST


def test_the_first_report_of_images_counts_and_no_more_are_taken_than_were_ordered() -> None:
    painted = running().painted(("one", "two", "three"), at=NOW)
    assert painted.sources == ("one", "two")
    assert painted.painted(("other",), at=NOW) == painted
    assert painted.run.diary[-1].text == "painted 3 images"


def test_images_of_an_order_that_is_not_running_are_not_noted() -> None:
    assert ORDER.request(at=NOW).painted(("one",), at=NOW).sources == ()
    canceled = replace(running(), run=running().run.cancel(at=NOW))
    assert canceled.painted(("one",), at=NOW) == canceled


def test_a_delivery_ends_the_order_with_what_was_stored() -> None:
    order = replace(running(), images=(STORED, Image(2).lost()))
    done = order.deliver(at=NOW)
    assert done.run.status is RunStatus.SUCCEEDED
    assert [image.number for image in done.delivered] == [1]
    assert order.delivered == ()
