"""A connection string that is none is told by its setting's name, never by its value."""

import pytest
from pydantic import SecretStr

from entrypoints.database import database_url
from entrypoints.settings import Settings, SettingsWrong


async def test_a_wrong_connection_string_is_told_without_its_value() -> None:
    settings = Settings(_env_file=None, database_url=SecretStr("nonsense"))
    with pytest.raises(SettingsWrong, match="AVATAR_DATABASE_URL is wrong") as wrong:
        async with database_url(settings):
            pass
    assert "nonsense" not in str(wrong.value)
