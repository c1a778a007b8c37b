"""The stand-ins share nothing with what they test."""

import subprocess
import sys

import pytest

LOADED = (
    "import sys, {module}; print({{name.partition('.')[0] for name in sys.modules}} & {{'avatar_core', 'adapters'}})"
)


@pytest.mark.parametrize("module", ["entrypoints.sandbox.replicate", "entrypoints.sandbox.robokassa"])
def test_a_stand_in_imports_nothing_of_what_it_tests(module: str) -> None:
    command = [sys.executable, "-c", LOADED.format(module=module)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "set()"
