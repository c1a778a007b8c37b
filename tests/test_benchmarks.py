"""Each benchmark in a tiny form: that it runs and counts, never how fast it is."""

import asyncio
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.clock import SystemClock
from adapters.postgres.books import PostgresBooks
from adapters.postgres.embedded import EmbeddedPostgres
from benchmarks.__main__ import main
from benchmarks.figures import Amount, AtLeast, AtMost, Curve, Figure, Findings, held_to, table
from benchmarks.load.auditing import Stock
from benchmarks.load.buying import BOUGHT, ORDERED
from benchmarks.load.drawing import draw as draw_load
from benchmarks.load.filling import fill
from benchmarks.load.member import Pace
from benchmarks.load.page import Section, write
from benchmarks.load.watching import DATABASE, Watch
from benchmarks.pictures import draw, picture_name
from benchmarks.report import Run
from benchmarks.rounds import Rounds
from benchmarks.run import LINES, SIZES
from benchmarks.server import Server
from tests.fixtures_postgres import database_numbers

TINY = SIZES["tiny"]
COUNTED = {"trips", "updates"}
CURVE = Curve("S0", "walking over people", "people", "/s", {"walk": [(1.0, 2.0), (100.0, 3.0)], "run": [(1.0, 5.0)]})


@pytest.fixture
def server(postgres_server: EmbeddedPostgres, migrated_dsn: str) -> Iterator[Server]:
    """The session's server as a benchmark sees it; a benchmark's own one is durable."""
    name = f"limit_{next(database_numbers)}"
    yield Server(postgres_server, migrated_dsn, postgres_server.create_database(name))
    postgres_server.drop_database(name)


def a_figure(ratio: float, goal: AtLeast | AtMost | None) -> Figure:
    return Figure("S0", "walks", Amount(ratio * 1000, "/s"), "runs", Amount(1000, "/s"), goal)


@pytest.mark.parametrize("line", LINES)
async def test_every_line_is_measured_and_what_is_counted_is_as_it_should_be(server: Server, line: str) -> None:
    """Round trips and lost updates are the same on every machine; times are not."""
    found = await LINES[line](server, TINY, Rounds(1))
    assert {figure.code for figure in found.figures} == {line}
    assert all(figure.limit.median > 0 for figure in found.figures)
    assert all(figure.passed for figure in found.figures if figure.measured.unit in COUNTED)
    assert all(points for curve in found.curves for points in curve.lines.values())


async def test_rounds_take_turns_in_both_directions_and_give_medians() -> None:
    order: list[str] = []
    answers = {"a": iter((1.0, 9.0, 2.0)), "b": iter((5.0, 5.0, 7.0))}

    async def measured(name: str) -> float:
        order.append(name)
        return next(answers[name])

    medians = await Rounds(3).medians({"a": lambda: measured("a"), "b": lambda: measured("b")})
    assert "".join(order) == "abbaab"
    assert medians == {"a": 2.0, "b": 5.0}


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (a_figure(0.5, AtLeast(0.5)), "pass"),
        (a_figure(0.49, AtLeast(0.5)), "MISS"),
        (a_figure(1.2, AtMost(1.2)), "pass"),
        (a_figure(1.21, AtMost(1.2)), "MISS"),
        (a_figure(9, None), ""),
        (held_to("S0", "sleeps", Amount(5, "ms"), 5, "a goal"), "pass"),
        (held_to("S0", "sleeps", Amount(5.1, "ms"), 5, "a goal"), "MISS"),
    ],
)
def test_a_figure_is_held_against_its_goal(figure: Figure, verdict: str) -> None:
    assert figure.cells()[-1] == verdict


def test_a_page_shows_every_figure_and_curve_the_foreign_load_and_what_was_left_out(tmp_path: Path) -> None:
    found = Findings([a_figure(2, None)], [CURVE], ["a remark"]) + Findings([a_figure(3, AtLeast(1))])
    run = Run(found, "load average 0.10", duration_s=120, rounds=3)
    run.write(tmp_path / "performance.md")
    page = (tmp_path / "performance.md").read_text()
    assert table(found.figures) in page
    assert "load average 0.10" in page
    assert "- a remark\n" in page
    assert all((tmp_path / name).exists() for name in re.findall(r"\((performance-[^)]+\.svg)\)", page))
    assert {len(line) for line in table(found.figures).splitlines()} == {len(table(found.figures).splitlines()[0])}


def test_the_same_curve_is_drawn_by_the_same_bytes(tmp_path: Path) -> None:
    for name in ("first.svg", "second.svg"):
        draw(CURVE, tmp_path / name)
    assert (tmp_path / "first.svg").read_bytes() == (tmp_path / "second.svg").read_bytes()
    assert picture_name(CURVE) == "performance-s0-people.svg"


