"""Processes that belong to us: they end with us, they are stopped by pid, they own a folder alone.

Nothing here asks for a name of a process; somebody else's PostgreSQL is never touched.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

START_SECONDS = 60
NAMESPACE = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]
# Nobody in particular, who may pass the folders above his own (a home directory is often shut).
NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
             "--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--"]  # fmt: skip


class EmbeddedServerError(RuntimeError):
    """Something we start did not start; the message says what to do."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def not_as_root() -> list[str]:
    """The words before a command that must not run as root; none for an ordinary user."""
    if os.geteuid() != 0:
        return []
    for words in (NAMESPACE, AS_NOBODY):
        works = shutil.which(words[0]) and _succeeds([*words, "true"])
        if works:
            return words
    raise EmbeddedServerError(
        "PostgreSQL does not run as root, and this machine allows neither user namespaces nor"
        " setpriv. Run as an ordinary user, or set DATABASE_URL to a server of your own."
    )


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def ended_with_us(sign: signal.Signals) -> list[str]:
    """The words before a command that gets `sign` when we die, even by kill -9."""
    if not shutil.which("setpriv"):
        return []
    return ["setpriv", "--pdeathsig", sign.name.removeprefix("SIG"), "--"]


def start_process(
    command: list[str], log: Path, env: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """A child in a session of its own, so that Ctrl-C reaches only the supervisor."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        return subprocess.Popen(
            command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=env,
            start_new_session=True,
        )  # fmt: skip


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if ready():
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    stop_process(process, signal.SIGTERM, 5)
    raise EmbeddedServerError(f"{process.args!r} did not start.\n{end_of(log)}")


def end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-1500:] if log.exists() else ""


def stop_process(process: subprocess.Popen[bytes], sign: int, seconds: float) -> None:
    """Ask it to stop, wait, and kill it by its pid when it does not."""
    if process.poll() is not None:
        return
    process.send_signal(sign)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for_leftover(pid_file: Path, word: str, sign: signal.Signals) -> None:
    """A server of an Enishi that was killed may still be going down; let it finish.

    It is ours when `word`, a path of ours, stands in its command. A pid that belongs to
    somebody else by now would keep PostgreSQL from starting: then the file goes.
    """
    if not pid_file.exists() or not Path("/proc/self").exists():
        return
    pid = int(pid_file.read_text().split("\n", 1)[0] or 0)
    command = Path("/proc") / str(pid) / "cmdline"
    deadline = time.monotonic() + START_SECONDS
    with contextlib.suppress(OSError):
        if os.fsencode(word) not in command.read_bytes().split(b"\0"):
            pid_file.unlink()
            return
        os.kill(pid, sign)
        while command.read_bytes() and time.monotonic() < deadline:
            time.sleep(0.05)


@contextlib.contextmanager
def only_one_in(folder: Path) -> Iterator[None]:
    """A folder is used by one of us at a time. The lock goes with the process, however it ends."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise EmbeddedServerError(f"Enishi already runs from {folder}.") from None
        yield


def sweep(folder: Path) -> None:
    """Remove what throw-away servers left whose command was killed."""
    for left in folder.glob("*/"):
        with contextlib.suppress(EmbeddedServerError, OSError), only_one_in(left):
            shutil.rmtree(left, ignore_errors=True)
