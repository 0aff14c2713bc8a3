"""ETags: nobody overwrites what she has not seen, and nobody reads twice what did not change."""

import pytest

from tests.api.programs import CUSTOMERS, send
from tests.factories import CustomerFactory, TaskFactory

pytestmark = pytest.mark.django_db


def test_a_change_on_top_of_an_unseen_one_is_refused(lea, api_of):
    client, url = api_of(lea), f"{CUSTOMERS}/{CustomerFactory().pk}"
    tag = client.get(url)["ETag"]

    first = send(client, "patch", url, {"segment": "A"}, if_match=tag)
    second = send(client, "patch", url, {"segment": "B"}, if_match=tag)
    third = send(client, "patch", url, {"segment": "B"}, if_match=first["ETag"])

    assert [answer.status_code for answer in (first, second, third)] == [200, 412, 200]
    assert second.json()["code"] == "changed_meanwhile"


def test_actions_and_deletes_honour_the_tag_as_well(lea, api_of):
    client, url = api_of(lea), f"/api/v1/tasks/{TaskFactory().pk}"

    refused = send(client, "post", f"{url}/done", {}, if_match='"old"')
    done = send(client, "post", f"{url}/done", {}, if_match=client.get(url)["ETag"])

    assert (refused.status_code, done.status_code) == (412, 200)
    assert done["ETag"] == client.get(url)["ETag"]


def test_an_object_that_did_not_change_is_not_sent_again(lea, api_of):
    client, url = api_of(lea), f"{CUSTOMERS}/{CustomerFactory().pk}"
    tag = client.get(url)["ETag"]

    same = client.get(url, headers={"if-none-match": tag})
    weak = client.get(f"{url}?fields=name", headers={"if-none-match": f"W/{tag}"})
    other = client.get(url, headers={"if-none-match": '"other"'})
    expanded = client.get(f"{url}?expand=csm", headers={"if-none-match": tag})

    assert (same.status_code, same.content, same["ETag"]) == (304, b"", tag)
    assert (weak.status_code, other.status_code, expanded.status_code) == (304, 200, 200)
