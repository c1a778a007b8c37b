"""All groups of laws, laid down for one business."""

from collections.abc import Callable, Iterator
from datetime import datetime

from adapters.memory import MemoryDatabase
from avatar_core.ids import TelegramId
from entrypoints.simulation.audit import Audit, Broken
from entrypoints.simulation.laws.approvals import Approvals
from entrypoints.simulation.laws.figures import Figures
from entrypoints.simulation.laws.goods import Goods, Outlets
from entrypoints.simulation.laws.plans import Plans
from entrypoints.simulation.laws.reasons import Reasons
from entrypoints.simulation.laws.reminders import Reminders
from entrypoints.simulation.laws.telling import Telling
from entrypoints.simulation.oracle import Oracle
from entrypoints.simulation.vendors import Press


class Laws:
    """Lets each group look where it belongs: at commits, at answers, once a day, in the end."""

    def __init__(self, database: MemoryDatabase, oracle: Oracle, now: Callable[[], datetime], *, calm: bool) -> None:
        self._database, self._oracle = database, oracle
        self._now, self._calm = now, calm
        self._outlets: Outlets
        self.plans = Plans(database, oracle, now)
        self.approvals = Approvals(database, now)
        self._reminders = Reminders(self.plans, now)

    def lay_down(self, audit: Audit, outlets: Outlets) -> None:
        """Have an audit ask at each commit."""
        database, oracle = self._database, self._oracle
        self._outlets = outlets
        audit.laws = (
            self.plans,
            self._reminders,
            Figures(database, oracle, audit),
            Goods(database, oracle, outlets),
            Reasons(database, oracle, self._now, calm=self._calm),
        )

    def broken_in_the_end(self, press: Press, owner: TelegramId) -> Iterator[Broken]:
        """Go through what is wrong once time has run on."""
        yield from self._reminders.missing()
        messenger = self._outlets.messenger
        yield from Telling(self._database, self._oracle, messenger, press.published, owner, self._calm).wrong()
