"""The two commands really start their servers: in odd folders, as anybody, and after a kill -9."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from config.embedded import servers
from config.embedded.processes import (
    AS_NOBODY,
    NAMESPACE,
    NOBODY,
    EmbeddedServerError,
    end_of,
    not_as_root,
)
from config.embedded.servers import Postgres
from tests.house.sources import APPS, ROOT

COPIED = [*APPS, "config", "lib", "locale", "static", "templates"]
# Promised is a second start in 15 seconds on two processors. A machine that does much else takes
# longer over the same work, so the work is measured: commands one after the other, then servers
# side by side.
SECOND_START = 15
CODE = "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'])"
# Without the servers of the test run itself.
BARE = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL", "PORT"}}
QUIET = BARE | {"DEMO_MODE": "off"}
OWN_SERVERS = QUIET | {"DATABASE_URL": "postgres://db/mine", "REDIS_URL": "redis://broker:6379"}


def copy_of_the_house(folder: Path) -> Path:
    """With what Python compiled, so that not each of its processes compiles it again."""
    # What another process of the run compiles at this moment bears another name until it is done.
    ignored = shutil.ignore_patterns("built", "*.pyc.*")
    for name in [name for name in COPIED if (ROOT / name).exists()]:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ["manage.py", "Makefile", ".env.example"]:
        shutil.copy(ROOT / name, folder)
    for name in [".venv", "node_modules"]:
        (folder / name).symlink_to((ROOT / name).resolve())
    return folder


def as_an_ordinary_user(folder: Path) -> list[str]:
    """The words before a command; empty where the tests are run by an ordinary user already."""
    if os.geteuid() != 0:
        return []
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    # He may read an interpreter that lies under /root, and write nowhere but in his folder.
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
            "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--"]  # fmt: skip


def embedded(house: Path, *words: str, before=(), env=None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*before, sys.executable, "-m", "config.embedded", *words],
        env={**(env or QUIET), "PYTHONPATH": str(house)}, cwd="/",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip


def read_until(process: subprocess.Popen[str], words: str) -> str:
    said = ""
    while words not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return said


def children_of(pid: int) -> dict[str, int]:
    """The programs a process started itself, by a word of their command."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            if f"PPid:\t{pid}\n" in status.read_text():
                command = (status.parent / "cmdline").read_text().replace("\0", " ")
                names = ["bin/postgres", "valkey-server", "gunicorn", " reports@", " worker ",
                         " beat ", "mail"]  # fmt: skip
                name = next((name for name in names if name in command), command)
                found[name.strip()] = int(status.parent.name)
    return found


