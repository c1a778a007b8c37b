"""The embedded server alone: its data, its programs, its folders, and what it keeps from others."""

import errno
import os
import socket
import subprocess
from pathlib import Path

import psycopg
import pytest

from adapters.postgres import embedded
from adapters.postgres.embedded import (
    BinariesMissing,
    DataFolderUnusable,
    DiskFull,
    EmbeddedPostgres,
    EmbeddedPostgresError,
    ServerDidNotStart,
    accounts,
    binaries,
    errors,
    folders,
)
from tests.adapters.postgres.conftest import answers, quick, value

ROOT = os.geteuid() == 0


def test_a_first_start_makes_a_utf8_database_that_sorts_by_code_points(server: EmbeddedPostgres) -> None:
    assert str(value(server.dsn, "SHOW server_version")).startswith("18.")
    assert value(server.dsn, "SHOW server_encoding") == "UTF8"
    assert value(server.dsn, "SELECT datlocale FROM pg_database WHERE datname = current_database()") == "C.UTF-8"
    assert value(server.dsn, "SELECT uuidv7() IS NOT NULL AND upper('я') = 'Я'") is True
    assert value(server.dsn, "SHOW timezone") == "UTC"


def test_no_tcp_port_is_open_unless_asked_for(server: EmbeddedPostgres) -> None:
    assert value(server.dsn, "SHOW listen_addresses") == ""
    with pytest.raises(EmbeddedPostgresError, match="without a TCP port"):
        _ = server.tcp_dsn


