"""Somebody buys a plan and trains an avatar, on memory adapters: no account, no network, no database server."""
# ruff: noqa: D103, INP001, S101, T201  (an example is a script that prints and asserts)

import asyncio

from adapters.memory.world import BOT, MemoryWorld
from avatar_core.avatars import Gender
from avatar_core.money import Currency
from avatar_core.use_cases import billing, customers, drafts, trainings


async def main() -> None:
    world = MemoryWorld()  # every port, open, in memory
    me = (await world.of(customers.Welcome)(customers.Visit(BOT, telegram_id=1))).customer.id
    plan = billing.Purchase("NEUROPHOTO", world.gateway.code, Currency.RUB, BOT)
    await world.pay(await world.of(billing.OpenPayment)(me, plan))  # 476 ⭐ and 30 days
    await world.of(drafts.StartDraft)(me, BOT, drafts.Sitter("Me", Gender.OTHER))
    for number in range(10):
        await world.of(drafts.AddPhoto)(me, f"photo {number}".encode())
    draft = (await world.of(drafts.QuoteTraining)(me, "flux-dev-lora", 1000)).draft
    await world.of(trainings.RequestTraining)(me, draft.id, draft.chosen.quote.id)  # 220 ⭐ are held
    await world.carry_out()  # what the worker does: hand over, tell
    await world.of(trainings.RecordTrainingReport)(draft.id, world.trainer.finish(draft.id))  # and captured
    print([str(line.amount) for line in await world.books.statement(me, limit=10)])  # ['-220', '476']
    assert await world.books.violations() == []  # the books add up


asyncio.run(main())
