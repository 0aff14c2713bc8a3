"""Who is stuck in ending and has lost its supervisor is ended all the same."""

import subprocess
import sys

from tests.house.test_embedded import is_alive, wait_for

STUCK = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if {guarded}:
    from config.orphans import end_with
    end_with(os.getppid(), patience=0.2)
helper = subprocess.Popen(["sleep", "300"])
print(os.getpid(), helper.pid, flush=True)
time.sleep(300)
"""
SUPERVISOR = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", sys.argv[1]], start_new_session=True)
time.sleep(300)
"""


def supervised(*, guarded: bool) -> tuple[subprocess.Popen[str], list[int]]:
    """A supervisor, and the ids of a deaf process it started and of what that started."""
    stuck = STUCK.format(guarded=guarded)
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, stuck], stdout=subprocess.PIPE, text=True
    )
    return supervisor, [int(word) for word in supervisor.stdout.readline().split()]


def test_a_stuck_process_ends_after_its_supervisor_with_all_it_started():
    supervisor, pids = supervised(guarded=True)

    supervisor.kill()
    supervisor.wait()

    wait_for(lambda: not any(map(is_alive, pids)))


def test_without_the_guard_it_lives_on():
    guarded, [watched, _helper] = supervised(guarded=True)
    unguarded, left = supervised(guarded=False)

    for supervisor in (unguarded, guarded):
        supervisor.kill()
        supervisor.wait()
    wait_for(lambda: not is_alive(watched))

    assert all(map(is_alive, left))
    for pid in left:
        subprocess.run(["kill", "-9", str(pid)], check=True)
