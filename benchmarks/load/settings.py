"""The settings of an installation with many bots and no vendor: what is not named here is as it comes."""

from pathlib import Path

from benchmarks.updates import TOKEN
from entrypoints.settings import Settings, load_settings

POOL = Settings.model_fields["database_connections"].default


def settings_of(dsn: str, folder: str, bots: int) -> Settings:
    """Name so many bots, each its own network; nobody has to wait for having written too often."""
    return load_settings(
        None,
        bots={f"bench_bot_{number}": {"token": TOKEN} for number in range(bots)},
        database_url=dsn,
        data_dir=Path(folder),
        replicate_token="nobody's",  # noqa: S106
        replicate_models=("nobody/avatars",),
        replicate_url="http://127.0.0.1:9",
        telegram_updates="webhook",
        public_url="https://nowhere.invalid",
        telegram_url="http://127.0.0.1:9",
        updates_per_minute=0,
        quotes_per_minute=0,
        refusals_per_minute=0,
    )
