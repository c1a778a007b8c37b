"""The mutants are those that are meant, and what is told about them is true."""

import re
from pathlib import Path

import pytest
from mutmut.mutation import file_mutation
from mutmut.mutation.file_mutation import MutationVisitor, mutate_file_contents

from tests.mutation import page
from tests.mutation.decorated import mutate_decorated
from tests.mutation.results import Mutant, named
from tests.mutation.tables import tables_of

SOURCE = """
class Box:
    @property
    def double(self) -> int:
        return 2 * 21

    @again
    async def put(self, thing: int) -> int:
        return thing + 1

    @other
    def left(self) -> int:
        return 3 + 4
"""
FOUND = Mutant("money", "money.Stars.of", "killed")
LOOPING = Mutant("money", "money._exact", "timeout")
LEFT = Mutant("use_cases.settlement", "use_cases.settlement._paid", "survived", "return one", "return None")


@pytest.fixture
def _decorated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MutationVisitor, "_skip_node_and_children", MutationVisitor._skip_node_and_children)
    monkeypatch.setattr(file_mutation, "function_trampoline_arrangement", file_mutation.function_trampoline_arrangement)
    mutate_decorated()


@pytest.mark.usefixtures("_decorated")
def test_properties_and_methods_that_run_again_are_changed_and_others_stay() -> None:
    changed = mutate_file_contents("box.py", SOURCE)
    functions = {name.rpartition("__mutmut_")[0] for name in changed.mutant_names}
    assert functions == {"xǁBoxǁdouble", "xǁBoxǁput"}


@pytest.mark.usefixtures("_decorated")
def test_a_changed_property_is_a_property_and_its_copies_are_functions() -> None:
    code = mutate_file_contents("box.py", SOURCE).code
    assert code.count("@property") == code.count("@again") == code.count("@other") == 1
    assert re.search(r"@property\n    @_mutmut_mutated\(\w+\)\n    def double\(", code)


def test_a_mutant_is_named_by_its_function() -> None:
    assert named("avatar_core.money.xǁStarsǁof__mutmut_1") == ("money", "money.Stars.of")
    assert named("avatar_core.use_cases.settlement.x__paid__mutmut_4") == (
        "use_cases.settlement",
        "use_cases.settlement._paid",
    )
    assert [each.found for each in (FOUND, LOOPING, LEFT)] == [True, True, False]


def test_tables_of_states_limits_and_names_are_changed_each_in_a_module_of_its_own() -> None:
    changed = [(each.before, each.after) for each in tables_of(Path("src/avatar_core/pricing.py"))]
    assert ("MAX_IMAGES = 4", "MAX_IMAGES = 5") in changed
    assert ("QUOTE_LIFE = timedelta(minutes=15)", "QUOTE_LIFE = timedelta(minutes=16)") in changed


def test_what_was_not_found_is_listed_with_its_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mutants = [FOUND, LOOPING, LEFT]
    assert page.percent(mutants) == pytest.approx(200 / 3)
    assert "| `use_cases.settlement` | 1 | 0 | 0.0 % | – | – | – |" in page.page(mutants, 60.0)
    assert f"### {page.UNEXPLAINED}" in page.survivors(mutants)
    reasons = tmp_path / "reasons.toml"
    reasons.write_text('[[reason]]\nfunctions = "*.settlement._p*"\nchange = "=> return None$"\nwhy = "It is so."\n')
    monkeypatch.setattr(page, "REASONS", reasons)
    listed = "- `use_cases.settlement._paid`: `` return one `` → `` return None ``"
    assert page.survivors(mutants) == f"\n### It is so.\n\n{listed}\n"


def test_every_reason_can_be_looked_for() -> None:
    for reason in page.reasons():
        re.compile(reason.change)
        assert reason.functions
        assert reason.why.endswith(".")
