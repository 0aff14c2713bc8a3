import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from metrics.charts import Look, days_spec, stacked_days_spec, waterfall_spec
from metrics.company import CompanyPoint
from metrics.nps import Nps
from metrics.overview_charts import health_trend_chart, nps_finding
from metrics.reports.drawing import COLOURS
from metrics.revenue.movements import Movements
from metrics.revenue_charts import waterfall_chart

ROOT = Path(__file__).resolve().parents[2]
METRICS_FOLDER = ROOT / "metrics"
STYLES = ROOT / "static" / "css" / "enishi.css"

DAYS = [date(2026, 6, 1) + timedelta(days=n) for n in range(3)]
LINE = [(DAYS[0], Decimal("1.5")), (DAYS[1], None), (DAYS[2], 3)]
BANDS = ((0.0, 40.0, "@bad"), (40.0, 100.0, "@good"))
STEPS = [("Before", Decimal(100), "@none"), ("New", Decimal(20), "@good"),
         ("Churn", Decimal(-5), "@bad"), ("After", Decimal(115), "@none")]  # fmt: skip


def understand(spec):
    # Imported by the one process that runs these tests: it takes half a second.
    import altair

    altair.Chart.from_dict(spec, validate=True)


@pytest.mark.parametrize(
    "spec",
    [
        days_spec(LINE, Look("Uses", shape="area")),
        days_spec(LINE, Look("Health", top=100, bands=BANDS)),
        days_spec(LINE, Look("MRR", shape="step", number="~s")),
        stacked_days_spec([(DAYS[0], "Red", 3), (DAYS[0], "Green", 4)],
                          [("Red", "@bad"), ("Green", "@good")], 200),
        waterfall_spec(STEPS, 240, "~s"),
    ],
    ids=["area", "bands", "step", "stacked", "waterfall"],
)  # fmt: skip
def test_every_specification_is_one_vega_lite_understands(spec):
    understand(spec)


def test_a_mistake_in_a_specification_is_seen():
    spec = days_spec(LINE, Look("Uses"))
    spec["layer"][0]["mark"]["type"] = "spaghetti"

    with pytest.raises(jsonschema.ValidationError):
        understand(spec)


def test_a_gap_stays_a_gap():
    assert [v["value"] for v in days_spec(LINE, Look("Uses"))["data"]["values"]] == [1.5, None, 3]


def test_on_a_phone_neighbouring_figures_of_a_waterfall_stand_at_two_heights():
    spec = waterfall_spec(STEPS, 240, "~s")
    text = spec["layer"][1]["mark"]

    assert text["dy"]["expr"] == "width < 420 && datum.rank % 2 ? -19 : -8"
    assert [value["rank"] for value in spec["data"]["values"]] == list(range(len(STEPS)))


def test_steps_of_a_waterfall_begin_where_the_last_one_ended():
    values = waterfall_spec(STEPS, 240, "~s")["data"]["values"]

    assert [(v["from"], v["to"]) for v in values] == [(0, 100), (100, 120), (120, 115), (0, 115)]


def moved(**steps: int) -> Movements:
    nothing = {"new": 0, "reactivation": 0, "expansion": 0, "contraction": 0, "churn": 0, "fx": 0}
    amounts = {kind: Decimal(amount) for kind, amount in {**nothing, **steps}.items()}
    return Movements(start=DAYS[0], end=DAYS[2], opening=Decimal(100), customers={"new": 2},
                     **amounts)  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "finding"),
    [
        ({"new": 20, "churn": 5}, "MRR rose by ¥15: ¥20 won, ¥5 lost (June)"),
        ({"churn": 5}, "MRR fell by ¥5: ¥0 won, ¥5 lost (June)"),
        ({}, "MRR did not change (June)"),
    ],
)
def test_the_title_of_a_waterfall_says_the_finding(steps, finding):
    chart = waterfall_chart(moved(**steps), "June", "JPY")

    assert chart.title == finding
    assert chart.rows[1] == ("New", f"¥{steps.get('new', 0)}", 2)


def test_noise_is_not_called_a_change():
    assert "no evidence" in nps_finding(Nps(6, 2, 2), Nps(7, 1, 2))
    assert "fell" in nps_finding(Nps(90, 5, 5), Nps(10, 10, 80))


def test_the_table_of_a_chart_holds_the_same_numbers_newest_first():
    points = [
        CompanyPoint(day, 10, 9, Decimal(5), Decimal(1), 6, 2, red, 1, 0, 0, 0)
        for day, red in zip(DAYS, (1, 1, 2), strict=True)
    ]

    chart = health_trend_chart(points)

    assert chart.rows[0] == (DAYS[2], 2, 2, 6, 1)
    assert chart.title.startswith("2 of 10 customers are at risk, against 1 on")


def test_every_colour_a_chart_names_is_a_role_of_the_pages_and_of_the_reports():
    sources = "".join(path.read_text() for path in METRICS_FOLDER.rglob("*.py"))
    named = set(re.findall(r'"@([a-z0-9-]+)"', sources))
    known = set(re.findall(r"\.role-([a-z0-9-]+) ", STYLES.read_text()))

    assert "violet" in named
    assert named <= known
    assert named <= set(COLOURS)
