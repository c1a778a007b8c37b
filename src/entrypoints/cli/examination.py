"""What `avatar doctor` looks at: each finding says what is well, or what to mend."""

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable
from importlib.metadata import version

from rich.console import Console
from rich.markup import escape

from adapters.disk import DiskPhotoStore
from avatar_core.errors import AvatarError, ProviderUnauthorized
from avatar_core.ids import NetworkId, PhotoRef
from entrypoints.cli.extras import BUSINESS, installing
from entrypoints.cli.finding import Finding
from entrypoints.cli.pictures import console
from entrypoints.ground import Ground, read_catalogue
from entrypoints.logs import Redaction
from entrypoints.settings import Settings, SettingsWrong, name_of

ROOM_BYTES = 1 << 30
"""A gigabyte: about fifty trainings' photos."""
DEAD_LETTERS_SHOWN = 5
WITHIN_S = 30.0

Look = Callable[[Settings], Awaitable[list[Finding]]]


async def examine(settings: Settings) -> bool:
    """Print what each look has found, as it comes; return whether all is well."""
    out, redaction = console(), Redaction(settings.secrets())
    good = True
    for look in (_program, _catalogue, _database, _disk, _bots, _replicate, _robokassa, _reach):
        for finding in await _within(look, settings):
            good = good and finding.mend is None
            _print(out, finding, redaction)
    out.print("All is well." if good else "[bold]Something has to be mended, see above.[/]")
    return good


async def _within(look: Look, settings: Settings) -> list[Finding]:
    name = look.__name__.removeprefix("_")
    try:
        async with asyncio.timeout(WITHIN_S):
            return await look(settings)
    except TimeoutError:
        return [Finding(name, f"no answer within {WITHIN_S:.0f} s", "see whether this machine gets out")]
    except SettingsWrong as wrong:
        return [Finding(name, "cannot be tried", " ".join(wrong.sentences))]
    except ModuleNotFoundError as missing:
        return [Finding(name, f"{missing.name} is not installed", installing(BUSINESS))]


def _print(out: Console, finding: Finding, redaction: Redaction) -> None:
    mark = "[green]✓[/]" if finding.mend is None else "[red]✗[/]"
    out.print(f"{mark} {escape(finding.about)}: {escape(redaction(finding.told))}")
    if finding.mend:
        out.print(f"  → {escape(redaction(finding.mend))}")


async def _program(_: Settings) -> list[Finding]:
    return [Finding("program", f"avatar-core {version('avatar-core')} on Python {sys.version.split()[0]}")]


async def _catalogue(settings: Settings) -> list[Finding]:
    catalogue = read_catalogue(settings.catalogue_file)
    where = settings.catalogue_file or "the default one"
    return [Finding("catalogue", f"{where}, {len(catalogue.plans)} plans, {len(catalogue.trainers)} trainers")]


async def _database(settings: Settings) -> list[Finding]:
    from adapters.postgres.embedded import EmbeddedPostgresError
    from adapters.postgres.migrate import MigrationError
    from entrypoints.opening import open_ground

    embedded = settings.database_url is None
    kind = "embedded" if embedded else "your own"
    try:
        async with open_ground(settings) as ground:
            await ground.store.books.totals(NetworkId(""))
            return [Finding("database", f"{kind}, answers, its schema is this version's"), await _dead_letters(ground)]
    except (AvatarError, EmbeddedPostgresError, MigrationError) as error:
        mend = f"mend the folder {settings.data_dir}" if embedded else f"see {name_of('database_url')}"
        return [Finding("database", f"{kind}: {error}", mend)]


async def _dead_letters(ground: Ground) -> Finding:
    dead = await ground.store.outbox.dead(1000)
    if not dead:
        return Finding("tasks", "none was given up")
    shown = "; ".join(f"{task.id} ({task.error})" for task in dead[:DEAD_LETTERS_SHOWN])
    mend = (
        "mend the cause, then `avatar tasks revive all`: customers may wait; or `avatar tasks drop` what nobody wants"
    )
    return Finding("tasks", f"{len(dead)} were given up: {shown}", mend)


async def _disk(settings: Settings) -> list[Finding]:
    folder = settings.data_dir.absolute() / "photos"
    store, probe = DiskPhotoStore(folder), PhotoRef("doctor/probe")
    try:
        await store.put(probe, b"a probe")
        await store.delete(probe)
    except AvatarError as error:
        return [Finding("photos", f"{folder}: {error}", f"see {name_of('data_dir')}")]
    free_bytes = shutil.disk_usage(folder).free
    mend = None if free_bytes > ROOM_BYTES else f"make room, or move {name_of('data_dir')}"
    return [Finding("photos", f"{folder} can be written, {free_bytes >> 20} MB are free", mend)]


async def _bots(settings: Settings) -> list[Finding]:
    from entrypoints.cli.telegram import look_at_bots

    return await look_at_bots(settings)


async def _replicate(settings: Settings) -> list[Finding]:
    from adapters.replicate import connected_replicate
    from entrypoints.vendors import notice_reader, replicate_settings

    settings.require("replicate_token", "replicate_models")
    account = replicate_settings(settings)
    notice_reader(settings, account)  # says what no secret can be
    async with connected_replicate(account) as connection:
        try:
            hardware, owner = await connection.hardware(), await connection.account()
        except ProviderUnauthorized as rejected:
            return [Finding("replicate", str(rejected), f"put a working token into {rejected.setting}")]
        except AvatarError as error:
            return [Finding("replicate", str(error), f"see {name_of('replicate_url')}, or try again")]
    models = ", ".join(settings.replicate_models)
    if foreign := [each for each in settings.replicate_models if each.partition("/")[0] != owner]:
        told = f"the token is {owner}'s, and cannot train {', '.join(foreign)}"
        return [Finding("replicate", told, f"{name_of('replicate_models')} is {owner}/<a name>")]
    if settings.replicate_hardware not in hardware:
        told = f"there is no hardware {settings.replicate_hardware}"
        return [Finding("replicate", told, f"{name_of('replicate_hardware')} is one of {', '.join(hardware)}")]
    return [Finding("replicate", f"the token works; trained versions go to {models}")]


async def _robokassa(settings: Settings) -> list[Finding]:
    from entrypoints.gateways import rails_of

    rails_of(settings)  # says what no shop can be
    if settings.robokassa_login is None:
        return [Finding("robokassa", "not set up; Telegram Stars only")]
    selling = [name for name, bot in settings.bots.items() if bot.allow_external_gateways]
    told = f"set up; offered by {', '.join(selling) or 'no bot'}"
    if settings.robokassa_test:
        told = f"in test mode, no money moves; offered to the owners alone of {', '.join(selling) or 'no bot'}"
    if settings.public_url is None:
        return [Finding("robokassa", told, f"its notices need {name_of('public_url')}")]
    return [Finding("robokassa", f"{told}; its ResultURL is {settings.public_url}/robokassa/result")]


async def _reach(settings: Settings) -> list[Finding]:
    if settings.public_url is None:
        return [Finding("webhooks", "nobody calls us; providers are asked again and again instead")]
    return [Finding("webhooks", f"expected at {settings.public_url}")]
