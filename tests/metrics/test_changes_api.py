"""Whether a score changed, for other programs: answers come in a file, the test is asked for."""

import pytest
import time_machine
from django.core.management import call_command

from metrics.insiders import Insider
from metrics.traits import keep_traits
from tests.factories import DAY, NOON, ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db
HEAD = "id,customer id,contact id,kind,score,date"


@pytest.fixture(autouse=True)
def _a_day_in_june():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def load(ada, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"

    def answers(kind, before, now, contacts=(), customer="0012"):
        """Scores of May and of June, given as how often each came."""
        lines, path = [HEAD], tmp_path / f"answers {kind} {customer}.csv"
        for day, counts in (("2026-05-10", before), ("2026-06-02", now)):
            scores = [score for score, n in counts.items() for _ in range(n)]
            for n, score in enumerate(scores):
                contact = contacts[n].external_id if contacts else ""
                lines.append(f"{customer}-{len(lines)},{customer},{contact},{kind},{score},{day}")
        path.write_text("\n".join(lines))
        call_command("import_file", str(path), "--noun", "answers", verbosity=0)

    CustomerFactory(external_id="0012", segment="Small")
    return answers


@pytest.fixture
def change_of(api_of, ana):
    def asked(code, **more):
        answer = api_of(ana).get(f"/api/v1/numbers/{code}/change", {"period": "2026-06"} | more)
        return answer.json()

    return asked


def ends(line):
    return line["interval"]["low"], line["interval"]["high"]


def test_the_change_of_nps_can_be_asked_for(load, change_of):
    """nps-005"""
    load("nps", {9: 40, 7: 35, 0: 25}, {10: 55, 8: 28, 6: 17})

    found = change_of("nps")

    assert (found["before"]["value"], found["now"]["value"]) == ("15", "38")
    assert found["difference"] == pytest.approx(22.3300970874, abs=1e-6)
    assert found["z"] == pytest.approx(2.0671611081, abs=1e-6)
    assert found["p_value"] == found["p_adjusted"] == pytest.approx(0.0387189756, abs=1e-6)
    assert ends(found) == pytest.approx((1.1579756248, 43.50221855), abs=1e-6)
    assert (found["verdict"], found["is_paired"], found["unit"]) == ("higher", False, "points")
    assert found["compared_with"] == {"start": "2026-05-01", "end": "2026-06-01"}


def test_the_change_of_csat_can_be_asked_for(load, change_of):
    """csat-005"""
    load("csat", {5: 140, 2: 60}, {4: 150, 1: 40})

    found = change_of("csat")

    assert (found["before"]["numerator"], found["before"]["n"]) == ("140", 200)
    assert (found["now"]["numerator"], found["now"]["n"]) == ("150", 190)
    assert 100 * found["difference"] == pytest.approx(8.9473684211, abs=1e-6)
    assert found["z"] == pytest.approx(2.0226485305, abs=1e-6)
    assert found["p_value"] == pytest.approx(0.0431093969, abs=1e-6)
    assert [100 * end for end in ends(found)] == pytest.approx((0.2685401406, 17.408358694))
    assert found["verdict_in_words"] == "Higher"


def test_groups_are_tested_together(load, change_of):
    CustomerFactory(external_id="0013", segment="")
    keep_traits(DAY.replace(month=5, day=1), first=0, last=2**62)
    load("nps", {9: 40, 7: 35, 0: 25}, {10: 55, 8: 28, 6: 17})
    load("nps", {9: 10, 0: 10}, {9: 11, 0: 9}, customer="0013")

    found = change_of("nps", by="segment")

    small, without = found["groups"]
    assert (small["key"], small["name"], small["now"]["n"]) == ("Small", "Small", 100)
    assert (without["key"], without["name"]) == ("", "Without segment")
    assert small["p_value"] == pytest.approx(0.0387189756, abs=1e-6)
    assert small["p_adjusted"] == pytest.approx(2 * 0.0387189756, abs=1e-6)
    assert (small["verdict"], without["verdict"]) == ("no_evidence", "no_evidence")
    assert change_of("nps", segment="Small")["verdict"] == "higher"


def test_the_same_people_are_compared_with_themselves_and_ours_are_left_out(load, change_of):
    customer = CustomerFactory(external_id="0014")
    people = [ContactFactory(customer=customer, external_id=f"P-{n}") for n in range(13)]
    Insider.objects.create(mark="P-12")
    load("nps", {7: 13}, {9: 10, 7: 3}, contacts=people, customer="0014")

    found = change_of("nps")

    assert (found["is_paired"], found["now"]["n"]) == (True, 12)
    assert found["difference"] == pytest.approx(100 * 10 / 12)


def test_where_there_is_nothing_to_compare_it_says_so(load, change_of):
    load("ces", {}, {5: 10})

    assert (change_of("ces")["verdict"], change_of("ces")["z"]) == ("no_data", None)
    assert change_of("ces")["before"]["reason"] == "no_data"
    to_come = change_of("ces", period="2026-08", by="plan")
    assert (to_come["now"]["reason"], to_come["groups"]) == ("not_over", [])


def test_only_scores_can_be_tested(api_of, ana, change_of):
    listed = api_of(ana).get("/api/v1/numbers").json()

    assert {entry["metric"] for entry in listed if entry["has_change"]} == {
        "nps", "csat", "ces", "ces_effort",
    }  # fmt: skip
    assert api_of(ana).get("/api/v1/numbers/mrr/change").status_code == 404
    assert change_of("nps", by="month")["errors"][0]["parameter"] == "by"
