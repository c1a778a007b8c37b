"""The bug museum: what went wrong elsewhere, one test a line, the line as its docstring.

The exhibits are in `test_bug_museum_money.py`, `test_bug_museum_access.py` (plans, people, settings) and
`test_bug_museum_orders.py` (trainings, portraits), and, in the whole house with PostgreSQL, both bots, the web app, the
worker and stand-ins for the vendors, in `test_bug_museum_gateways.py` (webhooks) and `test_bug_museum_bot.py`.
"""

import re
from collections import Counter
from pathlib import Path

WAITING = {14, 17, 18, 19, 41, 52}
"""Renewals that Telegram charges by itself, promo codes, refunds by command and a second way to train are not there
yet; what keeps secrets out of logs (52) is shown by a whole run in tests/adversary."""
LINES = set(range(1, 61)) - WAITING


def test_every_line_that_is_due_is_shown_by_exactly_one_test() -> None:
    exhibits = sorted(Path(__file__).parent.glob("test_bug_museum_*.py"))
    assert len(exhibits) == 5
    names = [name for file in exhibits for name in re.findall(r"def test_(\d\d)_", file.read_text("utf-8"))]
    assert {number: count for number, count in Counter(map(int, names)).items() if count > 1} == {}
    assert set(map(int, names)) == LINES
