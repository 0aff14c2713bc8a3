"""A process whose supervisor is gone ends, even when it is stuck in ending.

When a supervisor is killed, the kernel asks its children to end. A Celery worker that is asked just
as a job of its comes back may wait for ever for a process that has ended already (its pool reads
the rest of a result that nobody will write), and one that rings the clock looks for its broker for
ever when its good-bye meets a lost connection. Nobody is left to kill them.
"""

import os
import signal
import threading
import time

LOOK_EVERY = 1.0
# As long as the supervisor would wait for it.
PATIENCE = 25.0


def end_with(supervisor: int, patience: float = PATIENCE) -> None:
    """Kill this process `patience` seconds after `supervisor`, its parent, is gone.

    With all it started, where it leads a group of its own.
    """
    threading.Thread(target=_watch, args=(supervisor, patience), daemon=True).start()


def _watch(supervisor: int, patience: float) -> None:
    while os.getppid() == supervisor:
        time.sleep(LOOK_EVERY)
    time.sleep(patience)
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
