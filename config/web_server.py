"""How gunicorn serves Enishi: `gunicorn --config config/web_server.py config.wsgi`."""

import gc

from config.settings import LOGGING

worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 20
keepalive = 5
# A slow leak never grows old; the jitter keeps processes from leaving together.
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 4094
limit_request_fields = 100
limit_request_field_size = 8190
# It would open a socket in the home directory.
control_socket_disable = True
# Whether a proxy is believed about https is decided by BEHIND_PROXY, in Django and only there.
forwarded_allow_ips = ""
logconfig_dict = LOGGING
accesslog = None

# A request with many events or lines makes thousands of objects and lets them go again. Looked at
# every 700 objects, as is usual, they are looked at in vain; far more make a page wait for a look.
OBJECTS_BETWEEN_LOOKS = 5_000


def post_worker_init(_worker: object) -> None:
    """What was loaded at the start stays, so the garbage collector need not walk through it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS, 10, 10)
