"""The demo itself: a real bot, database, web app and worker, and a customer who walks through all of it."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from avatar_core.customers import Language
from entrypoints.demo.main import PHOTOS, Demo, run
from entrypoints.settings import SettingsWrong

pytestmark = pytest.mark.timeout(150)


SAID = {
    Language.EN: ("💫 476 ⭐ paid", "available 318.5 ⭐, on hold 0 ⭐", "every law holds"),
    Language.RU: ("💫 476 ⭐ оплачено", "доступно 318,5 ⭐, отложено 0 ⭐", "все законы соблюдены"),
}
ORDERED = {Language.EN: "Ordered", Language.RU: "Заказ принят"}
QUEUED = {Language.EN: "in the queue for training", Language.RU: "в очереди на обучение"}


def shown(demo: Demo) -> tuple[int, str]:
    screen = io.StringIO()
    return run(demo, Console(file=screen, width=100, highlight=False)), screen.getvalue()


@pytest.mark.parametrize("language", list(Language))
def test_a_customer_gets_from_start_to_finished_portraits_and_the_books_add_up(
    language: Language, tmp_path: Path
) -> None:
    status, screen = shown(Demo(language=language, looks_s=0.0, training_s=3.0, portraits=tmp_path / "portraits"))
    assert status == 0, screen
    for saying in SAID[language]:
        assert saying in screen
    ordered, queued = screen.index("✅ " + ORDERED[language]), screen.index(QUEUED[language])
    assert ordered < queued
    portraits = sorted((tmp_path / "portraits").iterdir())
    assert len(portraits) == 5
    assert all(each.read_bytes().startswith(b"\xff\xd8") for each in portraits)


def test_a_training_that_fails_gives_the_stars_back_and_says_so(tmp_path: Path) -> None:
    status, screen = shown(Demo(training_fails=True, looks_s=0.0, training_s=3.0, portraits=tmp_path))
    assert status == 0, screen
    assert "220 ⭐ are back" in screen or "given back" in screen
    assert "available 576 ⭐, on hold 0 ⭐" in screen


def test_a_file_that_is_no_photo_is_named_before_anything_is_started(tmp_path: Path) -> None:
    for photo in PHOTOS.glob("*.jpg"):
        (tmp_path / photo.name).write_bytes(photo.read_bytes())
    (tmp_path / "notes.jpg").write_text("not a picture", encoding="utf-8")
    with pytest.raises(SettingsWrong, match=r"notes\.jpg cannot be used for the demo: it is unreadable"):
        run(Demo(photos=tmp_path))


def test_too_few_photos_are_said_before_anything_is_started(tmp_path: Path) -> None:
    for photo in sorted(PHOTOS.glob("*.jpg"))[:9]:
        (tmp_path / photo.name).write_bytes(photo.read_bytes())
    with pytest.raises(SettingsWrong, match="9 photos"):
        run(Demo(photos=tmp_path))
