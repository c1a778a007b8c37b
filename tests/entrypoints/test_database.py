"""The database that the settings name: what is wrong with it is told in words, and no value of a setting."""

import psycopg
import pytest
from pydantic import SecretStr

from adapters.clock import RandomNames
from adapters.memory import FrozenClock
from avatar_core.testing.examples import NOW
from entrypoints.database import database_url, open_store
from entrypoints.ground import NotReady
from entrypoints.settings import Settings, SettingsWrong


async def test_a_wrong_connection_string_is_told_without_its_value() -> None:
    settings = Settings(_env_file=None, database_url=SecretStr("nonsense"))
    with pytest.raises(SettingsWrong, match="AVATAR_DATABASE_URL is wrong") as wrong:
        async with database_url(settings):
            pass
    assert "nonsense" not in str(wrong.value)


async def test_a_program_that_a_newer_one_has_left_behind_is_not_ready(migrated_dsn: str) -> None:
    """An update that migrates under a program which runs: it goes on, and says that it is not this schema's."""
    settings = Settings(_env_file=None, database_url=SecretStr(migrated_dsn))
    async with open_store(settings, FrozenClock(NOW), RandomNames(), lambda: None) as store:
        migrated = store.readiness.checks["migrations"]
        await migrated()
        async with await psycopg.AsyncConnection.connect(migrated_dsn, autocommit=True) as connection:
            await connection.execute("INSERT INTO avatar.migrations VALUES ('9999_later.sql', 'x')")
        with pytest.raises(NotReady, match="9999_later"):
            await migrated()
