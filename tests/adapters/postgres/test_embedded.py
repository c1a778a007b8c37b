"""The embedded server's life: made, joined, crashed, orphaned, and never left behind."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
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
    cluster,
    errors,
    folders,
)

PATIENCE_S = 60.0
ROOT = os.geteuid() == 0


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def value(dsn: str, query: str) -> object:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def answers(server: EmbeddedPostgres) -> bool:
    try:
        return value(server.dsn, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False


def postmaster(home: Path) -> int:
    return int((home / folders.CLUSTER / "postmaster.pid").read_text().splitlines()[0])


def is_alive(pid: int, home: Path) -> bool:
    return str(home / folders.CLUSTER) in cluster.command_line(pid)


def guardian_pid(server: EmbeddedPostgres) -> int:
    return server._running["guardian_pid"]


def quick(home: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(home, durable=False, fallback_root=home.parent / "fallback")


@pytest.fixture
def home(server_folder: Path) -> Path:
    return server_folder / 'a database, named "odd\'ly"'


@pytest.fixture
def server(home: Path) -> Iterator[EmbeddedPostgres]:
    with quick(home) as running:
        yield running


OTHER_PROCESS = """
import sys, pathlib
from adapters.postgres.embedded import EmbeddedPostgres
server = EmbeddedPostgres(pathlib.Path(sys.argv[1]), durable=False)
server.start()
print(server.dsn, flush=True)
sys.stdin.read()
"""


def other_process(home: Path) -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert started.stdout is not None
    assert started.stdout.readline().startswith(("user=", "host="))
    return started


def kill(process: subprocess.Popen[str]) -> None:
    with process:
        process.kill()


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


def test_a_crashed_server_is_started_again_for_those_who_use_it(server: EmbeddedPostgres, home: Path) -> None:
    with psycopg.connect(server.dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    crashed = postmaster(home)
    os.kill(crashed, signal.SIGKILL)
    eventually(lambda: not is_alive(crashed, home))
    eventually(lambda: answers(server))
    assert value(server.dsn, "SELECT number FROM kept") == 7


def test_a_server_whose_guardian_was_killed_is_ended_and_started_again(home: Path) -> None:
    first = quick(home)
    first.start()
    orphan = postmaster(home)
    os.kill(guardian_pid(first), signal.SIGKILL)
    with quick(home) as second:
        assert answers(second)
        assert postmaster(home) != orphan
        first.stop()
        assert answers(second)
    assert not is_alive(orphan, home)


def test_a_killed_owner_leaves_no_server(home: Path) -> None:
    owner = other_process(home)
    pid = postmaster(home)
    assert is_alive(pid, home)
    kill(owner)
    eventually(lambda: not is_alive(pid, home))


def test_a_start_right_after_the_owner_was_killed_succeeds(home: Path) -> None:
    kill(other_process(home))
    with quick(home) as server:
        assert answers(server)


def test_the_server_ends_with_its_last_user(home: Path) -> None:
    first, second = quick(home), quick(home)
    first.start()
    pid = postmaster(home)
    second.start()
    assert second.dsn == first.dsn
    first.stop()
    assert answers(second)
    second.stop()
    assert not is_alive(pid, home)


def test_another_process_joins_and_its_death_disturbs_nobody(server: EmbeddedPostgres, home: Path) -> None:
    pid = postmaster(home)
    kill(other_process(home))
    assert answers(server)
    assert postmaster(home) == pid


def test_the_first_owners_death_leaves_the_server_to_those_who_joined(home: Path) -> None:
    owner = other_process(home)
    pid = postmaster(home)
    with quick(home) as server:
        kill(owner)
        assert answers(server)
        assert postmaster(home) == pid
    assert not is_alive(pid, home)


def test_eight_that_start_at_once_share_one_server(home: Path) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(8) as pool:
        servers = list(pool.map(stack.enter_context, [quick(home) for _ in range(8)]))
        assert len({server.dsn for server in servers}) == 1
        assert all(answers(server) for server in servers)


def test_who_wants_fsync_does_not_join_a_server_without(server: EmbeddedPostgres, home: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match=f"otherwise than asked for.*process {guardian_pid(server)}"):
        EmbeddedPostgres(home, fallback_root=home.parent / "fallback").start()
    assert answers(server)


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
