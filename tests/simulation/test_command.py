"""`avatar simulate`: what it prints, what it draws, and how it ends."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from entrypoints.cli.commands import app
from entrypoints.simulation import many, show
from entrypoints.simulation.audit import Broken
from entrypoints.simulation.business import Outcome, run
from entrypoints.simulation.many import quiet, run_quietly
from entrypoints.simulation.panels import told
from entrypoints.simulation.scenario import Faults, Scenario
from entrypoints.simulation.show import Wish
from tests.simulation.bugs import BUGS

SMALL = ["simulate", "--customers", "5", "--days", "5"]


def test_a_good_run_ends_with_zero_and_a_table() -> None:
    done = CliRunner().invoke(app, [*SMALL, "--seeds", "2"])
    assert done.exit_code == 0
    assert re.search(r"broken laws\W+0", done.stdout)
    assert re.search(r"customer-days\W+50", done.stdout)
    assert re.search(r"registered\W+10\b", done.stdout)


def test_money_is_told_in_the_units_people_count_in() -> None:
    counts = {"XTR": 26_415, "RUB": 5_997_705, "CREDIT": 50, "training FAILED": 1_000, "fault crash": 2}
    assert [(panel, lines) for panel, lines in told(counts) if lines] == [
        ("money taken", [("Telegram Stars", "26,415"), ("roubles", "59,977.05")]),
        ("stars", [("sold", "0.50")]),
        ("trainings", [("failed", "1,000")]),
        ("faults", [("crash", "2")]),
    ]


def test_every_fault_that_struck_is_told() -> None:
    outcome = run_quietly(Scenario(1, 5, 5, Faults.named("harsh")))
    struck = {str(kind): f"{count:,}" for kind, count in outcome.struck.items()}
    assert len(struck) > 3
    assert dict(dict(told(outcome.counts))["faults"]) == struck


@pytest.mark.parametrize(
    "wrong", [["--faults", "gentle"], ["--faults", "gentle:crash"], ["--without", "everybody"], ["--days", "0"]]
)
def test_what_cannot_be_understood_is_said_in_words(wrong: list[str]) -> None:
    done = CliRunner().invoke(app, [*SMALL, *wrong])
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_what_is_no_customers_number_is_said_in_words() -> None:
    done = CliRunner().invoke(app, [*SMALL, "--without", "3, x"])
    assert done.exit_code == 2
    assert "--without 'x' is no customer's number" in done.output


def test_customers_can_be_left_out() -> None:
    done = CliRunner().invoke(app, [*SMALL, "--without", "1, 2,3,4"])
    assert done.exit_code == 0
    assert re.search(r"customer-days\W+5\b", done.stdout)


@pytest.mark.parametrize("name", ["run.bmp", "run", "no/such/folder/run.png", "folder.png"])
def test_a_picture_that_cannot_be_drawn_is_refused_before_the_first_seed(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.png").mkdir()
    done = CliRunner().invoke(app, [*SMALL, "--picture", str(tmp_path / name)])
    assert done.exit_code == 2
    assert "customer-days" not in done.output
    assert name in done.output


@pytest.mark.parametrize(("name", "begins"), [("run.png", b"\x89PNG"), ("run.svg", b"<?xml")])
def test_a_run_can_be_drawn(tmp_path: Path, name: str, begins: bytes) -> None:
    file = tmp_path / name
    assert CliRunner().invoke(app, [*SMALL, "--picture", str(file)]).exit_code == 0
    assert file.read_bytes().startswith(begins)


def test_a_trace_is_a_line_a_step_with_its_time() -> None:
    lines = CliRunner().invoke(app, [*SMALL, "--trace"]).stdout.splitlines()
    assert all(re.match(r" *\d+ \d\d:\d\d:\d\d\.\d{6}  \S", line) for line in lines)
    assert any("commits" in line for line in lines)


def test_a_broken_law_is_told_with_its_seed_and_the_shortest_scenario(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def with_bug(scenario: Scenario) -> Outcome:
        with quiet():
            return run(scenario, BUGS["no unique key of persons"])

    monkeypatch.setattr(show, "run_quietly", with_bug)
    monkeypatch.setattr(many, "run", with_bug)
    first = Scenario(2, 10, 10, Faults.named("harsh"))
    assert show.show(Wish(first, (first,))) is False
    told = capsys.readouterr().out
    assert "A law is broken: a person is one customer" in told
    assert f"again with: {first}" in told
    shortest = re.search(r"the shortest scenario found: (avatar simulate --seed 2 .* --steps \d+)", told)
    assert shortest
    assert "its last steps:" in told


def test_a_picture_that_breaks_in_the_end_hides_no_broken_law(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    failed = run_quietly(Scenario(1, 2, 2, Faults.named("calm")))
    monkeypatch.setattr(many, "run", lambda _: replace(failed, broken=Broken("a law", "somebody")))
    wish = Wish(failed.scenario, (failed.scenario,), picture=tmp_path / "gone meanwhile" / "run.png", shrink=False)
    with pytest.raises(OSError, match="gone meanwhile"):
        show.show(wish)
    assert "A law is broken: a law" in capsys.readouterr().out