def test_only_lines_that_exist_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["dreams"])
    assert re.search("choose from .*S1.*S14", capsys.readouterr().err)


# --- under load


async def test_books_that_were_filled_for_the_load_break_no_law(server: Server) -> None:
    async with server.house(1) as database:
        filled = await fill(database, customers=20, entries=200, bots=3)
        assert filled.entries >= 200
        assert await PostgresBooks(database, SystemClock()).violations() == []


FLAT, RISING = [100.0] * 20, [100.0] * 10 + [100.0 + number for number in range(10)]


@pytest.mark.parametrize(
    ("memory_mb", "connections", "complaints"),
    [
        ({}, [8.0] * 20, 0),
        ({"us": [60.0] * 10 + [100.0] * 10}, [8.0] * 20, 0),
        ({"us": [100.0, 103.0] * 10}, [8.0] * 20, 0),
        ({"us": RISING}, [8.0] * 20, 1),
        ({DATABASE: [9.0 + number / 40 for number in range(20)]}, [8.0] * 20, 0),
        ({DATABASE: [9.0 + number / 30 for number in range(20)]}, [8.0] * 20, 1),
        ({}, [8.0] * 19 + [9.0], 1),
        ({}, [4.0] * 10 + [4.0, 4.0, 5.0, 5.0, 6.0, 6.0, 7.0, 7.0, 8.0, 8.0], 1),
        ({}, [5.0] * 18 + [6.0] * 2, 0),
        ({"us": [100.0, 900.0], DATABASE: [9.0] * 2}, [8.0] * 2, 0),
    ],
)
async def test_what_grows_over_the_second_half_or_opens_too_much_is_complained_of(
    server: Server, tmp_path: Path, memory_mb: dict[str, list[float]], connections: list[float], complaints: int
) -> None:
    async with server.house(1) as database:
        watch = Watch(database, {"us": os.getpid()}, most_connections=8)
        await watch.look()
    assert watch.memory_mb["us"][0] > 0
    assert watch.processor_s[DATABASE][0] > 0
    watch.memory_mb.update({"us": FLAT, DATABASE: FLAT} | memory_mb)
    watch.connections, watch.minutes = connections, [float(number) for number in range(len(connections))]
    assert len(watch.complaints()) == complaints
    draw_load(watch, {"walk": [1.0] * (len(connections) - 1)}, tmp_path / "load-steady.svg")
    assert "walk" in (tmp_path / "load-steady.svg").read_text()


@pytest.mark.parametrize(
    ("found", "complaints"),
    [
        (Stock(3, 3, 250, 2, 60, 12, 0), []),
        (Stock(2, 3, 250, 2, 60, 12, 0), ["payments: 2 instead of 3"]),
        (Stock(3, 3, 350, 2, 60, 12, 0), ["stars: 350 instead of 250"]),
        (Stock(3, 3, 250, 2, 60, 12, 1), ["given_up: 1 instead of 0"]),
    ],
)
def test_what_was_lost_or_doubled_under_load_is_complained_of(found: Stock, complaints: list[str]) -> None:
    before = Stock(payments=1, settled=1, stars=110, delivered=1, charged=0, arrivals=4, given_up=0)
    did = Counter({"settle": 2, "order": 1, "update": 5, "webhook": 3, BOUGHT: 200, ORDERED: 60})
    assert before.after(did).complaints(found) == complaints


async def test_a_pause_lasts_until_another_pace_is_set() -> None:
    pace = Pace()
    waiting = asyncio.create_task(pace.turn())
    pace.set(None)
    await waiting
    pace.set(0)
    waiting = asyncio.create_task(pace.turn())
    _, undone = await asyncio.wait([waiting], timeout=0.05)
    assert undone == {waiting}
    pace.set(1000)
    await waiting


def test_a_section_is_written_into_its_place_and_leaves_the_others(tmp_path: Path) -> None:
    page = tmp_path / "load.md"
    write(Section("Steady load", ["slowly"]), page)
    write(Section("Storms", ["fast"], ["a thing broke"]), page)
    write(Section("Storms", ["faster"], ["another thing broke"]), page)
    text = page.read_text()
    assert re.findall("^## (.*)$", text, re.MULTILINE) == ["Storms", "Steady load", "What limits"]
    assert "faster" in text
    assert "- **another thing broke**" in text
    assert "a thing broke" not in text.replace("another thing broke", "")
    assert "slowly\n\nNothing was wrong." in text
