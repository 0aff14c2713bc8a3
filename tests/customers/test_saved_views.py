"""Views of the Customers page that people keep: filters, order and columns under a name."""

import pytest
from django.urls import reverse

from customers.models import SavedView
from tests.factories import CustomerFactory, SnapshotFactory

pytestmark = pytest.mark.django_db
LIST, KEEP = reverse("customers:customer_list"), reverse("customers:saved_view_keep")


def keep(client, name: str, query: str, **more):
    return client.post(KEEP, {"name": name, "query": query, **more})


def names_on(client, **asked) -> list[str]:
    return [view.name for view in client.get(LIST, asked).context["saved_views"]]


def test_a_question_is_kept_as_asked_and_leads_back_to_it(as_user, ana):
    SnapshotFactory(customer=CustomerFactory(csm=ana, segment="SMB", name="Bakery"))
    client = as_user(ana)

    answer = keep(client, "Small ones", "segment=SMB&columns=arr&columns=nps&page=7&evil=1&q=")

    assert answer["Location"] == f"{LIST}?columns=arr&columns=nps&segment=SMB"
    page = client.get(answer["Location"]).content.decode()
    assert 'aria-current="true">Small ones' in page
    assert "Bakery" in page


def test_only_the_chosen_columns_are_shown_and_all_without_a_choice(as_user, ana):
    SnapshotFactory(customer=CustomerFactory(csm=ana), nps_score=9)
    client = as_user(ana)

    chosen = client.get(LIST, {"columns": ["nps", "csm", "no-such"]}).content.decode()
    few = client.get(LIST, {"columns": ["nps", "csm"]}).content.decode()

    assert few.count("</td>") == few.count("</th>") == 4
    assert chosen.count("</td>") == 9


def test_what_is_shared_is_answered_as_its_reader_may_see_it(as_user, ana, ben):
    for csm, name in ((ana, "Bakery"), (ben, "Brewery")):
        SnapshotFactory(customer=CustomerFactory(csm=csm, segment="SMB", name=name))
    keep(as_user(ana), "Ours", "segment=SMB", is_shared="on")
    keep(as_user(ana), "Only mine", "segment=SMB")

    reader = as_user(ben)

    assert names_on(reader) == ["Ours"]
    page = reader.get(f"{LIST}?{SavedView.objects.get(name='Ours').query}").content
    assert b"Brewery" in page
    assert b"Bakery" not in page


def test_a_viewer_keeps_views_for_herself_only(as_user, vic, ana):
    keep(as_user(vic), "Mine", "segment=SMB", is_shared="on")

    assert names_on(as_user(vic)) == ["Mine"]
    assert names_on(as_user(ana)) == []


def test_the_same_name_replaces_and_a_deleted_one_is_gone(as_user, ana):
    client = as_user(ana)
    keep(client, "Mine", "segment=SMB")
    keep(client, "Mine", "sort=-arr")

    assert SavedView.objects.get().query == "sort=-arr"
    client.post(reverse("customers:saved_view_delete", args=[SavedView.objects.get().pk]))
    assert names_on(client) == []


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\x00b"])
def test_a_name_that_cannot_be_is_said_and_the_question_is_not_lost(name, as_user, ana):
    client = as_user(ana)

    answer = keep(client, name, "segment=SMB")

    assert answer["Location"] == f"{LIST}?segment=SMB"
    assert not SavedView.objects.exists()
    assert list(client.get(LIST).context["messages"])