def is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def cpu_seconds(pid: int) -> float:
    """Of a process and of its children that ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def wait_for(condition, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def left_after(children: dict[str, int], seconds: float = 120) -> dict[str, str]:
    """Which of these processes live on, and what each of them last said."""
    with contextlib.suppress(AssertionError):
        wait_for(lambda: not any(map(is_alive, children.values())), seconds)
    return {name: doing(pid) for name, pid in children.items() if is_alive(pid)}


def doing(pid: int) -> str:
    proc = Path(f"/proc/{pid}")
    with contextlib.suppress(OSError):
        log = (proc / "fd" / "1").resolve()
        return (proc / "status").read_text() + end_of(log)
    return "gone meanwhile"


@pytest.fixture(scope="module")
def odd_house(tmp_path_factory) -> Path:
    """A deep folder with a blank and signs of another script in its name."""
    deep = tmp_path_factory.mktemp("house") / "顧客 の縁" / ("deep" * 12) / ("er" * 12)
    deep.mkdir(parents=True)
    for folder in deep.parents[:4]:
        folder.chmod(0o755)
    return copy_of_the_house(deep)


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Path:
    return copy_of_the_house(tmp_path_factory.mktemp("plain"))


def answers(said: str) -> bool:
    address = re.search(r"running at\s+(\S+)", said)[1]
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"{address}/health/ready/", timeout=30) as answer,
    ):
        return answer.status == 200
    return False


def are_others(now: dict[str, int], killed: dict[str, int]) -> bool:
    """Each of the killed has a successor; one that was not buried yet is none."""
    return all(now.get(name, pid) != pid for name, pid in killed.items())


@pytest.fixture(scope="module")
def first_run(odd_house) -> dict[str, object]:
    """A first start as an ordinary user, two deaths, a second try beside it, and Ctrl-C."""
    before = as_an_ordinary_user(odd_house)
    enishi = embedded(odd_house, "serve", before=before)
    said = read_until(enishi, "Stop with")
    started = children_of(enishi.pid)
    killed = {name: started[name] for name in ["bin/postgres", "worker"]}
    for pid in killed.values():
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: are_others(children_of(enishi.pid), killed))
    wait_for(lambda: answers(said))
    again = children_of(enishi.pid)
    beside = embedded(odd_house, "serve", before=before).communicate(timeout=120)[0]
    enishi.send_signal(signal.SIGINT)
    status = enishi.wait(120)
    return {"started": started, "again": again, "beside": beside, "status": status}


def test_make_run_starts_every_part_as_an_ordinary_user(first_run):
    parts = {"bin/postgres", "valkey-server", "gunicorn", "worker", "reports@", "beat", "mail"}

    assert set(first_run["started"]) == parts


def test_whoever_dies_is_brought_back_and_the_others_stay(first_run):
    started, again = first_run["started"], first_run["again"]

    changed = {name for name in started if started[name] != again[name]}

    assert {"bin/postgres", "worker"} <= changed
    assert {"gunicorn", "valkey-server", "mail"}.isdisjoint(changed)


def test_two_cannot_run_from_one_folder(first_run):
    assert first_run["beside"].startswith("enishi: Enishi already runs from ")


def test_ctrl_c_stops_everything_by_pid(first_run):
    pids = {*first_run["started"].values(), *first_run["again"].values()}

    assert first_run["status"] == 0
    assert [pid for pid in pids if is_alive(pid)] == []


def test_the_second_start_is_quick_and_a_killed_supervisor_leaves_nobody(odd_house, first_run):
    enishi = embedded(odd_house, "serve", before=as_an_ordinary_user(odd_house))
    said = read_until(enishi, "Stop with")
    children = children_of(enishi.pid)
    took = cpu_seconds(enishi.pid) + sum(map(cpu_seconds, children.values())) / 2
    enishi.kill()
    enishi.wait()

    assert took < SECOND_START, (took, said)
    assert left_after(children) == {}


def test_a_command_beside_servers_gets_both_and_leaves_nothing(house):
    code = (
        f"{CODE}; import psycopg; psycopg.connect(os.environ['DATABASE_URL']); raise SystemExit(7)"
    )

    process = embedded(house, "exec", "--", sys.executable, "-c", code)
    said = process.communicate(timeout=120)[0]

    assert process.returncode == 7, said
    assert said.startswith("postgres://postgres@/enishi?host=")
    assert " redis://:" in said
    assert list((house / "var" / "throwaway").iterdir()) == []


def test_servers_end_with_their_command_even_when_it_is_killed(house):

    process = embedded(house, "exec", "--", "sh", "-c", "echo ready; sleep 60")
    read_until(process, "ready")
    children = children_of(process.pid)
    process.kill()
    wait_for(lambda: not any(map(is_alive, [children["bin/postgres"], children["valkey-server"]])))
    left = list((house / "var" / "throwaway").iterdir())
    embedded(house, "exec", "--", "true", env=OWN_SERVERS).communicate(timeout=120)

    assert len(left) == 1
    assert list((house / "var" / "throwaway").iterdir()) == []


def test_servers_of_ones_own_are_used_and_nothing_is_started(house):
    code = f"{CODE}; print(os.listdir('{house}/var/throwaway/' + str(os.getppid())))"

    said = embedded(house, "exec", "--", sys.executable, "-c", code, env=OWN_SERVERS).communicate()[
        0
    ]

    assert said.splitlines() == ["postgres://db/mine redis://broker:6379", "['lock']"]


@pytest.mark.parametrize("words", [NAMESPACE, AS_NOBODY], ids=["namespace", "nobody"])
def test_postgres_starts_as_root_also_after_a_kill_with_a_foreign_pid(tmp_path, words, monkeypatch):
    if os.geteuid() != 0:
        pytest.skip("only root needs these ways")
    only = tmp_path / "bin"
    only.mkdir()
    for program in {words[0], "setpriv", "true"}:
        (only / program).symlink_to(shutil.which(program))
    monkeypatch.setenv("PATH", str(only))
    postgres = Postgres(tmp_path / "postgres", is_throwaway=True)

    postgres.start()
    postgres.process.kill()
    postgres.process.wait()
    pid_file = tmp_path / "postgres" / "data" / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    postgres.start()
    with psycopg.connect(f"host={postgres.socket_folder} user=postgres dbname=enishi") as session:
        answer = session.execute("SELECT 1").fetchone()
    postgres.stop()

    assert not_as_root() == words
    assert answer == (1,)


def version_of(postgres: Postgres) -> str:
    with psycopg.connect(f"host={postgres.socket_folder} user=postgres dbname=enishi") as session:
        return session.execute("SHOW server_version").fetchone()[0]


def test_it_is_postgresql_18_and_data_of_16_stays_with_16(tmp_path, monkeypatch):
    new = Postgres(tmp_path / "new", is_throwaway=True)
    new.start()
    assert version_of(new).startswith("18.")
    new.stop()

    old = Postgres(tmp_path / "old", is_throwaway=True)
    monkeypatch.setattr(Postgres, "binaries", new.binaries.parents[1] / "pginstall" / "bin")
    old.start()
    old.stop()
    monkeypatch.undo()
    old.start()
    assert version_of(old).startswith("16.")
    old.stop()


@pytest.mark.parametrize("patience", [10.0, 0.0])
def test_a_start_waits_for_the_sessions_of_a_server_that_was_killed(
    tmp_path, monkeypatch, patience
):
    """Without patience it fails for what will be over in a moment."""
    monkeypatch.setattr(servers, "LINGERING_SECONDS", patience)
    postgres = Postgres(tmp_path / "postgres", is_throwaway=True)
    postgres.start()
    session = psycopg.connect(f"host={postgres.socket_folder} user=postgres dbname=enishi")
    lingering = session.info.backend_pid
    os.kill(lingering, signal.SIGSTOP)
    postgres.process.kill()
    postgres.process.wait()
    threading.Timer(1, os.kill, (lingering, signal.SIGKILL)).start()

    with contextlib.nullcontext() if patience else pytest.raises(EmbeddedServerError):
        postgres.start()

    wait_for(lambda: not is_alive(lingering))
    postgres.stop()


def test_a_port_that_is_taken_or_no_port_is_a_clear_sentence(house):
    def said_with(port: str) -> str:
        return embedded(house, "serve", env=OWN_SERVERS | {"PORT": port}).communicate(timeout=120)[
            0
        ]

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = said_with(port)
    odd = said_with("eighty")

    assert f"enishi: Port {port} is taken." in said
    assert "enishi: PORT is 'eighty'; it must be a number from 1 to 65535." in odd
    assert "Traceback" not in said + odd


@pytest.mark.parametrize("exists", [True, False])
def test_make_says_which_python_it_needs(tmp_path, exists):
    shutil.copy(ROOT / "Makefile", tmp_path)
    old = tmp_path / "python3.9"
    if exists:
        old.write_text("#!/bin/sh\nexit 1\n")
        old.chmod(0o755)

    said = subprocess.run(
        ["make", "setup", f"PYTHON={old if exists else ''}"],
        check=False, cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip

    assert said.returncode != 0
    assert "Enishi needs Python 3.11 or newer" in said.stderr
