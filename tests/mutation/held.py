"""One collected test session for all mutants.

mutmut forks a process for each mutant, and begins pytest anew in it, which takes longer than the tests.  Here pytest is
begun and the tests are collected once; each fork runs only its own choice of them, in the session that it inherited.
"""

import os
from collections.abc import Iterable

from _pytest.config import _prepareconfig
from mutmut.runners.harness import PytestRunner
from mutmut.utils.file_utils import change_cwd
from mutmut.workers import isolation
from pytest import Session  # noqa: PT013  (a class of its own beside the runner's)


class HeldSession(PytestRunner):
    """mutmut's runner, with one session that every fork goes on with."""

    def run_forced_fail(self) -> int:
        """See the tests fail as mutmut wants it, then collect them for the forks to come."""
        failed = super().run_forced_fail()
        self.hold()
        return failed

    def hold(self) -> None:
        """Begin a session and collect its tests."""
        chosen = [*self._pytest_add_cli_args_test_selection, *self._pytest_add_cli_args]
        with change_cwd("mutants"):
            config = _prepareconfig(["--rootdir=.", "-x", "-q", "-s", "--tb=no", *chosen])
            config._do_configure()
            self.session = Session.from_config(config)
            config.hook.pytest_sessionstart(session=self.session)
            config.hook.pytest_collection(session=self.session)
        self.items = {item.nodeid: item for item in self.session.items}

    def run_tests(self, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        """Run a mutant's tests in this fork, to the first that fails; the unchanged code's as mutmut does."""
        if mutant_name is None:
            return super().run_tests(mutant_name=None, tests=tests)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        self.session.items = [self.items[test] for test in tests]
        with change_cwd("mutants"):
            return self._failed()

    def _failed(self) -> int:
        try:
            self.session.config.hook.pytest_runtestloop(session=self.session)
        except Session.Failed:
            return 1
        return int(self.session.testsfailed > 0)


def hold_one_session() -> None:
    """Let mutmut run every mutant in forks of one session."""
    vars(isolation)["PytestRunner"] = HeldSession
