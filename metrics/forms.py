"""What pages of figures ask for, and what is said when it is not understood."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission
from customers.models import CostLine, Customer, ExchangeRate, RoleRate, TouchPin, WinBack
from customers.segments import known_segments
from lib import days
from lib.periods import month_of, quarter_of, year_of
from lib.selects import Select
from metrics.assumptions import Name, assumed
from metrics.catalogue import METRICS
from metrics.models import Assumption, ReportSchedule
from metrics.models.report import Format, Subject
from metrics.periods_in_words import period_in_words
from metrics.plans import known_plans
from metrics.question import NOBODY, PARENT, REPORTED, Question, QuestionUnclearError, question_of

Choices = list[tuple[str, str | Promise]]
MONTHS, QUARTERS, YEARS = 24, 8, 5
BOOKS = ("known", "view", "roll_up")
LATEST = date(2099, 12, 31)


class DismissForm(forms.Form):
    reason = forms.CharField(
        max_length=200,
        error_messages={
            "required": _("Write why the alert is dismissed."),
            "max_length": _("Write the reason in 200 characters or fewer."),
        },
    )


class WinBackForm(forms.Form):
    state = forms.ChoiceField(
        choices=WinBack.State.choices,
        error_messages={
            "required": _("Choose where the customer stands."),
            "invalid_choice": _("Choose where the customer stands."),
        },
    )
    note = forms.CharField(
        max_length=500,
        required=False,
        error_messages={"max_length": _("Write the note in 500 characters or fewer.")},
    )


class QuestionForm(forms.Form):
    """The filter bar of every page of figures. The choices are those an address may name."""

    period = forms.ChoiceField(label=_("Period"), required=False, widget=Select)
    segment = forms.ChoiceField(label=_("Segment"), required=False, widget=Select)
    csm = forms.ChoiceField(label=_("CSM"), required=False, widget=Select)
    plan = forms.ChoiceField(label=_("Plan"), required=False, widget=Select)
    touch = forms.ChoiceField(
        label=_("Touch"), required=False, widget=Select,
        choices=[("", _("Any touch")), *Customer.Touch.choices],
    )  # fmt: skip
    currency = forms.ChoiceField(label=_("Currency"), required=False, widget=Select)
    known = forms.DateField(
        label=_("As known on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    view = forms.ChoiceField(
        label=_("View"),
        required=False,
        widget=Select,
        choices=[("", _("Restated: all we know")), (REPORTED, _("As reported"))],
    )
    roll_up = forms.ChoiceField(
        label=_("Customers"), required=False, widget=Select,
        choices=[("", _("As billed")), (PARENT, _("By parent"))],
    )  # fmt: skip

    def __init__(self, question: Question, user: User, *, rolls_up: bool = False) -> None:
        """`rolls_up` offers to count by parent; who asked for it may take it back anywhere."""
        super().__init__(initial=question.parameters() | {"currency": question.money})
        if not (rolls_up or question.by_parent):
            del self.fields["roll_up"]
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
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-control" if name == "known" else "form-select"

    def choosing(self) -> list[forms.BoundField]:
        """What is counted."""
        return [field for field in self if field.name not in BOOKS]

    def remembering(self) -> list[forms.BoundField]:
        """As known when, and by parent; a menu of its own, for few ask and the bar is full."""
        return [self[name] for name in BOOKS if name in self.fields]


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
    def as_billed(self) -> Question:
        return self.question.about(by_parent=False)

    @property
    def period_in_words(self) -> str:
        return period_in_words(self.question.period)


def asked_by(request: HttpRequest, *, rolls_up: bool = False) -> Asked:
    """The question of a page. What is not understood is left out, and said.

    `rolls_up` is for pages whose figures can be counted by parent.
    """
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
    return Asked(question, QuestionForm(question, user, rolls_up=rolls_up), faults)


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
    return [*User.objects.visible_to(user).csms().as_choices()]


def known_currencies() -> list[str]:
    """The reporting currency first, then those with a rate."""
    others = ExchangeRate.objects.order_by("currency").values_list("currency", flat=True)
    return [settings.REPORTING_CURRENCY, *others.distinct()]


def named(codes: list[str]) -> Choices:
    return [(code, code) for code in codes]


class DateInput(forms.DateInput):
    """The browser's own calendar; it wants ISO dates whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"min": "1990-01-01", "max": LATEST.isoformat()})


