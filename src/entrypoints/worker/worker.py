"""The worker as a whole."""

import asyncio
from dataclasses import dataclass

from entrypoints.worker.rounds import Rounds
from entrypoints.worker.supervision import supervise
from entrypoints.worker.tasks import TaskLoop


@dataclass(frozen=True, slots=True)
class Worker:
    """Carries out tasks and makes the rounds; a crash of one of them does not stop the other."""

    tasks: TaskLoop
    rounds: Rounds

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; what runs by then is finished first, within bounds."""
        await supervise({"tasks": self.tasks.run, "rounds": self.rounds.run}, stop)
