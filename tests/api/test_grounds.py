"""/api/v1/features, /insiders and /assumptions: what figures rest on, kept by a program."""

import pytest
import time_machine

from customers.models import DirtyDay
from metrics.assumptions import Name, assumed
from metrics.models import Assumption, Feature, Insider
from tests.api.programs import send
from tests.factories import DAY, NOON

pytestmark = pytest.mark.django_db
FEATURE = {"event": "export", "is_core": True, "uses_needed": 5, "plans": ["Pro"]}


@pytest.fixture(autouse=True)
def _a_day_in_june():
    with time_machine.travel(NOON, tick=False):
        yield


def test_a_feature_is_entered_and_changed_and_its_use_is_counted_again(lea, api_of):
    program, url = api_of(lea), "/api/v1/features"

    made = send(program, "post", url, FEATURE)
    counted_again = DirtyDay.objects.count()
    one = f"{url}/{made.json()['id']}"
    changed = send(program, "patch", one, {"is_value": False, "plans": []}, if_match=made["ETag"])
    twice = send(program, "post", url, FEATURE)
    renamed = send(program, "patch", one, {"event": "import"})

    assert (made.status_code, changed.status_code) == (201, 200)
    assert (twice.status_code, renamed.status_code, counted_again) == (400, 400, 28)
    feature = Feature.objects.get()
    assert (feature.is_value, feature.is_core, feature.plans) == (False, True, [])
    assert program.get(url, {"is_core": "false"}).json()["results"] == []


def test_our_own_people_are_named_and_taken_out_again(lea, api_of):
    program, url = api_of(lea), "/api/v1/insiders"

    made = send(program, "post", url, {"mark": "@staff.example", "note": "Staff"})
    nobody = send(program, "post", url, {"mark": "@"})
    gone = send(program, "delete", f"{url}/{made.json()['id']}")

    assert (made.status_code, nobody.status_code, gone.status_code) == (201, 400, 204)
    assert not Insider.objects.exists()
    assert DirtyDay.objects.filter(marks__gte=2).count() == 28


def test_an_assumption_rules_from_its_day_and_can_be_corrected(lea, ada, api_of):
    program, url = api_of(lea), "/api/v1/assumptions"
    body = {"name": "gross_margin", "effective_on": "2026-06-01", "value": "0.7"}

    made = send(program, "post", url, body).json()
    twice = send(program, "post", url, body)
    corrected = send(api_of(ada), "patch", f"{url}/{made['id']}", {"value": "0.75"})
    moved = send(program, "patch", f"{url}/{made['id']}", {"effective_on": "2026-05-01"})

    assert (made["author"], twice.status_code, moved.status_code) == (lea.pk, 400, 400)
    assert (corrected.json()["value"], corrected.json()["author"]) == ("0.750000", ada.pk)
    assert assumed(Name.GROSS_MARGIN, DAY) == Assumption.objects.get().value


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [("assumptions", {"name": "gross_margin", "value": "1.1"}, "value"),
     ("assumptions", {"name": "horizon_months", "value": "1201"}, "value"),
     ("assumptions", {"name": "horizon_months", "value": "-1"}, "value"),
     ("assumptions", {"name": "luck", "value": "1"}, "name"),
     ("features", FEATURE | {"uses_needed": 0}, "uses_needed"),
     ("features", FEATURE | {"plans": "Pro"}, "plans"),
     ("features", FEATURE | {"plans": ["x" * 101]}, "plans/0"),
     ("insiders", {"mark": ""}, "mark")],
)  # fmt: skip
def test_what_cannot_be_names_its_field(path, body, field, lea, api_of):
    day = {"effective_on": "2026-06-01"} if path == "assumptions" else {}

    answer = send(api_of(lea), "post", f"/api/v1/{path}", body | day)

    assert answer.status_code == 400
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [f"/{field}"]


def test_whoever_may_not_enter_costs_changes_nothing(ana, lea, api_of):
    assert send(api_of(ana), "post", "/api/v1/features", FEATURE).status_code == 403
    reader = api_of(lea, ["costs:read"])
    assert reader.get("/api/v1/insiders").status_code == 200
    assert send(reader, "post", "/api/v1/insiders", {"mark": "bot"}).status_code == 403
