"""`python -m config.embedded serve` and `python -m config.embedded exec -- COMMAND …`"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from config.embedded.servers import EmbeddedServerError, Postgres, Valkey
from config.embedded.supervisor import serve

VAR = Path(__file__).resolve().parent.parent.parent / "var"


def run_beside_servers(command: list[str]) -> int:
    """One command with a throw-away PostgreSQL and Valkey, which end with it."""
    folder = VAR / "throwaway" / str(os.getpid())
    env = dict(os.environ)
    env.setdefault("SECRET_KEY", "only-for-tests-and-benches-0123456789-0123456789-0123456789")
    servers: list[Postgres | Valkey] = []
    try:
        if not env.get("DATABASE_URL"):
            postgres = Postgres(folder / "postgres", is_throwaway=True)
            servers.append(postgres)
            postgres.start()
            env["DATABASE_URL"] = postgres.url
        if not env.get("REDIS_URL"):
            valkey = Valkey(folder / "valkey")
            servers.append(valkey)
            valkey.start()
            env["REDIS_URL"] = valkey.url
        # Ctrl-C is for the command; we wait for it and clean up after it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return subprocess.run(
            command, check=False, env=env, preexec_fn=_listen_to_ctrl_c_again
        ).returncode
    finally:
        for server in reversed(servers):
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _listen_to_ctrl_c_again() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def main() -> int:
    match sys.argv[1:]:
        case ["serve"]:
            return serve(VAR)
        case ["exec", "--", *command] if command:
            return run_beside_servers(command)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main())
    except EmbeddedServerError as error:
        sys.exit(f"enishi: {error}")
