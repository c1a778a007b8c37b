"""The settings of an installation: the environment and `.env`, read once, strictly.

Every name begins with ``AVATAR_``; `.env.example` describes them all.  A wrong or missing one is told by name, and no
value ever gets into the message: it may be a secret.
"""

import hashlib
import hmac
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import unquote

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from entrypoints.setting_values import Days, PublicUrl, SchemaName, Seconds, Url, listed, without_blanks

PREFIX = "AVATAR_"
_BOT_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_PASSWORDS = re.compile(r"://[^:/]*:(.+)@|password\s*=\s*(?:'([^']+)|([^\s&']+))", re.IGNORECASE)
_SECRET_TOKEN_LENGTH = 64


class SettingsWrong(Exception):
    """Settings that cannot be worked with; each sentence names a setting and says what is wrong with it."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def name_of(*path: object) -> str:
    """Return a setting's name in the environment: ``name_of("bots", "my_bot", "token")``."""
    if path[0] in {"replicate_token", "replicate_webhook_secret"}:
        return str(Settings.model_fields[str(path[0])].validation_alias)
    return PREFIX + "__".join(str(each) for each in path).upper()


class BotSettings(BaseModel):
    """One bot; its name in ``bots`` is its username without the at sign."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: SecretStr
    """From @BotFather."""
    network: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")] | None = None
    """Bots with one network share balances and plans; by default a bot is its own."""
    owners: Annotated[tuple[int, ...], NoDecode, BeforeValidator(listed)] = ()
    """Numeric Telegram ids of those who get the owner's notices."""
    owner_language: Literal["ru", "en"] = "ru"
    allow_external_gateways: bool = False
    """Telegram's rule: digital goods are sold for Stars only; switch this on where you may sell otherwise."""

    @field_validator("token")
    @classmethod
    def _require_token(cls, token: SecretStr) -> SecretStr:
        if not _BOT_TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError("the token looks like 123456:ABC-DEF, as @BotFather gives it")
        return token

    @property
    def webhook_secret(self) -> SecretStr:
        """What Telegram proves itself with at our webhook: made from the token, so that nobody has to choose it."""
        digest = hmac.digest(self.token.get_secret_value().encode(), b"avatar telegram webhook", hashlib.sha256)
        return SecretStr(digest.hex()[:_SECRET_TOKEN_LENGTH])


