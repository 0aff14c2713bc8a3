"""`python -m config.health_probe`: exit status 0 when the web server of this machine is ready.

For containers, which have no curl. ALLOWED_HOSTS knows the public name only, so we ask by it.
"""

import sys
import urllib.request
from urllib.parse import urlsplit

from config.settings import PUBLIC_URL

ADDRESS = "http://127.0.0.1:8000/health/ready/"


def main() -> int:
    request = urllib.request.Request(ADDRESS, headers={"Host": urlsplit(PUBLIC_URL).netloc})
    with urllib.request.urlopen(request, timeout=4) as answer:
        return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
