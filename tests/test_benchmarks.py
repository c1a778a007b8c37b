"""Each benchmark in a tiny form: that it runs and counts, never how fast it is."""

import re
from collections.abc import Iterator

import pytest

from adapters.postgres.embedded import EmbeddedPostgres
from benchmarks.__main__ import main
from benchmarks.figures import Amount, AtLeast, AtMost, Figure, table
from benchmarks.report import Run
from benchmarks.rounds import Rounds
from benchmarks.run import LINES, SIZES
from benchmarks.server import Server
from tests.fixtures_postgres import database_numbers

TINY = SIZES["tiny"]


@pytest.fixture
def server(postgres_server: EmbeddedPostgres, migrated_dsn: str) -> Iterator[Server]:
    """The session's server as a benchmark sees it; a benchmark's own one is durable."""
    name = f"limit_{next(database_numbers)}"
    yield Server(postgres_server, migrated_dsn, postgres_server.create_database(name))
    postgres_server.drop_database(name)


def a_figure(ratio: float, goal: AtLeast | AtMost | None) -> Figure:
    return Figure("S0", "walks", Amount(ratio * 1000, "/s"), "runs", Amount(1000, "/s"), goal)


async def test_settlements_are_measured_and_take_one_read_and_one_write(server: Server) -> None:
    figures = await LINES["settlements"](server, TINY, Rounds(1))
    assert [figure.code for figure in figures] == ["S1", "S1", "S1", "S3", "S3"]
    assert all(figure.ratio > 0 for figure in figures)
    assert [figure.measured.median for figure in figures if figure.code == "S3"] == [2, 3]


async def test_updates_are_measured(server: Server) -> None:
    (figure,) = await LINES["updates"](server, TINY, Rounds(1))
    assert figure.ratio > 0


async def test_reading_is_measured_for_each_number_of_entries(server: Server) -> None:
    figures = await LINES["reading"](server, TINY, Rounds(1))
    assert [figure.what for figure in figures] == ["balance and dossier, 100 entries", "last 10 lines, 100 entries"]
    assert all(figure.ratio > 0 for figure in figures)


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
    ],
)
def test_a_figure_is_held_against_its_goal(figure: Figure, verdict: str) -> None:
    assert figure.cells()[-1] == verdict


def test_a_page_shows_every_figure_and_the_foreign_load() -> None:
    figures = [a_figure(2, None), a_figure(3, AtLeast(1))]
    page = Run(figures, "load average 0.10", duration_s=12, rounds=3).page()
    assert table(figures) in page
    assert "load average 0.10" in page
    assert {len(line) for line in table(figures).splitlines()} == {len(table(figures).splitlines()[0])}


def test_only_lines_that_exist_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["dreams"])
    assert re.search("choose from .*settlements.*updates.*reading", capsys.readouterr().err)