class Settings(BaseSettings):
    """Everything an owner can set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_by_alias=True,
        validate_by_name=True,
    )

    bots: dict[str, BotSettings] = Field(default_factory=dict)
    data_dir: Path = Path("data")
    """Photos, and the embedded database when there is no other."""
    catalogue_file: Path | None = None

    database_url: SecretStr | None = None
    """A PostgreSQL connection string; the embedded server is used when it is not set."""
    database_schema: SchemaName = "avatar"
    database_connections: int = Field(default=8, ge=1, le=100)
    database_prepared_statements: bool = True
    """False behind a transaction pooler (Supabase's port 6543)."""

    telegram_url: Url | None = None
    """Another Bot API server than Telegram's own."""
    telegram_updates: Literal["polling", "webhook"] = "polling"
    public_url: PublicUrl | None = None
    """Where this installation is reached from outside; without it providers are polled and nobody calls us."""
    listen_host: str = "127.0.0.1"
    listen_port: int = Field(default=8080, ge=0, le=65535)

    replicate_token: SecretStr | None = Field(default=None, validation_alias="REPLICATE_API_TOKEN")
    """Under the vendor's own name for it."""
    replicate_models: Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed)] = ()
    """Private models, ``owner/name``, that take the trained versions; made when they are not there."""
    replicate_url: Url = "https://api.replicate.com"
    replicate_hardware: str = "gpu-h100"
    """What a new model of ours runs on; `avatar doctor` knows the names of today."""
    replicate_webhook_secret: SecretStr | None = Field(default=None, validation_alias="REPLICATE_WEBHOOK_SECRET")
    """Asked of Replicate when not set."""

    robokassa_login: str | None = None
    robokassa_password_1: SecretStr | None = None
    robokassa_password_2: SecretStr | None = None
    robokassa_hash: Literal["md5", "ripemd160", "sha1", "sha256", "sha384", "sha512"] = "md5"
    robokassa_test: bool = False
    robokassa_url: Url = "https://auth.robokassa.ru"

    updates_per_minute: int = Field(default=120, ge=0)
    """How many messages and taps of one customer are answered; 0: all.  Payments never wait."""
    photos_per_minute: int = Field(default=120, ge=0)
    """How many photos of one customer are looked at; 0: all."""
    quotes_per_minute: int = Field(default=30, ge=0)
    """How many prices one customer may ask for; 0: any number."""
    refusals_per_minute: int = Field(default=60, ge=0)
    """How many wrong calls of one sender the web app answers and logs in full; 0: all.  Genuine ones never wait."""

    keep_photos_days: Days = 7
    """How long a training's photos are kept after its end."""
    worker_tasks: int = Field(default=16, ge=1, le=500)
    """How many tasks of each kind one worker carries out at a time."""
    poll_runs_every_s: Seconds = 10.0
    """How often an unfinished training or order is asked after at its provider."""
    rounds_every_s: Seconds = 3.0
    """How often the worker looks for what time has made due."""
    retry_first_pause_s: Seconds = 1.0
    """Before a task that failed is tried again; doubled each time, up to a minute."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  (pydantic-settings hands all of them over)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  (the same)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read what the program gives first, then the environment, then `.env`; nothing else."""
        return init_settings, env_settings, dotenv_settings

    @model_validator(mode="before")
    @classmethod
    def _leave_others_alone(cls, found: dict[str, object]) -> dict[str, object]:
        """Pass over blanks, and what other programs keep in the same `.env`, but not over a misspelt name of ours."""
        known = {*cls.model_fields, *(str(field.validation_alias) for field in cls.model_fields.values())}
        ours = PREFIX.lower()
        told = without_blanks(found)
        return {name: value for name, value in told.items() if name in known or name.startswith(ours)}

    @model_validator(mode="after")
    def _require_what_belongs_together(self) -> Self:
        if self.telegram_updates == "webhook" and self.public_url is None:
            raise ValueError(f"{name_of('public_url')} is needed for {name_of('telegram_updates')}=webhook.")
        given = [self.robokassa_login, self.robokassa_password_1, self.robokassa_password_2]
        if any(given) and not all(given):
            names = " and ".join(name_of(f"robokassa_{each}") for each in ("login", "password_1", "password_2"))
            raise ValueError(f"{names} belong together: set all three, or none.")
        return self

    def require(self, *fields: str) -> None:
        """Raise SettingsWrong naming each of these settings that is empty."""
        missing = [field for field in fields if not getattr(self, field)]
        if missing:
            raise SettingsWrong(*(_missing(field) for field in missing))

    def secrets(self) -> Iterator[str]:
        """Give every secret value, so that the logs can be kept clear of them."""
        for bot in self.bots.values():
            yield bot.token.get_secret_value()
            yield bot.webhook_secret.get_secret_value()
        for value in self.__dict__.values():
            if isinstance(value, SecretStr) and value.get_secret_value():
                yield value.get_secret_value()
        if self.database_url is not None:
            yield from passwords_in(self.database_url.get_secret_value())


def passwords_in(address: str) -> Iterator[str]:
    """Give what may be a password in a connection string, in a broken one too: libpq's errors repeat parts of it."""
    for found in _PASSWORDS.finditer(address):
        whole = next(each for each in found.groups() if each)
        yield from (whole, unquote(whole), *re.split(r"[@:/?#\s]", whole))


def _missing(field: str) -> str:
    name = name_of("bots", "<username>", "token") if field == "bots" else name_of(field)
    return f"{name} is not set: put it into .env (see .env.example)."


def load_settings(env_file: Path | None = Path(".env"), **given: object) -> Settings:
    """Read the settings; ``given`` ones win.  Raises SettingsWrong."""
    if misspelt := [name for name in os.environ if _is_misspelt(name)]:
        raise SettingsWrong(*(_no_setting(name) for name in misspelt))
    try:
        return Settings(_env_file=env_file, **given)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as wrong:
        sentences = (_sentence(each["loc"], each["msg"]) for each in wrong.errors())
        raise SettingsWrong(*dict.fromkeys(sentences)) from None  # each wrong thing of a list says the same
    except UnicodeError:
        raise SettingsWrong(f"{env_file or 'The environment'} is not written in UTF-8.") from None
    except SettingsError:  # of JSON, in which only the bots can be written
        line = name_of("bots", "<username>", "token")
        raise SettingsWrong(f"{name_of('bots')} is wrong: it is no JSON; write {line} and the like instead.") from None


def _sentence(path: Sequence[object], message: str) -> str:
    message = message.removeprefix("Value error, ")
    if not path:
        return message
    outside = str(path[0]).lower().startswith(PREFIX.lower()) or path[0] not in Settings.model_fields
    name = str(path[0]).upper() if outside else name_of(*(each for each in path if not isinstance(each, int)))
    if message == "Extra inputs are not permitted":
        return _no_setting(name)
    return f"{name} is wrong: {message[0].lower()}{message[1:]}."


def _is_misspelt(name: str) -> bool:
    """Return whether a name in the environment begins like ours and is none."""
    known = {name_of(field).upper() for field in Settings.model_fields}
    return name.upper().startswith(PREFIX) and name.upper().partition("__")[0] not in known


def _no_setting(name: str) -> str:
    return f"{name} is no setting: see .env.example for all of them."
