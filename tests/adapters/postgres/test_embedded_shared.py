"""The embedded server as several use it: joined, crashed, orphaned, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from adapters.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError, cluster, folders
from tests.adapters.postgres.conftest import answers, quick, value

PATIENCE_S = 60.0


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def postmaster(home: Path) -> int:
    return int((home / folders.CLUSTER / "postmaster.pid").read_text().splitlines()[0])


def is_alive(pid: int, home: Path) -> bool:
    return str(home / folders.CLUSTER) in cluster.command_line(pid)


def guardian_pid(server: EmbeddedPostgres) -> int:
    return server._running["guardian_pid"]


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
