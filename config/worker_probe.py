"""`python -m config.worker_probe [NAME]`: exit status 0 when a worker of this machine takes jobs.

NAME is what stands before the @: celery by itself, reports for the one that draws reports.

The check of the worker's container, and good for a timer of systemd. A worker that gives no sign
for more than a minute is killed by its pid, so that whoever watches over it starts it again.
"""

import os
import signal
import socket
import sys
import time

from config.hearing import STALE_AFTER, Ear, Servers
from config.settings import DATABASES, REDIS_URL, WORKER_SIGN_SECONDS


def main(worker: str = "celery") -> int:
    servers = Servers(DATABASES["default"], REDIS_URL)
    ear = Ear(servers, f"{worker}@{socket.gethostname()}", WORKER_SIGN_SECONDS)
    sign = servers.last_sign(ear.name)
    while sign and sign.seconds >= STALE_AFTER * ear.every and servers.redis_answers():
        if ear.is_deaf(sign.pid):
            os.kill(sign.pid, signal.SIGKILL)
            return 1
        time.sleep(ear.every / 2)
        sign = servers.last_sign(ear.name)
    return 0 if sign and sign.seconds < STALE_AFTER * ear.every else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
