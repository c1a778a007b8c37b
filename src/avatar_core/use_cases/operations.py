"""Carrying out what must follow: one task, one reaction."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from avatar_core.bots import BotProfile, Bots
from avatar_core.customers import Address, Language, Role
from avatar_core.dossier import Dossier, OfCustomer, OfTraining
from avatar_core.errors import MessageGone, MessengerUnavailable, RecipientUnreachable, TaskMakesNoSense
from avatar_core.events import (
    DraftDiscarded,
    Event,
    PaymentQuarantined,
    PortraitsPainted,
    PortraitsRequested,
    ProviderPuzzling,
    ProviderUnauthorized,
    TrainingCanceled,
    TrainingDelayed,
    TrainingFailed,
    TrainingProgressed,
    TrainingRequested,
    TrainingSucceeded,
)
from avatar_core.ids import BotId, CustomerId, MessageId, TrainingId
from avatar_core.ports import BeginUnitOfWork, EventPublisher, Messenger
from avatar_core.tasks import Reaction, Task
from avatar_core.use_cases.again import again
from avatar_core.use_cases.customers import NoteUnreachable
from avatar_core.use_cases.delivery import DeliverPortraits
from avatar_core.use_cases.portraits import SubmitPortraits
from avatar_core.use_cases.trainings import DropFiles, StopTraining, SubmitTraining

TrainingNews = TrainingRequested | TrainingProgressed | TrainingDelayed
TrainingEnd = TrainingSucceeded | TrainingFailed | TrainingCanceled
_WITHOUT_CUSTOMER = PaymentQuarantined | ProviderUnauthorized | ProviderPuzzling


@dataclass(frozen=True, slots=True)
class TellCustomer:
    """Bring the news to a customer, by the bot they came from; how a training goes on is edited in place."""

    begin: BeginUnitOfWork
    messenger: Messenger

    async def __call__(self, customer: CustomerId, news: Event) -> None:
        """Tell; somebody who blocked the bot is not written to.  Raises MessengerUnavailable."""
        dossier = await self._read(customer, news)
        if not dossier.customer.reachable:
            return
        try:
            if isinstance(news, TrainingNews):
                await self._tell_training(dossier, news)
            else:
                if isinstance(news, TrainingEnd):
                    await self._close_progress(dossier, news)
                await self.messenger.tell(dossier.customer.address, news)
        except RecipientUnreachable:
            await NoteUnreachable(self.begin)(customer)

    async def _read(self, customer: CustomerId, news: Event) -> Dossier:
        subject = OfTraining(news.training) if isinstance(news, TrainingNews | TrainingEnd) else OfCustomer(customer)
        async with self.begin() as work:
            return await work.dossier(subject)

    async def _tell_training(self, dossier: Dossier, news: TrainingNews) -> None:
        training, address = dossier.training(news.training), dossier.customer.address
        if training.run.status.final:  # the end is told already, or next
            return
        if training.bot != address.bot:  # messages are numbered by each bot: ours cannot be edited from here
            if not isinstance(news, TrainingProgressed):
                await self.messenger.tell(address, news)
            return
        if training.message is not None:
            try:
                await self.messenger.amend(address, training.message, news)
            except MessageGone:
                pass
            else:
                return
        await self._remember(training.id, await self.messenger.tell(address, news))

    async def _close_progress(self, dossier: Dossier, news: TrainingEnd) -> None:
        """Let the progress message say that it is over, so that nothing is left to stop; the news matters more."""
        training, address = dossier.training(news.training), dossier.customer.address
        if training.message is None or training.bot != address.bot:
            return
        over = TrainingProgressed(
            customer=news.customer, training=training.id, avatar=news.avatar, percent=100, minutes_left=0
        )
        with suppress(MessageGone, MessengerUnavailable):
            await self.messenger.amend(address, training.message, over)

    @again
    async def _remember(self, training: TrainingId, message: MessageId) -> None:
        async with self.begin() as work:
            known = (await work.dossier(OfTraining(training))).training(training)
            work.save(replace(known, message=message))
            await work.commit()


@dataclass(frozen=True, slots=True)
class TellOwner:
    """Bring the news to a bot's owners; one who cannot be told keeps nothing from the others."""

    begin: BeginUnitOfWork
    messenger: Messenger
    bots: Bots

    async def __call__(self, news: Event) -> None:
        """Tell every owner of the bot; what concerns all bots is told by each.  Raises MessengerUnavailable.

        It raises when nobody could be told: were it done again because one could not, a bot that is mute or a group
        that takes nothing in, the others would be told again and again.
        """
        trouble, told = None, False
        for address in _owners_of(self.bots.concerned(await self._bot(news))):
            try:
                await self.messenger.tell(address, news)
            except RecipientUnreachable:
                continue
            except MessengerUnavailable as now:
                trouble = now
            else:
                told = True
        if trouble and not told:
            raise trouble

    async def _bot(self, news: Event) -> BotId | None:
        if isinstance(news, _WITHOUT_CUSTOMER):
            return news.bot
        async with self.begin() as work:
            return (await work.dossier(OfCustomer(news.customer))).customer.bot


def _owners_of(profiles: Iterable[BotProfile]) -> Iterator[Address]:
    for profile in profiles:
        language = Language.spoken(profile.owner_language)
        for owner in profile.owners:
            yield Address(profile.bot, owner, language, Role.OWNER)


@dataclass(frozen=True, slots=True)
class CarryOut:
    """Do what a task says.  Each reaction can be repeated: the worker does so until it has worked once."""

    tell_customer: TellCustomer
    tell_owner: TellOwner
    submit_training: SubmitTraining
    submit_portraits: SubmitPortraits
    deliver_portraits: DeliverPortraits
    drop_files: DropFiles
    stop_training: StopTraining
    publisher: EventPublisher

    async def __call__(self, task: Task) -> None:
        """Carry the task out.  Raises an OutsideError when it has to be tried again later."""
        event = task.happening.event
        match task.reaction:
            case Reaction.TELL_CUSTOMER if not isinstance(event, _WITHOUT_CUSTOMER):
                await self.tell_customer(event.customer, event)
            case Reaction.TELL_OWNER:
                await self.tell_owner(event)
            case Reaction.PUBLISH:
                await self.publisher.publish(task.happening)
            case reaction:
                await self._work(reaction, event)

    async def _work(self, reaction: Reaction, event: Event) -> None:
        match reaction, event:
            case Reaction.SUBMIT_TRAINING, TrainingRequested(training=training):
                await self.submit_training(training)
            case Reaction.SUBMIT_PORTRAITS, PortraitsRequested(order=order):
                await self.submit_portraits(order)
            case Reaction.DELIVER_PORTRAITS, PortraitsPainted(order=order):
                await self.deliver_portraits(order)
            case Reaction.DROP_FILES, DraftDiscarded() | TrainingCanceled() | TrainingFailed() | TrainingSucceeded():
                await self.drop_files(event.training)
            case Reaction.STOP_TRAINING, TrainingCanceled(training=training) | TrainingFailed(training=training):
                await self.stop_training(training)
            case _:
                raise TaskMakesNoSense(reaction=reaction, event=event.name)
