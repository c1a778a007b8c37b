"""The settings: read strictly, told by name, never by value."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from entrypoints.ground import bots_of
from entrypoints.settings import PREFIX, Settings, SettingsWrong, load_settings, name_of
from tests.entrypoints.memory_house import TOKEN, some_settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AVATAR_LISTEN_PORT", "AVATAR_BOTS", "REPLICATE_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def read(tmp_path: Path, *lines: str) -> Settings:
    file = tmp_path / ".env"
    file.write_text("\n".join(lines), encoding="utf-8")
    return load_settings(file)


def wrong(tmp_path: Path, *lines: str) -> tuple[str, ...]:
    with pytest.raises(SettingsWrong) as told:
        read(tmp_path, *lines)
    return told.value.sentences


def test_nothing_has_to_be_set_to_look_around() -> None:
    settings = load_settings(None)
    assert settings.database_url is None
    assert settings.bots == {}


def test_a_bot_is_described_line_by_line(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        f"AVATAR_BOTS__MY_BOT__TOKEN={TOKEN}",
        "AVATAR_BOTS__MY_BOT__OWNERS=[1, 2]",
        f"AVATAR_BOTS__SECOND_BOT__TOKEN={TOKEN}",
        "AVATAR_BOTS__SECOND_BOT__OWNERS=3",
        "AVATAR_BOTS__SECOND_BOT__NETWORK=My_Bot",
    )
    assert settings.bots["my_bot"].owners == (1, 2)
    assert settings.bots["second_bot"].owners == (3,)
    assert settings.bots["second_bot"].network == "My_Bot"
    assert {profile.network for profile in bots_of(settings).profiles.values()} == {"my_bot"}


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATAR_LISTEN_PORT", "9001")
    assert read(tmp_path, "AVATAR_LISTEN_PORT=9000").listen_port == 9001


def test_a_misspelt_name_in_the_environment_is_found_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATAR_LISTEN_PROT", "9001")
    assert wrong(tmp_path) == ("AVATAR_LISTEN_PROT is no setting: see .env.example for all of them.",)


def test_what_other_programs_keep_in_the_file_is_left_alone(tmp_path: Path) -> None:
    assert read(tmp_path, "COMPOSE_PROJECT_NAME=shop").listen_port == 8080


def test_replicates_own_names_are_taken(tmp_path: Path) -> None:
    settings = read(tmp_path, "REPLICATE_API_TOKEN=r8_abc", "AVATAR_REPLICATE_MODELS=me/one, me/two")
    assert settings.replicate_token is not None
    assert settings.replicate_token.get_secret_value() == "r8_abc"
    assert settings.replicate_models == ("me/one", "me/two")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("AVATAR_LISTEN_PROT=1", "AVATAR_LISTEN_PROT is no setting: see .env.example for all of them."),
        ("AVATAR_BOTS__X__TOKEN=hello", "AVATAR_BOTS__X__TOKEN is wrong: the token looks like 123456:ABC-DEF"),
        ("AVATAR_BOTS={bad", "AVATAR_BOTS is wrong: it is no JSON; write AVATAR_BOTS__<USERNAME>__TOKEN"),
        ("AVATAR_BOTS__X__NETWORK=acme/eu", "AVATAR_BOTS__X__NETWORK is wrong: "),
        ("AVATAR_BOTS__X=hello", "AVATAR_BOTS__X is wrong: "),
        ("AVATAR_PUBLIC_URL=http://example.org", "AVATAR_PUBLIC_URL is wrong: must begin with https://."),
        ("AVATAR_PUBLIC_URL=example.org", "AVATAR_PUBLIC_URL is wrong: must begin with http:// or https://."),
        ("AVATAR_PUBLIC_URL=https://", "AVATAR_PUBLIC_URL is wrong: must be an address with a host."),
        ("AVATAR_PUBLIC_URL=https://example.org/?shop=1", "AVATAR_PUBLIC_URL is wrong: must end with a path"),
        ("AVATAR_PUBLIC_URL=https://example.org/#shop", "AVATAR_PUBLIC_URL is wrong: must end with a path"),
        ("AVATAR_PUBLIC_URL=https://example.org:99999", "AVATAR_PUBLIC_URL is wrong: must be an address with a host."),
        ("AVATAR_REPLICATE_URL=https://[::1", "AVATAR_REPLICATE_URL is wrong: must be an address with a host."),
        ("AVATAR_TELEGRAM_URL='https://a b'", "AVATAR_TELEGRAM_URL is wrong: must be an address with a host."),
        ("AVATAR_DATABASE_SCHEMA='my avatar'", "AVATAR_DATABASE_SCHEMA is wrong: must be at most 59 of a-z, 0-9 and _"),
        ("AVATAR_DATABASE_SCHEMA=my-avatar", "AVATAR_DATABASE_SCHEMA is wrong: must be at most 59 of a-z, 0-9 and _"),
        ("AVATAR_DATABASE_SCHEMA=pg_mine", "AVATAR_DATABASE_SCHEMA is wrong: must be at most 59 of a-z, 0-9 and _"),
        (f"AVATAR_DATABASE_SCHEMA={'a' * 60}", "AVATAR_DATABASE_SCHEMA is wrong: must be at most 59 of a-z, 0-9"),
        (
            "AVATAR_KEEP_PHOTOS_DAYS=800000",
            "AVATAR_KEEP_PHOTOS_DAYS is wrong: input should be less than or equal to 36500",
        ),
        ("AVATAR_POLL_RUNS_EVERY_S=inf", "AVATAR_POLL_RUNS_EVERY_S is wrong: input should be "),
        ("AVATAR_ROUNDS_EVERY_S=nan", "AVATAR_ROUNDS_EVERY_S is wrong: input should be "),
        (
            "AVATAR_RETRY_FIRST_PAUSE_S=1e9",
            "AVATAR_RETRY_FIRST_PAUSE_S is wrong: input should be less than or equal to 86400",
        ),
        ("AVATAR_TELEGRAM_UPDATES=webhook", "AVATAR_PUBLIC_URL is needed for AVATAR_TELEGRAM_UPDATES=webhook."),
        ("AVATAR_ROBOKASSA_LOGIN=x", "AVATAR_ROBOKASSA_PASSWORD_2 belong together"),
    ],
)
def test_a_wrong_setting_is_told_by_its_name(tmp_path: Path, line: str, sentence: str) -> None:
    assert any(sentence in told for told in wrong(tmp_path, line))


def test_what_is_left_blank_is_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATAR_DATABASE_URL", " ")
    settings = read(
        tmp_path,
        "AVATAR_DATABASE_URL=postgresql://u:p@db.example.org/avatar",
        "AVATAR_CATALOGUE_FILE=",
        "AVATAR_DATABASE_SCHEMA=''",
        "AVATAR_LISTEN_PORT=",
        "AVATAR_PUBLIC_URL=",
        "REPLICATE_API_TOKEN=",
    )
    assert settings == load_settings(None)
    assert settings.database_url is None  # what the environment says wins, that there is none too


def test_what_is_left_blank_of_a_bot_is_not_set(tmp_path: Path) -> None:
    token = "AVATAR_BOTS__FIRST_BOT__TOKEN=1:x"
    names = ("NETWORK", "OWNERS", "OWNER_LANGUAGE", "ALLOW_EXTERNAL_GATEWAYS")
    blank = [f"AVATAR_BOTS__FIRST_BOT__{name}=" for name in names]
    assert read(tmp_path, token, *blank) == read(tmp_path, token)
    (told,) = wrong(tmp_path, "AVATAR_BOTS__FIRST_BOT__TOKEN=")
    assert told == "AVATAR_BOTS__FIRST_BOT__TOKEN is wrong: field required."


def test_the_longest_schema_leaves_room_for_the_role_beside_it(tmp_path: Path) -> None:
    settings = read(tmp_path, f"AVATAR_DATABASE_SCHEMA={'a' * 59}")
    assert len(f"{settings.database_schema}_app") == 63


def test_photos_may_be_kept_for_a_century(tmp_path: Path) -> None:
    settings = read(tmp_path, "AVATAR_KEEP_PHOTOS_DAYS=36500")
    assert datetime.now(UTC) - timedelta(days=settings.keep_photos_days) < datetime(1950, 1, 1, tzinfo=UTC)


def test_a_wrong_value_is_never_repeated_for_it_may_be_a_secret(tmp_path: Path) -> None:
    told = " ".join(wrong(tmp_path, "AVATAR_BOTS__X__TOKEN=sesame", "AVATAR_LISTEN_PORT=open-sesame"))
    assert "sesame" not in told


def test_every_missing_setting_is_named_at_once() -> None:
    with pytest.raises(SettingsWrong) as told:
        load_settings(None).require("bots", "replicate_token")
    assert [sentence.split()[0] for sentence in told.value.sentences] == [
        "AVATAR_BOTS__<USERNAME>__TOKEN",
        "REPLICATE_API_TOKEN",
    ]


def test_a_webhook_secret_is_made_of_the_token_and_does_not_show_it() -> None:
    (bot,) = some_settings().bots.values()
    secret = bot.webhook_secret.get_secret_value()
    assert len(secret) == 64
    assert TOKEN not in secret


def test_printing_the_settings_shows_no_secret() -> None:
    settings = some_settings()
    shown = f"{settings!r} {settings}"
    assert [secret for secret in settings.secrets() if secret in shown] == []


def test_the_example_names_every_setting_and_is_valid(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    named = set(Settings.model_fields) - {"bots"}
    assert [name for field in named if (name := name_of(field)) not in text] == []
    assert f"{PREFIX}BOTS__" in text
    lines = [line.removeprefix("# ") for line in text.splitlines() if "=" in line and not line.startswith("## ")]
    settings = read(tmp_path, *lines)
    assert settings.bots


@pytest.mark.parametrize("owners", ["[1, 2]", "1, 2", "1,2", '["1", 2]', "[1,2,]"])
def test_owners_are_listed_with_brackets_or_without(tmp_path: Path, owners: str) -> None:
    settings = read(tmp_path, f"AVATAR_BOTS__SHOP_BOT__TOKEN={TOKEN}", f"AVATAR_BOTS__SHOP_BOT__OWNERS={owners}")
    assert settings.bots["shop_bot"].owners == (1, 2)


@pytest.mark.parametrize(
    ("field", "value"),
    [("TOKEN", "nonsense"), ("OWNERS", "@someone"), ("OWNERS", "[someone, else]"), ("OWNERS", "{1}")],
)
def test_a_wrong_setting_of_a_bot_is_named_whole(tmp_path: Path, field: str, value: str) -> None:
    bot = "AVATAR_BOTS__SHOP_BOT__"
    (told,) = wrong(tmp_path, "AVATAR_BOTS__OTHER_BOT__TOKEN=1:A", f"{bot}TOKEN=1:A", f"{bot}{field}={value}")
    assert told.startswith(f"{bot}{field} is wrong: ")
    assert "someone" not in told
