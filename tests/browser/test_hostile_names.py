"""Names that want to be a program (UI1): shown as they are, in every place that shows names.

The policy of our pages would stop such a program and say so on the console, which fails the test;
what is looked for here is that nobody even tries.
"""

import pytest

from tests.factories import (
    AlertFactory,
    ContactFactory,
    CustomerFactory,
    SnapshotFactory,
    TaskFactory,
    TicketFactory,
    TouchpointFactory,
)

EVIL = "\"><img src=x onerror=alert(1)>'</script><script>alert(2)</script>{{7*7}}${7*7}`"


@pytest.fixture
def customer(ada):
    """Everything about this customer is called so."""
    customer = CustomerFactory(
        name=EVIL, kana=EVIL, segment=EVIL[:50], industry=EVIL, csm=ada, external_id=EVIL
    )
    customer.refresh_search_text()
    customer.save()
    ContactFactory(customer=customer, name=EVIL, title=EVIL, external_id=EVIL)
    SnapshotFactory(customer=customer)
    TaskFactory(customer=customer, assignee=ada, title=EVIL, note=EVIL)
    TicketFactory(customer=customer, subject=EVIL)
    TouchpointFactory(customer=customer, summary=EVIL, author=ada)
    AlertFactory(customer=customer)
    return customer


def test_a_name_is_never_a_program(page_as, ada, customer):
    ada.full_name = EVIL[:100]
    ada.save()
    page, asked = page_as(ada), []
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    addresses = [
        f"/customers/?q={EVIL}", "/tasks/", "/alerts/",
        f"/admin/customers/customer/{customer.pk}/", customer.get_absolute_url(),
    ]  # fmt: skip

    statuses = {address: page.goto(address).status for address in addresses}

    assert set(statuses.values()) == {200}, statuses
    assert page.locator("h1").inner_text().strip() == EVIL
    assert page.title().startswith(EVIL)
    assert page.locator("img[src=x]").count() == 0
    assert asked == []
