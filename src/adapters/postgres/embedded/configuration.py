"""How the server is set: small, safe, and in UTC.  Given on the command line, so an old file never wins."""

from pathlib import Path

DEFAULT_PORT = 5432

STEADY = {
    "max_connections": "120",
    "shared_buffers": "128MB",
    "wal_level": "minimal",  # no replica follows this server
    "max_wal_senders": "0",
    "min_wal_size": "64MB",
    "max_wal_size": "512MB",  # bounds the disk it takes and the time of a redo after a crash
    "io_method": "sync",  # the data fits into memory: reader processes would only cost a slower start
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %d ",
    "logging_collector": "off",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
FORGETFUL = DURABLE | {"fsync": "off", "full_page_writes": "off"}
"""Survives a kill of the server, not of the machine."""


def server_arguments(cluster: Path, socket_dir: Path, tcp_port: int | None, *, durable: bool) -> list[str]:
    """Arguments of `postgres`; without `tcp_port` it listens on its local socket alone."""
    settings = STEADY | (DURABLE if durable else FORGETFUL)
    settings["unix_socket_directories"] = _quoted(socket_dir)
    settings["listen_addresses"] = "127.0.0.1" if tcp_port else ""
    settings["port"] = str(tcp_port or DEFAULT_PORT)
    return ["-D", str(cluster), *(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))]


def _quoted(folder: Path) -> str:
    """One entry of a list setting: quotes keep commas and blanks."""
    return '"' + str(folder).replace('"', '""') + '"'
