"""The reference says what the code says."""

from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest

from avatar_core import catalogue_file
from entrypoints.settings import PREFIX, BotSettings, Settings, name_of
from tests.docs import from_entrypoints
from tests.docs.pages import DOCS, PAGES, ROOT, codes, named, rewritten, rows, sections
from tests.docs.writers import WRITERS

WRITTEN = [page for page in PAGES if sections(page)]
NOT_SET = {"–", "none", "Telegram's", "the default one", "the bot itself", "asked of Replicate"}
FIELDS = {
    **{name_of("bots", "<bot>", name): field for name, field in BotSettings.model_fields.items()},
    **{name_of(name): field for name, field in Settings.model_fields.items() if name != "bots"},
}


def described() -> dict[str, list[str]]:
    """Return the settings page's rows by the setting's name."""
    page = rows(DOCS / "reference" / "settings.md")
    return {codes(first)[0]: [default, meaning] for first, default, meaning in page if codes(first)}


def choices(annotation: Any) -> set[str]:  # noqa: ANN401  (whatever a field is annotated with)
    return set(get_args(annotation)) if get_origin(annotation) is Literal else set()


@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_what_the_code_writes_is_up_to_date(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == rewritten(page, WRITERS), "run `python -m tests.docs`"


def test_every_writer_has_a_place() -> None:
    assert {name for page in WRITTEN for name in sections(page)} == set(WRITERS)


def test_every_setting_is_described_and_nothing_else() -> None:
    assert set(described()) == set(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_a_settings_default_is_told(name: str) -> None:
    default, (told, _) = FIELDS[name].get_default(call_default_factory=True), described()[name]
    if default in (None, ()) or FIELDS[name].is_required():
        assert told in NOT_SET
    else:
        assert told == f"`{str(default).lower() if isinstance(default, bool) else default}`"


@pytest.mark.parametrize("name", FIELDS)
def test_a_settings_choices_are_told(name: str) -> None:
    assert choices(FIELDS[name].annotation) <= set(codes(" ".join(described()[name])))


def example_file() -> dict[str, str]:
    """Return the lines of `.env.example` by the setting's name, those that are commented out among them."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    lines = (line.lstrip("# ").partition("=") for line in text.splitlines() if "=" in line and line[:2] != "##")
    return {name: value for name, _, value in lines if name.startswith((PREFIX, "REPLICATE_"))}


def test_the_example_file_names_every_setting() -> None:
    assert set(example_file()) == {name.replace("<BOT>", "MY_AVATAR_BOT") for name in FIELDS}


@pytest.mark.parametrize("name", [name for name in FIELDS if "<BOT>" not in name])
def test_the_example_file_tells_the_default(name: str) -> None:
    default = FIELDS[name].get_default(call_default_factory=True)
    if default not in (None, ()):
        assert example_file()[name] == (str(default).lower() if isinstance(default, bool) else str(default))


def test_every_table_of_the_database_is_described() -> None:
    page = rows(DOCS / "reference" / "database.md")
    told = [codes(row[0])[0] for row in page if len(row) == 3 and codes(row[0]) and "columns" not in page[0]]
    created = from_entrypoints._TABLE.findall(from_entrypoints.schema())
    assert set(told) == {name for name, _ in created}


def test_every_key_of_the_catalogue_is_described() -> None:
    page = [row for row in rows(DOCS / "reference" / "catalogue.md") if len(row) == 3]
    told = {codes(row[1])[0] for row in page if codes(row[1])}
    text = Path(catalogue_file.__file__).read_text(encoding="utf-8")
    known = {each for line in text.split(".knows(")[1:] for each in line.partition(")")[0].replace('"', " ").split()}
    assert told == {each.strip(",") for each in known if each.strip(",").isidentifier()} - {
        *("plan", "pack", "trainer", "portraits", "style", "images", "trigger"),
        *catalogue_file.LANGUAGES,
    }
