"""What cookies are called. Browsers send a cookie to every port of a host, so two installations on
one machine would log each other out if theirs had one name.
"""

from urllib.parse import urlsplit


def cookie_name(name: str, public_url: str) -> str:
    """Bound to the host by its prefix with https; else with the port in its name."""
    address = urlsplit(public_url)
    return f"__Host-{name}" if address.scheme == "https" else f"{name}-{address.port or 80}"