def test_a_tcp_port_asks_for_the_password(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as finder:
        port = finder.getsockname()[1]
    with EmbeddedPostgres(home, durable=False, tcp_port=port, fallback_root=home.parent / "fallback") as server:
        assert value(server.tcp_dsn, "SELECT inet_server_port()") == port
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            value(psycopg.conninfo.make_conninfo(server.tcp_dsn, password="guessed"), "SELECT 1")


def test_what_was_committed_is_there_after_the_next_start(home: Path) -> None:
    with quick(home) as server, psycopg.connect(server.dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    with quick(home) as server:
        assert value(server.dsn, "SELECT number FROM kept") == 7


def test_by_default_a_commit_waits_for_the_disk(home: Path) -> None:
    with EmbeddedPostgres(home, fallback_root=home.parent / "fallback") as server:
        assert [value(server.dsn, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == [
            "on"
        ] * 3


@pytest.mark.parametrize("stale", ["{own_pid}\n/elsewhere\n", "", "no number\n", "999999999\n"])
def test_a_stale_pid_file_stops_neither_the_start_nor_a_stranger(home: Path, stale: str) -> None:
    with quick(home):
        pass
    pid_file = home / folders.CLUSTER / "postmaster.pid"
    pid_file.write_text(stale.format(own_pid=os.getpid()))
    with quick(home) as server:
        assert answers(server)


def test_a_half_made_data_folder_is_made_anew(home: Path) -> None:
    draft = home / f"{folders.CLUSTER}.new"
    draft.mkdir(parents=True)
    home.chmod(0o711)
    (draft / "PG_VERSION").write_text("18\n")
    with quick(home) as server:
        assert answers(server)
    assert not draft.exists()


def test_data_of_another_version_is_left_alone(home: Path) -> None:
    with quick(home):
        pass
    (home / folders.CLUSTER / "PG_VERSION").write_text("16\n")
    with pytest.raises(DataFolderUnusable, match="was made by 16, this is PostgreSQL 18"):
        quick(home).start()


def test_a_server_that_cannot_start_says_what_its_log_says(home: Path) -> None:
    with quick(home):
        pass
    (home / folders.CLUSTER / "postgresql.conf").write_text("no_such_setting = on\n")
    with pytest.raises(ServerDidNotStart, match="no_such_setting"):
        quick(home).start()


def test_a_file_in_the_folders_place_is_named(home: Path) -> None:
    home.write_text("not a folder")
    with pytest.raises(DataFolderUnusable, match="cannot use"):
        quick(home).start()


def test_a_full_disk_is_called_a_full_disk(home: Path) -> None:
    told = 'FATAL:  could not write lock file "postmaster.pid": No space left on device'
    assert isinstance(errors.start_failure(told, home.parent), DiskFull)
    assert not isinstance(errors.start_failure("FATAL:  something else", home.parent), DiskFull)
    with pytest.raises(DiskFull), errors.file_errors_named(home):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_missing_wheel_names_the_extra_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "WHEEL", "no_such_wheel")
    with pytest.raises(BinariesMissing, match=r"avatar-core\[embedded\]"):
        binaries.installed_binaries()


def test_a_copy_of_the_programs_runs_where_the_wheel_cannot_be_reached(server_folder: Path) -> None:
    nobody_gets_in = accounts.Account(uid=4_000_000, gid=4_000_000)
    wheel = binaries.installed_binaries()
    copy = server_folder / "copy"
    binaries._copy_wheel(wheel.parents[2], copy)
    program = copy.joinpath(*wheel.parts[-3:]) / "initdb"
    assert nobody_gets_in.may_pass(program)
    assert subprocess.run([program, "--version"], capture_output=True, check=True).stdout.startswith(b"initdb")


def test_the_server_never_runs_as_root(server: EmbeddedPostgres) -> None:
    owner = (server.data_dir / folders.CLUSTER).stat().st_uid
    assert owner == (accounts.SERVER_ID if ROOT else os.geteuid())
    with psycopg.connect(server.dsn) as connection:
        connection.execute("CREATE TEMPORARY TABLE account (uid integer)")
        connection.execute("COPY account FROM PROGRAM 'id -u'")
        assert connection.execute("SELECT uid FROM account").fetchone() == (owner,)


def test_no_folder_is_opened_for_the_servers_account(server_folder: Path) -> None:
    closed = server_folder / "closed"
    closed.mkdir(mode=0o700)
    fallback = server_folder / "fallback"
    for _ in ("made", "found again"):
        with EmbeddedPostgres(closed / "data", durable=False, fallback_root=fallback) as server:
            assert answers(server)
            assert server.data_dir.is_relative_to(fallback if ROOT else closed)
    assert closed.stat().st_mode & 0o777 == 0o700
    assert (closed / "data" / "MOVED.txt").exists() == ROOT


def test_the_socket_lets_nobody_else_in_and_goes_with_the_server(home: Path) -> None:
    with quick(home) as server:
        socket_dir = Path(server._running["socket_dir"])
        assert socket_dir.stat().st_mode & 0o777 == 0o700
        assert len(bytes(socket_dir)) <= folders.SOCKET_DIR_LIMIT
    assert not socket_dir.exists()


def test_the_server_gets_none_of_our_secrets(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATAR_SECRET", "must-not-be-seen")
    with quick(home) as server, psycopg.connect(server.dsn) as connection:
        connection.execute("CREATE TEMPORARY TABLE environment (line text)")
        connection.execute("COPY environment FROM PROGRAM 'env'")
        lines = [str(line) for (line,) in connection.execute("SELECT line FROM environment")]
    assert any(line.startswith("PATH=") for line in lines)
    assert not any("must-not-be-seen" in line for line in lines)


def test_starting_and_stopping_twice_changes_nothing(home: Path) -> None:
    server = quick(home)
    server.stop()
    server.start()
    server.start()
    assert answers(server)
    server.stop()
    server.stop()
    with pytest.raises(EmbeddedPostgresError, match="not started"):
        _ = server.dsn


def test_a_database_is_copied_from_its_template_and_dropped_under_its_users(postgres_server: EmbeddedPostgres) -> None:
    template = postgres_server.create_database("the template")
    with psycopg.connect(template) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    copy = postgres_server.create_database("the copy", template="the template")
    assert value(copy, "SELECT number FROM kept") == 7
    with psycopg.connect(copy) as connection:
        postgres_server.drop_database("the copy")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    postgres_server.drop_database("the template")
    postgres_server.drop_database("the template")


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_gets_an_empty_database(database_dsn: str, turn: int) -> None:
    with psycopg.connect(database_dsn) as connection:
        connection.execute("CREATE TABLE mine ()")


def test_what_the_package_offers_is_listed() -> None:
    assert all(hasattr(embedded, name) for name in embedded.__all__)
