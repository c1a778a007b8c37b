"""The demo: a real bot, a real database, a web app and a worker, with stand-ins for the vendors, and one customer."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from adapters.images import PillowInspector
from avatar_core.customers import Language
from avatar_core.errors import AvatarError, PhotoRefused
from avatar_core.photos import FEWEST_PHOTOS
from entrypoints.demo.books import close_the_books
from entrypoints.demo.journey import Person, images, look_at_the_balance, order_portraits, subscribe_and_top_up, train
from entrypoints.demo.sayings import SAYINGS
from entrypoints.demo.terminal import shown
from entrypoints.running import run as run_house
from entrypoints.sandbox.replicate import ReplicateSandbox
from entrypoints.sandbox.telegram import CannotDo, Customer, TelegramSandbox
from entrypoints.settings import Settings, SettingsWrong, load_settings
from entrypoints.vendors import OpenHouse, open_house
from entrypoints.web.serving import listening

BOT, TOKEN = "avatar_demo_bot", "100200300:DEMO-demo-DEMO-demo-DEMO-demo-DEMO1"
PREDICTION_S = 1.5
PHOTOS = Path(__file__).parents[3] / "examples" / "photos"
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
MOST = 20
"""An album and some files: more would only take longer."""
WORDS = {
    Language.RU: ("Гость", "Моё лицо", "в оранжевом костюме космонавта на фоне звёздного неба, мягкий свет"),
    Language.EN: ("Guest", "My face", "in an orange flight suit under a starry sky, soft light"),
}


@dataclass(frozen=True, slots=True)
class Demo:
    """What is to be shown."""

    photos: Path = PHOTOS
    language: Language = Language.EN
    training_fails: bool = False
    looks_s: float = 0.6
    """How long the customer looks at the screen before doing anything."""
    training_s: float = 12.0
    portraits: Path = field(default_factory=lambda: Path("portraits") / datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S"))


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs during the demo."""

    house: OpenHouse
    telegram: TelegramSandbox
    replicate: ReplicateSandbox


def run(demo: Demo, console: Console | None = None) -> int:
    """Show the whole journey; return 0 when everything ended as it should, 1 otherwise.

    Raises SettingsWrong when there are too few photos.
    """
    photos = _photos(demo.photos)
    with tempfile.TemporaryDirectory(prefix="avatar-demo-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # the database may have an account of its own, which has to pass
        return asyncio.run(play(demo, photos, Path(folder), console or Console(highlight=False)))


async def play(demo: Demo, photos: Sequence[bytes], folder: Path, console: Console) -> int:
    """Open the stage, let the customer walk, close the books."""
    console.print(f"[dim]{SAYINGS[demo.language].starting}[/]")
    async with _staged(demo, folder) as stage:
        try:
            return await _walk(demo, stage, photos, console)
        except (CannotDo, TimeoutError, AvatarError) as stuck:
            console.print("[bold red]The journey ended early:[/]")
            console.print(str(stuck), markup=False)
            return 1


def _photos(folder: Path) -> list[bytes]:
    if folder == PHOTOS and not folder.is_dir():
        raise SettingsWrong("The demo's photos are in a clone of the project: name a folder of yours with --photos.")
    files = sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)
    if len(files) < FEWEST_PHOTOS:
        raise SettingsWrong(f"{folder} has {len(files)} photos, and a training needs {FEWEST_PHOTOS}: see --photos.")
    return [_readable(path) for path in files[:MOST]]


def _readable(path: Path) -> bytes:
    content = path.read_bytes()
    try:
        asyncio.run(PillowInspector().inspect(content))
    except PhotoRefused as refused:
        raise SettingsWrong(f"{path} cannot be used for the demo: it is {refused.reason}.") from refused
    return content


@contextlib.asynccontextmanager
async def _staged(demo: Demo, folder: Path) -> AsyncIterator[Stage]:
    async with (
        TelegramSandbox.running() as telegram,
        ReplicateSandbox.running(training_s=demo.training_s, prediction_s=PREDICTION_S) as replicate,
    ):
        telegram.register_bot(TOKEN, BOT, "Avatar demo")
        with listening("127.0.0.1", 0) as listener:
            port = listener.getsockname()[1]
            settings = _settings(folder, telegram, replicate, await _owner(telegram), port)
            async with open_house(settings) as house:
                stop = asyncio.Event()
                running = asyncio.create_task(run_house(house, stop, listener=listener))
                try:
                    yield Stage(house, telegram, replicate)
                finally:
                    stop.set()
                    await running


async def _owner(telegram: TelegramSandbox) -> int:
    """Let the owner write to the bot first: Telegram lets no bot begin."""
    owner = telegram.person("Owner", language_code="en")
    await owner.write("/start")
    return owner.person_id


def _settings(folder: Path, telegram: TelegramSandbox, replicate: ReplicateSandbox, owner: int, port: int) -> Settings:
    return load_settings(
        None,
        bots={BOT: {"token": TOKEN, "owners": [owner], "owner_language": "en"}},
        data_dir=folder,
        telegram_url=telegram.base_url,
        public_url=f"http://127.0.0.1:{port}",
        replicate_url=replicate.base_url,
        replicate_token=replicate.token,
        replicate_models=(f"{replicate.account}/avatars",),
        rounds_every_s=0.5,
        poll_runs_every_s=1.0,
        log_level="error",
    )


async def _walk(demo: Demo, stage: Stage, photos: Sequence[bytes], console: Console) -> int:
    guest, name, wish = WORDS[demo.language]
    chat: Customer = stage.telegram.person(guest, language_code=demo.language)
    person = Person(chat, name, wish, demo.looks_s)
    if demo.training_fails:
        stage.replicate.fail_next_training("CUDA out of memory", at=0.6)
    async with shown(chat, console, SAYINGS[demo.language]):
        await subscribe_and_top_up(person)
        trained = await train(person, photos)
        if trained:
            await order_portraits(person)
        await look_at_the_balance(person)
    expected = not demo.training_fails
    if trained is not expected:
        console.print("[bold red]The training ended otherwise than it should.[/]")
    if trained:
        _save(images(chat), demo, console)
    sound = await close_the_books(stage.house, chat.person_id, console)
    return 0 if sound and trained is expected else 1


def _save(portraits: Sequence[bytes], demo: Demo, console: Console) -> None:
    folder = demo.portraits
    folder.mkdir(parents=True, exist_ok=True)
    for number, portrait in enumerate(portraits, start=1):
        (folder / f"portrait-{number}.jpg").write_bytes(portrait)
    saved = SAYINGS[demo.language].saved.format(count=len(portraits))
    console.print(f"\n{saved} [bold]{folder.resolve()}[/]", soft_wrap=True)
