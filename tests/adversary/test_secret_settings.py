"""Secrets in settings: a malformed address shows its password nowhere, and every secret hides itself."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from entrypoints.logs import Redaction
from entrypoints.settings import Settings, load_settings

pytestmark = pytest.mark.timeout(120)
BROKEN = [
    "postgresql://u:MARKsecret@",
    "postgresql://u:MARK@MARKsecret@127.0.0.1:1/x",
    "postgresql://u:MARK:secretMARK@127.0.0.1:1/x",
    "postgresql://u:MARKsecret@127.0.0.1:notaport/x",
    "postgresql://u:MARK%zzsecret@127.0.0.1:1/x",
    "postgresql://u:MARK/secretMARK@127.0.0.1:1/x",
    "postgresql://u:MARK#secretMARK@127.0.0.1:1/x",
    "postgresql://u:MARK secretMARK@127.0.0.1:1/x",
    "postgresql://u:MARKsecret@[::1/x",
    "postgresql://127.0.0.1:1/x?password=MARKsecret&foo=1",
    "host=127.0.0.1 port=1 user=u password=MARKsecret",
    "host=127.0.0.1 port=1 user=u password='MARKsecret",
    "host=127.0.0.1 port=x user=u password = 'MARK secretMARK'",
    "MARKsecret",
]
OPENING = """
import asyncio, sys
from entrypoints.logs import Redaction, configure_logs
from entrypoints.opening import open_ground
from entrypoints.settings import load_settings

async def opened(url):
    settings = load_settings(None, database_url=url)
    configure_logs("debug", "text", Redaction(settings.secrets()))
    async with open_ground(settings) as ground:
        print(ground)

for url in sys.stdin.read().splitlines():
    try:
        asyncio.run(opened(url))
    except Exception as error:
        print(type(error).__name__, repr(error), error)
"""


def test_a_malformed_address_of_the_database_shows_its_password_nowhere(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPENING]
    done = subprocess.run(
        command, input="\n".join(BROKEN), capture_output=True, text=True, check=True, timeout=100, cwd=tmp_path
    )
    assert len(done.stdout.splitlines()) == len(BROKEN)
    assert "MARK" not in done.stdout + done.stderr


@pytest.mark.parametrize("url", BROKEN)
def test_whatever_part_of_the_address_a_library_logs_it_is_hidden(url: str) -> None:
    settings = load_settings(None, database_url=url)
    hide = Redaction(settings.secrets())
    for text in (url, f'could not translate host name "{url.rpartition("@")[0]}"', *re.split(r"[@/?#]", url)):
        if "MARK" in text and "secret" in text:
            assert "MARKsecret" not in hide(text)


def test_every_secret_of_the_settings_is_of_a_kind_that_hides_itself() -> None:
    """A new setting whose name says secret, token, password or key must not be a plain text."""
    named = re.compile(r"secret|token|password|key|dsn|database_url")
    for name, field in Settings.model_fields.items():
        if named.search(name):
            assert "SecretStr" in str(field.annotation), name
