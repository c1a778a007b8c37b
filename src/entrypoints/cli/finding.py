"""What one look of the doctor has shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """``mend`` says what to do, and is None when all is well."""

    about: str
    told: str
    mend: str | None = None
