"""The settings of an installation with many bots and no vendor."""

from pathlib import Path

from benchmarks.updates import TOKEN
from entrypoints.settings import Settings, load_settings


def settings_of(dsn: str, folder: str, bots: int) -> Settings:
    """Name so many bots, each its own network."""
    return load_settings(
        None,
        bots={f"bench_bot_{number}": {"token": TOKEN} for number in range(bots)},
        database_url=dsn,
        data_dir=Path(folder),
        replicate_token="nobody's",  # noqa: S106
        replicate_models=("nobody/avatars",),
        replicate_url="http://127.0.0.1:9",
        telegram_url="http://127.0.0.1:9",
        poll_runs_every_s=2,
        rounds_every_s=1,
        log_level="error",
    )
