"""Preparing an avatar: name, gender, and the way back to a draft that was left."""

from collections.abc import Sequence
from contextlib import suppress

from adapters.telegram.messenger import Button, Rendering
from avatar_core.avatars import LONGEST_NAME, Avatar, Gender
from avatar_core.errors import DraftNotFound, FeatureLocked, InvalidName
from avatar_core.photos import FEWEST_PHOTOS, MOST_PHOTOS
from avatar_core.plans import Feature
from avatar_core.trainings import Training
from avatar_core.use_cases.drafts import Sitter
from entrypoints.bot.callbacks import OutdatedButton, Tap, calling, one_of
from entrypoints.bot.pages import Page, page_of, turning
from entrypoints.bot.talk import Place, Rows, Talk

NAME = "name"


def draft_of(talk: Talk) -> Training | None:
    """Return the avatar that is being prepared, if any."""
    with suppress(DraftNotFound):
        return talk.dossier.draft
    return None


def ready_avatars(talk: Talk, args: Sequence[str] = ()) -> Page[Avatar]:
    """Return the page of the trained avatars that a button asks for, the newest first."""
    ready = [avatar for avatar in reversed(list(talk.dossier.avatars.values())) if avatar.trained]
    return page_of(sorted(ready, key=lambda avatar: avatar.created_at, reverse=True), args)


async def open_avatars(talk: Talk, args: list[str]) -> None:
    """Show the avatars, what is being prepared or trained, and begin the first one at once."""
    ready, draft, running = ready_avatars(talk, args), draft_of(talk), talk.dossier.unfinished
    if not ready.things and draft is None and running is None:
        await begin(talk, [])
        return
    rows: list[tuple[Button, ...]] = [
        (Button(f"📸 {avatar.name}", calling(Tap.AVATAR, avatar.id)),) for avatar in ready.things
    ]
    rows += turning(talk, Tap.AVATARS, ready)
    if running is not None:
        rows.append((talk.button("button-stop", Tap.STOP, running.id),))
    if draft is not None:
        rows.append((talk.button("button-continue-draft", Tap.PHOTOS), talk.button("button-discard", Tap.DISCARD)))
    elif running is None:
        rows.append((talk.button("button-new-avatar", Tap.NEW_AVATAR),))
    screen = talk.screen("avatars", tuple(rows))
    await talk.voice.show(Rendering(f"{screen.text}\n\n" + "\n".join(standing(talk, ready)), screen.buttons))
    await talk.leave()


def standing(talk: Talk, ready: Page[Avatar]) -> list[str]:
    """Say of each avatar how far it is: ready (those of one page), in training, a draft."""
    dossier = talk.dossier
    lines = [talk.words("avatar-ready", name=avatar.name) for avatar in ready.things]
    if ready.is_part:
        lines.append(talk.words("avatars-page", **ready.facts))
    if (running := dossier.unfinished) is not None:
        name = dossier.avatar(running.avatar).name
        lines.append(talk.words("avatar-training", name=name, percent=running.percent))
    if (draft := draft_of(talk)) is not None:
        lines.append(talk.words("avatar-draft", name=dossier.avatar(draft.avatar).name, photos=len(draft.photos)))
    return lines


async def begin(talk: Talk, _args: list[str]) -> None:
    """Ask for the name, unless a draft waits or the plan does not open trainings."""
    if not talk.may(Feature.TRAINING):
        raise FeatureLocked(feature=Feature.TRAINING)
    if draft_of(talk) is not None:
        await open_avatars(talk, [])
        return
    await talk.show("ask-name", _way_out(talk), fewest=FEWEST_PHOTOS, longest=LONGEST_NAME)
    await talk.enter(Place.NAME)


async def take_name(talk: Talk, text: str) -> None:
    """Keep the name and ask whose portrait it is."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidName(longest=LONGEST_NAME)
    await talk.say("ask-gender", _genders(talk), name=name)
    await talk.enter(Place.GENDER, **{NAME: name})


async def ask_gender_again(talk: Talk, text: str) -> None:
    """Take the word on a button for the button; point to the buttons when something else was written."""
    named = [gender for gender in Gender if text.casefold() == talk.words.plain(f"gender-{gender}").casefold()]
    if named:
        await take_gender(talk, list(named))
        return
    name = talk.remembered.get(NAME, "")
    await talk.say("ask-gender", _genders(talk), name=str(name))


def _genders(talk: Talk) -> Rows:
    choices = tuple(talk.button(f"gender-{gender}", Tap.GENDER, gender) for gender in Gender)
    return (choices, *_way_out(talk))


def _way_out(talk: Talk) -> Rows:
    return ((talk.button("button-cancel", Tap.CANCEL),),)


async def take_gender(talk: Talk, args: list[str]) -> None:
    """Begin the draft, or change the gender of the one that is there."""
    gender, draft = Gender(one_of(args[0], list(Gender))), draft_of(talk)
    name = talk.remembered.get(NAME)
    if not isinstance(name, str) and draft is not None:
        name = talk.dossier.avatar(draft.avatar).name
    if not isinstance(name, str):
        raise OutdatedButton
    await talk.desk.start_draft(talk.customer.id, talk.bot, Sitter(name, gender))
    await show_photos(await talk.reread(), [])


async def show_photos(talk: Talk, _args: list[str]) -> None:
    """Show how many photos are accepted, as the message that counts from now on."""
    draft = talk.dossier.draft
    if not talk.may(Feature.TRAINING):
        raise FeatureLocked(feature=Feature.TRAINING)
    message = await talk.voice.show(counter(talk, draft))
    await talk.enter(Place.PHOTOS, counter=message)


def counter(talk: Talk, draft: Training) -> Rendering:
    """Draw the message that counts the photos."""
    accepted = len(draft.photos)
    rows: list[tuple[Button, ...]] = []
    if accepted >= FEWEST_PHOTOS:
        rows.append((talk.button("button-steps", Tap.STEPS),))
    if accepted:
        rows.append((talk.button("button-preview", Tap.PREVIEW, 0),))
    rows.append((talk.button("button-cancel", Tap.CANCEL),))
    return talk.screen(
        "photos",
        tuple(rows),
        name=talk.dossier.avatar(draft.avatar).name,
        accepted=accepted,
        missing=max(FEWEST_PHOTOS - accepted, 0),
        fewest=FEWEST_PHOTOS,
        most=MOST_PHOTOS,
    )