class CostLineForm(forms.ModelForm):
    """A cost line. People name its last day; the table keeps the first day without."""

    last_day = forms.DateField(
        label=_("Last day"), widget=DateInput(), validators=[MaxValueValidator(LATEST)]
    )
    customer_id = forms.CharField(
        label=_("External id of the customer"), required=False,
        help_text=_("Only when it was spent on one customer."),
    )  # fmt: skip

    class Meta:
        model = CostLine
        fields = ["kind", "label", "amount", "currency", "starts_on", "last_day",
                  "retention_share", "acquisition_share", "customer_id"]  # fmt: skip
        widgets = {"starts_on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["last_day"] = self.instance.until - timedelta(days=1)
            if self.instance.customer:
                self.initial["customer_id"] = self.instance.customer.external_id
        elif not self.initial.get("currency"):
            self.initial["currency"] = settings.REPORTING_CURRENCY
        share = self.fields["retention_share"]
        share.required = False
        share.help_text = _("From 0 to 1. Left empty, support takes the share assumed on its day.")

    def clean(self) -> dict[str, Any]:
        """Support is partly cost of goods sold: which part keeps customers is assumed and dated."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        starts_on = given.get("starts_on")
        if given.get("retention_share") is None and "retention_share" not in self.errors:
            if given.get("kind") == CostLine.Kind.SUPPORT and starts_on:
                share = assumed(Name.SUPPORT_SHARE, starts_on)
                given["retention_share"] = share.quantize(Decimal("0.0001"))
            else:
                missing = self.fields["retention_share"].error_messages["required"]
                self.add_error("retention_share", missing)
        return given

    def clean_customer_id(self) -> str:
        text: str = self.cleaned_data["customer_id"].strip()
        self.instance.customer = Customer.objects.filter(external_id=text).first() if text else None
        if text and self.instance.customer is None:
            raise forms.ValidationError(_("No customer has this external id."))
        return text

    def clean_last_day(self) -> date:
        last: date = self.cleaned_data["last_day"]
        if (first := self.cleaned_data.get("starts_on")) and last < first:
            raise forms.ValidationError(_("The last day must not come before the first."))
        self.instance.until = last + timedelta(days=1)
        return last


class RoleRateForm(forms.ModelForm):
    class Meta:
        model = RoleRate
        fields = ["role", "effective_on", "hourly"]
        widgets = {"effective_on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hourly"].help_text = _("In %(currency)s.") % {
            "currency": settings.REPORTING_CURRENCY
        }


class AssumptionForm(forms.ModelForm):
    class Meta:
        model = Assumption
        fields = ["name", "effective_on", "value"]
        widgets = {"effective_on": DateInput()}


class TouchPinForm(forms.ModelForm):
    """Hold a customer in a tier: with a reason, and until a day that is still to come."""

    class Meta:
        model = TouchPin
        fields = ["touch", "reason", "until"]
        widgets = {"until": DateInput()}

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until < days.today():
            raise forms.ValidationError(_("The last day must not lie in the past."))
        return until


class ReportForm(forms.Form):
    """What to make: about what, as which file. The rest is the question of the address."""

    subject = forms.ChoiceField(label=_("Report"), choices=Subject.choices)
    format = forms.ChoiceField(label=_("Format"), choices=Format.choices)
    metric = forms.ChoiceField(label=_("Figure"), required=False)
    customer = forms.IntegerField(required=False, min_value=1, max_value=2**62)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        metrics = [(metric.code, metric.name) for metric in METRICS]
        self.fields["metric"].choices = [("", "–"), *metrics]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        subject = cleaned.get("subject")
        if subject == Subject.FIGURE and not cleaned.get("metric"):
            self.add_error("metric", _("Choose the figure."))
        if subject == Subject.CUSTOMER:
            visible = Customer.objects.visible_to(self.user)
            if not visible.filter(pk=cleaned.get("customer")).exists():
                self.add_error("customer", _("Choose one of your customers."))
        elif not self.user.may(Permission.VIEW_NUMBERS):
            self.add_error("subject", _("You may not see these figures."))
        return cleaned


class ScheduleForm(forms.ModelForm):
    """A report that comes by itself, to people who may see it."""

    class Meta:
        model = ReportSchedule
        fields = ["subject", "format", "rhythm", "recipients"]
        widgets = {"recipients": forms.CheckboxSelectMultiple()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).order_by("full_name", "pk")
        self.fields["recipients"].queryset = people  # type: ignore[attr-defined]
        offered = [choice for choice in Subject.choices if choice[0] not in BY_HAND_ONLY]
        self.fields["subject"].choices = offered  # type: ignore[attr-defined]


# These need to know which figure or customer, and are asked for from its page.
BY_HAND_ONLY = (Subject.FIGURE, Subject.CUSTOMER)
