import pytest

from outreach.models import Mailing
from tests.factories import MailingFactory, MailTextFactory
from tests.outreach.smtp_server import smtp_server


@pytest.fixture
def post(settings):
    """A mail server in a good mood; the fixture's `trouble` may be changed."""
    with smtp_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 2
        yield server


@pytest.fixture
def mailing(db) -> Mailing:
    mailing = MailingFactory()
    MailTextFactory(mailing=mailing)
    return mailing
