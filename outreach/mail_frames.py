"""HTML of a mail, shown inside our pages without being trusted: no script, no forms, no images.

The answer carries its own policy and a sandbox; a link in it opens in place of the whole page.
"""

from django.http import HttpResponse

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self';"
    " base-uri 'none'; form-action 'none'; sandbox allow-top-navigation-by-user-activation"
)


def framed(html: str) -> HttpResponse:
    """For an `<iframe>` of ours; give the page around it `FRAME_SOURCES`."""
    response = HttpResponse('<base target="_top">' + html)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Cache-Control"] = "no-store"
    return response


FRAME_SOURCES = {"frame-src": ["'self'"]}
