"""Figures of movements: what came, what went, and how one compares to the other (REV-2, REV-8)."""

from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lib.rates import Rate
from metrics.figure import Figure
from metrics.metric import Metric
from metrics.models import RevenueMovement
from metrics.question import Question
from metrics.revenue.moves import GAINS, LOSSES, Sums, lines_of, sums_of
from metrics.revenue.start_set import chosen_by
from metrics.rows import Rows

Kind = RevenueMovement.Kind


def movement_figure(kind: str, question: Question) -> Figure:
    """Losses are given as positive amounts; exchange rates keep their sign."""
    found = sums_of(question).get(kind, Sums())
    amount = (found.amount if kind == Kind.FX else abs(found.amount)) / 12
    return Figure(amount, numerator=amount, n=found.count)


def movement_rows(kind: str, question: Question) -> Rows:
    lines, values = lines_of(question)
    chosen, wanted = chosen_by(question)
    amount = "amount / 12" if kind == Kind.FX else "abs(amount) / 12"
    return Rows(
        f"SELECT id AS key, customer_id, '' AS label, {amount} AS numerator, 0 AS denominator,"
        f" reason AS note FROM ({lines}) moved WHERE kind = %(kind)s {chosen}",
        values | wanted | {"kind": kind},
        kind="movement",
    )


def total(sums: dict[str, Sums], kinds: tuple[str, ...]) -> Sums:
    found = [sums.get(kind, Sums()) for kind in kinds]
    return Sums(abs(sum((s.amount for s in found), Sums().amount)), sum(s.count for s in found))


def quick_ratio_figure(question: Question) -> Figure:
    """Won-back customers count as gains; `parts` has the ratio without them."""
    sums = sums_of(question)
    gains, losses = total(sums, GAINS), total(sums, LOSSES)
    others = total(sums, tuple(kind for kind in GAINS if kind != Kind.REACTIVATION))
    reason = "" if losses.amount else "no_losses" if gains.amount else "no_data"
    rate = Rate(gains.amount, losses.amount, reason)
    figure = Figure.of_rate(rate, n=gains.count + losses.count)
    without = Rate(others.amount, losses.amount).value
    return figure.with_parts(lambda: {"without_reactivation": without})


def quick_ratio_rows(question: Question) -> Rows:
    lines, values = lines_of(question)
    chosen, wanted = chosen_by(question)
    return Rows(
        "SELECT id AS key, customer_id, '' AS label, greatest(amount, 0) AS numerator,"
        f" greatest(-amount, 0) AS denominator, kind AS note FROM ({lines}) moved"
        f" WHERE kind <> 'fx' {chosen}",
        values | wanted,
        kind="movement",
        order="numerator + denominator DESC, key",
    )


def new_price_figure(question: Question) -> Figure:
    won = sums_of(question).get(Kind.NEW, Sums())
    return Figure.of_rate(Rate(won.amount, 12 * won.count, "" if won.count else "nobody_won"),
                          n=won.count)  # fmt: skip


def new_price_rows(question: Question) -> Rows:
    lines, values = lines_of(question)
    chosen, wanted = chosen_by(question)
    return Rows(
        "SELECT id AS key, customer_id, '' AS label, amount AS numerator, 12 AS denominator,"
        f" plan AS note FROM ({lines}) moved WHERE kind = 'new' {chosen}",
        values | wanted,
        kind="movement",
    )


def movement(kind: Kind, code: str, name: Promise, definition: Promise, good: str) -> Metric:
    return Metric(
        code=code,
        rule="REV-2",
        chapter="revenue",
        name=name,
        unit="money",
        definition=definition,
        formula=_("sum of the movements of this kind / 12"),
        compute=partial(movement_figure, kind.value),
        rows=partial(movement_rows, kind.value),
        page="metrics:revenue",
        good=good,  # type: ignore[arg-type]
    )


MOVEMENTS = (
    movement(
        Kind.NEW, "new_mrr", _("New MRR"),
        _("MRR of customers who began to pay and never paid before, on their first paid day."),
        "up",
    ),
    movement(
        Kind.EXPANSION, "expansion_mrr", _("Expansion MRR"),
        _("What customers who paid the day before pay more. New customers are never in it."),
        "up",
    ),
    movement(
        Kind.CONTRACTION, "contraction_mrr", _("Contraction MRR"),
        _("What customers pay less who go on paying."), "down",
    ),
    movement(
        Kind.CHURN, "churned_mrr", _("Churned MRR"),
        _("MRR of customers who stopped paying, on the first day without service. A pause, a move "
          "to a free plan and a debt past the limit count too, each with its reason."), "down",
    ),
    movement(
        Kind.REACTIVATION, "reactivation_mrr", _("Reactivation MRR"),
        _("MRR of customers who pay again after they had stopped, whenever that was."), "up",
    ),
    movement(
        Kind.FX, "fx_mrr", _("MRR by exchange rates"),
        _("What new monthly exchange rates make of the MRR that was there before the month. All "
          "else in the month is counted at its rates."), "",
    ),
)  # fmt: skip
QUICK_RATIO = Metric(
    code="quick_ratio",
    rule="REV-8",
    chapter="revenue",
    name=_("Quick ratio"),
    unit="ratio",
    definition=_(
        "MRR gained for each unit of MRR lost in the period: new, expansion and reactivation over "
        "churn and contraction. With fewer than 100 customers ask for a quarter at least."
    ),
    formula=_("(new + expansion + reactivation) / (churn + contraction)"),
    compute=quick_ratio_figure,
    rows=quick_ratio_rows,
    spread="above zero",
    page="metrics:revenue",
)
NEW_PRICE = Metric(
    code="new_customer_price",
    rule="REV-9",
    chapter="revenue",
    name=_("Average price of new customers"),
    unit="money",
    definition=_(
        "MRR of the customers won in the period, for each of them. Won-back ones are out."
    ),
    formula=_("annual value of new customers / (12 × new customers)"),
    compute=new_price_figure,
    rows=new_price_rows,
    spread="above zero",
    page="metrics:revenue",
)
