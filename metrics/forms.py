"""What pages of figures ask for, and what is said when it is not understood."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.models import Customer, ExchangeRate
from customers.segments import known_segments
from lib import days
from lib.periods import Period, month_of, quarter_of, year_of
from metrics.plans import known_plans
from metrics.question import NOBODY, Question, QuestionUnclearError, question_of

Choices = list[tuple[str, str | Promise]]
MONTHS, QUARTERS, YEARS = 24, 8, 5


class DismissForm(forms.Form):
    reason = forms.CharField(
        max_length=200,
        error_messages={
            "required": _("Write why the alert is dismissed."),
            "max_length": _("Write the reason in 200 characters or fewer."),
        },
    )


class QuestionForm(forms.Form):
    """The filter bar of every page of figures. The choices are those an address may name."""

    period = forms.ChoiceField(label=_("Period"), required=False)
    segment = forms.ChoiceField(label=_("Segment"), required=False)
    csm = forms.ChoiceField(label=_("CSM"), required=False)
    plan = forms.ChoiceField(label=_("Plan"), required=False)
    touch = forms.ChoiceField(
        label=_("Touch"), required=False, choices=[("", _("Any touch")), *Customer.Touch.choices]
    )
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    known = forms.DateField(
        label=_("As known on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, question: Question, user: User) -> None:
        super().__init__(initial=question.parameters() | {"currency": question.money})
        choices = {
            "period": period_choices(question),
            "segment": [("", _("Any segment")), *named(known_segments()),
                        (NOBODY, _("Without segment"))],
            "csm": [("", _("Any CSM")), *csm_choices(user), (NOBODY, _("Without CSM"))],
            "plan": [("", _("Any plan")), *named(known_plans())],
            "currency": named(known_currencies()),
        }  # fmt: skip
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Asked:
    """What the address of a page asks: the question, its form, and what was not understood."""

    question: Question
    form: QuestionForm
    faults: list[tuple[str, str]]

    @property
    def before(self) -> Question:
        return self.question.moved(-1)

    @property
    def after(self) -> Question | None:
        """The next period; None when it lies in the future."""
        following = self.question.moved(1)
        return following if following.start <= self.question.today else None

    @property
    def period_in_words(self) -> str:
        return period_in_words(self.question.period)


def asked_by(request: HttpRequest) -> Asked:
    """The question of a page. What is not understood is left out, and said."""
    faults: list[tuple[str, str]] = []
    asked = request.GET.dict()
    try:
        question = question_of(asked, days.today())
    except QuestionUnclearError as unclear:
        labels = QuestionForm.base_fields
        faults = [(str(labels[name].label), str(why)) for name, why in unclear.faults.items()]
        understood = {name: text for name, text in asked.items() if name not in unclear.faults}
        question = question_of(understood, days.today())
    user: Any = request.user
    return Asked(question, QuestionForm(question, user), faults)


def period_in_words(period: Period) -> str:
    if period.kind == "month":
        return date_format(period.start, "YEAR_MONTH_FORMAT")
    if period.kind == "quarter":
        year, quarter = period.code.split("-Q")
        return _now("Q%(quarter)s of %(year)s") % {"quarter": quarter, "year": year}
    if period.kind == "year":
        return _now("Fiscal year %(year)s") % {"year": period.code}
    return _now("%(start)s to %(end)s") % {
        "start": date_format(period.start, "SHORT_DATE_FORMAT"),
        "end": date_format(period.last_day, "SHORT_DATE_FORMAT"),
    }


def period_choices(question: Question) -> list[Any]:
    """Months, quarters and years up to the running one; the one asked for is always among them."""
    today: date = question.today
    groups = [
        (_("Months"), [month_of(days.add_months(today, -n)) for n in range(MONTHS)]),
        (_("Quarters"), [quarter_of(days.add_months(today, -3 * n)) for n in range(QUARTERS)]),
        (_("Years"), [year_of(days.add_months(today, -12 * n)) for n in range(YEARS)]),
    ]
    offered: list[Any] = [
        (label, [(period.code, period_in_words(period)) for period in periods])
        for label, periods in groups
    ]
    if question.period.code not in {code for _label, group in offered for code, _words in group}:
        offered.insert(0, (question.period.code, period_in_words(question.period)))
    return offered


def csm_choices(user: User) -> Choices:
    csms = User.objects.visible_to(user).csms().only("full_name", "email")
    return [(str(csm.pk), str(csm)) for csm in csms]


def known_currencies() -> list[str]:
    """The reporting currency first, then those with a rate."""
    others = ExchangeRate.objects.order_by("currency").values_list("currency", flat=True)
    return [settings.REPORTING_CURRENCY, *others.distinct()]


def named(codes: list[str]) -> Choices:
    return [(code, code) for code in codes]
