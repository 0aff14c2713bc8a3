"""What a running Enishi was started with, so that `manage.py` reaches the same servers beside it.

Ports, the password of Valkey and the secret key are made by `serve`; whoever wants to import a
file or to make a user in another terminal could not know them.
"""

import json
import os
import re
import sys
from pathlib import Path

from config.embedded.processes import EmbeddedServerError

READ = re.compile(r"\benv(?:\.\w+)?\(\s*\"([A-Z][A-Z0-9_]+)\"")


def keep_environment(folder: Path, env: dict[str, str], config: Path) -> None:
    """Write down every variable that our settings read and that is set, readable by nobody else."""
    read = {name for file in config.glob("*.py") for name in READ.findall(file.read_text())}
    known = sorted(read | {f"{name}_FILE" for name in read})
    file = folder / "environment.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps({name: env[name] for name in known if name in env}))


def forget_environment(folder: Path) -> None:
    (folder / "environment.json").unlink(missing_ok=True)


def become_manage(folder: Path, root: Path, words: list[str]) -> None:
    """Replace this process by `manage.py` with the settings of the Enishi that runs there."""
    file = folder / "environment.json"
    if not file.exists():
        raise EmbeddedServerError("Enishi does not run here. Start it first: make run")
    env = os.environ | json.loads(file.read_text())
    os.execve(sys.executable, [sys.executable, str(root / "manage.py"), *words], env)  # noqa: S606
