"""`python -m config.embedded serve`, `… manage COMMAND …` beside it, and `… exec -- COMMAND …`"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from config.embedded.kept_environment import become_manage
from config.embedded.processes import EmbeddedServerError, only_one_in, sweep
from config.embedded.servers import Postgres, Valkey
from config.embedded.supervisor import Stopped, listen_to_signals, serve

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var"


def run_beside_servers(command: list[str]) -> int:
    """One command with a throw-away PostgreSQL and Valkey, which end with it."""
    folder = VAR / "throwaway" / str(os.getpid())
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder.parent)
    folder.mkdir(exist_ok=True)
    with only_one_in(folder):
        try:
            return _run(command, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str], folder: Path) -> int:
    env = dict(os.environ)
    env.setdefault("SECRET_KEY", "only-for-tests-and-benches-0123456789-0123456789-0123456789")
    servers: list[Postgres | Valkey] = []
    listen_to_signals()
    try:
        if not env.get("DATABASE_URL"):
            servers.append(postgres := Postgres(folder / "postgres", is_throwaway=True))
            postgres.start()
            env["DATABASE_URL"] = postgres.url
        if not env.get("REDIS_URL"):
            servers.append(valkey := Valkey(folder / "valkey"))
            valkey.start()
            env["REDIS_URL"] = valkey.url
        return _wait_for(subprocess.Popen(command, env=env))
    finally:
        for server in reversed(servers):
            server.stop()


def _wait_for(process: subprocess.Popen[bytes]) -> int:
    """Ctrl-C reaches the command by itself; a SIGTERM for us is handed on to it."""
    while True:
        try:
            return process.wait()
        except Stopped as stopped:
            if stopped.sign != signal.SIGINT:
                process.send_signal(stopped.sign)


def main() -> int:
    match sys.argv[1:]:
        case ["serve"]:
            return serve(VAR)
        case ["manage", *words] if words:
            become_manage(VAR / "run", ROOT, words)
        case ["exec", "--", *command] if command:
            return run_beside_servers(command)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Stopped as stopped:
        sys.exit(128 + stopped.sign)
    except EmbeddedServerError as error:
        sys.exit(f"enishi: {error}")
    except PermissionError as error:
        sys.exit(
            f"enishi: {error.filename} belongs to another user. Start Enishi as the user who"
            " started it first, or remove the folder var."
        )
