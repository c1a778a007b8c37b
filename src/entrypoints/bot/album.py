"""Photos for an avatar: taken one by one, counted in one message, refused with the reason, looked through."""

import asyncio
from dataclasses import replace

from aiogram.types import Document, Message, PhotoSize

from adapters.images import preview as small
from adapters.telegram.messenger import Button
from avatar_core.errors import AvatarError, OutsideError, PhotoRefused, StoreUnavailable, TooManyPhotos
from avatar_core.photos import LARGEST_BYTES, Photo, PhotoProblem
from avatar_core.trainings import Training
from entrypoints.bot.avatars import counter, draft_of
from entrypoints.bot.callbacks import Tap, calling
from entrypoints.bot.menu import menu_screen
from entrypoints.bot.pages import Page, page_of, turning
from entrypoints.bot.talk import Place, Rows, Talk
from entrypoints.bot.voice import FileUnavailable

COUNTED_EVERY = 5
"""While photos come in the counter is edited every so many of them: an edit a photo would meet 429."""
ALBUM_GATHERS_S = 0.3
"""An album's photos come as updates of their own: the last one that is here may not be the last one."""
_IN_A_ROW = 5
_SHORT_HASH = 16
_COUNTER = "counter"


async def take_photo(talk: Talk, message: Message) -> None:
    """Look at a photo, or a photo sent as a file, and keep it in the draft.

    Raises FileUnavailable, so that it is tried again, and says so when all tries were in vain: a wrong id stays wrong.
    """
    file = message.photo[-1] if message.photo else message.document
    if draft_of(talk) is None or file is None:
        if not await goes_on(talk, message):
            await _decline(talk, message)
        return
    try:
        draft = await talk.desk.add_photo(talk.customer.id, await _content(talk, file))
    except (PhotoRefused, TooManyPhotos, StoreUnavailable, FileUnavailable) as refusal:
        if isinstance(refusal, FileUnavailable) and not talk.arrived.is_last:
            raise
        talk = await talk.reread()  # raises when it is the database that is down: then the photo is tried again
        draft = talk.dossier.draft
        if not _was_kept_before(talk, refusal):
            await _refuse(talk, message, refusal)
    await _count(talk, message, draft)


async def goes_on(talk: Talk, message: Message) -> bool:
    """Return whether more of an album is coming, so that one answer is enough for all of it."""
    return bool(message.media_group_id) and await _more(talk, message)


async def _decline(talk: Talk, message: Message) -> None:
    """Say what photos are for to somebody who has begun no training; a file that is none is not taken for one."""
    if _is_no_picture(message):
        await talk.voice.say(menu_screen(talk, "not-understood"))
    else:
        await talk.say("photo-unasked")


def _is_no_picture(message: Message) -> bool:
    return message.document is not None and not (message.document.mime_type or "image/").startswith("image/")


def _was_kept_before(talk: Talk, refusal: AvatarError) -> bool:
    """Return whether an update that is fed once more has met its own photo, kept before something broke."""
    is_there = isinstance(refusal, PhotoRefused) and refusal.reason == PhotoProblem.DUPLICATE
    return is_there and talk.arrived.attempt > 1


async def _content(talk: Talk, file: PhotoSize | Document) -> bytes:
    if (file.file_size or 0) > LARGEST_BYTES:
        raise PhotoRefused(reason=PhotoProblem.TOO_LARGE)
    return await talk.voice.download(file)


async def _refuse(talk: Talk, message: Message, refusal: AvatarError) -> None:
    """Say why, under the very photo."""
    refused = "file-refused" if _is_no_picture(message) else "photo-refused"
    key = "photo-not-kept" if isinstance(refusal, OutsideError) else refused
    screen = talk.screen(key, why=talk.words.refusal(refusal))
    await talk.voice.say(replace(screen, buttons=()), reply_to=message.message_id)


async def _count(talk: Talk, message: Message, draft: Training) -> None:
    """Edit the counter while more photos wait, and bring it down to the customer's thumb after the last of them."""
    if await _more(talk, message):
        if len(draft.photos) % COUNTED_EVERY == 0 and (before := await _counter(talk)):
            await talk.voice.amend(before, counter(talk, draft))
        return
    await _count_anew(talk, draft)


async def _more(talk: Talk, message: Message) -> bool:
    waiting = talk.arrived.waiting
    if message.media_group_id and not waiting.more:
        await asyncio.sleep(ALBUM_GATHERS_S)
    return waiting.more


async def _counter(talk: Talk) -> int | None:
    known = talk.remembered.get(_COUNTER) if talk.place == Place.PHOTOS else None
    return known if isinstance(known, int) else None


async def _count_anew(talk: Talk, draft: Training) -> None:
    """Send the counter as the newest message, which counts from now on, and take the old one away."""
    before = await _counter(talk)
    await talk.enter(Place.PHOTOS, **{_COUNTER: await talk.voice.say(counter(talk, draft))})
    if before is not None:
        await talk.voice.erase(before)


async def count_again(talk: Talk, _text: str) -> None:
    """Answer words with what is still missing."""
    await _count_anew(talk, talk.dossier.draft)


async def preview(talk: Talk, args: list[str]) -> None:
    """Show ten accepted photos, and a button for each that takes it away."""
    page = page_of(talk.dossier.draft.photos, args)
    if not page.things:
        await talk.show("preview-empty", ((talk.button("button-back", Tap.PHOTOS),),))
        return
    await talk.voice.album(
        [(f"{i}.jpg", await small(await talk.desk.store.get(photo.ref))) for i, photo in _numbered(page)]
    )
    rows = (*_removals(page), *turning(talk, Tap.PREVIEW, page), (talk.button("button-back", Tap.PHOTOS),))
    await talk.say("preview", rows, **page.facts)


def _numbered(page: Page[Photo]) -> list[tuple[int, Photo]]:
    return list(enumerate(page.things, start=page.before + 1))


def _removals(page: Page[Photo]) -> Rows:
    buttons = [
        Button(f"✖️ {number}", calling(Tap.REMOVE, photo.seen.sha256[:_SHORT_HASH])) for number, photo in _numbered(page)
    ]
    return tuple(tuple(buttons[i : i + _IN_A_ROW]) for i in range(0, len(buttons), _IN_A_ROW))


async def remove(talk: Talk, args: list[str]) -> None:
    """Take a photo out of the draft; one that is gone is told so."""
    found = next((photo for photo in talk.dossier.draft.photos if photo.seen.sha256.startswith(args[0])), None)
    if found is None:
        await talk.say("photo-gone", ((talk.button("button-back", Tap.PHOTOS),),))
        return
    draft = await talk.desk.remove_photo(talk.customer.id, found.ref)
    await talk.say("photo-removed", ((talk.button("button-back", Tap.PHOTOS),),), left=len(draft.photos))
