"""The garbage collector while a process runs."""

import gc

from entrypoints.sweeps import YOUNG, rare_sweeps


class Ring:
    """Garbage that only a sweep finds: it holds itself."""

    def __init__(self) -> None:
        self.held = self


def test_what_was_there_is_left_out_and_what_comes_is_still_swept() -> None:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    with rare_sweeps():
        assert gc.get_freeze_count() > frozen
        assert gc.get_threshold()[0] == YOUNG
        made = [Ring() for _ in range(10)]
        del made
        assert gc.collect() >= 10
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
