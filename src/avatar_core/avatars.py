"""Avatars: the trained models of a customer."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from avatar_core.errors import AvatarNotReady, InvalidName
from avatar_core.ids import AvatarId, CustomerId
from avatar_core.runs import ModelVersion

LONGEST_NAME = 32


class Gender(StrEnum):
    """Whose portrait it is, for the prompt; belongs to the avatar, not to the customer."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"

    @property
    def word(self) -> str:
        """The person's word in an English prompt."""
        return {Gender.MALE: "man", Gender.FEMALE: "woman", Gender.OTHER: "person"}[self]


@dataclass(frozen=True, slots=True)
class Avatar:
    """One personal model, or the wish for one while ``trained`` is None."""

    id: AvatarId
    customer: CustomerId
    name: str
    gender: Gender
    trigger: str
    """A token that is no real word, so that the model learns it anew: ``TOK_`` and six letters."""
    created_at: datetime
    trained: ModelVersion | None = None
    version: int = 0

    def __post_init__(self) -> None:
        """Raise InvalidName for an empty or a long name."""
        if not 1 <= len(self.name.strip()) <= LONGEST_NAME:
            raise InvalidName(longest=LONGEST_NAME)

    def ready(self, made: ModelVersion) -> "Avatar":
        """Return the avatar with the model that its training made."""
        return replace(self, trained=made)

    def model(self) -> ModelVersion:
        """Return the trained model.  Raises AvatarNotReady."""
        if self.trained is None:
            raise AvatarNotReady
        return self.trained
