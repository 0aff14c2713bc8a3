import re
from collections.abc import Callable

import pytest
from django.test import Client

from outreach.links import Purpose, token_for
from surveys.models import Invitation
from tests.factories import InvitationFactory
from tests.outreach.conftest import post

__all__ = ["post"]


@pytest.fixture
def invitation(db) -> Invitation:
    return InvitationFactory()


def link_of(invitation: Invitation) -> str:
    return f"/s/{token_for(Purpose.ANSWER, invitation.message.uuid)}"


def nonce_on(html: str) -> str:
    return re.search(r'name="nonce" value="([^"]+)"', html)[1]


@pytest.fixture
def press() -> Callable:
    """A contact opens the page, fills in the form and presses the button."""

    def open_and_press(invitation: Invitation, client: Client | None = None, **fields):
        client, link = client or Client(), link_of(invitation)
        nonce = nonce_on(client.get(link + "?edit=1").content.decode())
        return client.post(link, {"nonce": nonce, **fields})

    return open_and_press
