"""What pages about customers ask for, and what is said when it is not understood."""

import uuid
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.models import Contact, Customer, SavedView, Task, TouchPin, Touchpoint
from customers.segments import known_segments
from customers.tiering import Hold
from lib import days
from metrics.models import HealthScore
from metrics.portfolio import SORTS, Wishes
from surveys.models import Survey

RENEWING = [("", _("Any renewal")), ("30", _("Within 30 days")), ("90", _("Within 90 days")),
            ("180", _("Within 180 days"))]  # fmt: skip
EARLIEST, LATEST = "1900-01-01", "2200-12-31"


class DateInput(forms.DateInput):
    """The browser's own calendar; it wants ISO dates whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"min": EARLIEST, "max": LATEST})


# Who leaves does so on a day and for a reason, one by one; nobody goes back to being found.
STAGES_AT_ONCE = [
    (stage.value, stage.label)
    for stage in Customer.Stage
    if stage not in (Customer.Stage.CHURNED, Customer.Stage.DETECTED)
]

# What a line of the Customers page may show beside the name.
COLUMNS = [
    ("health", _("Health")), ("arr", _("ARR")), ("renewal", _("Renewal")), ("nps", _("NPS")),
    ("usage", _("Usage, 28 days")), ("touch", _("Last touch")), ("csm", _("CSM")),
]  # fmt: skip


class PortfolioForm(forms.Form):
    """The filter bar of the Customers page. What is not understood is left out, and said."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    band = forms.ChoiceField(
        label=_("Health"),
        required=False,
        choices=[("", _("Any health")), *HealthScore.Band.choices],
    )
    csm = forms.ModelChoiceField(
        label=_("CSM"), required=False, queryset=User.objects.none(), empty_label=_("Any CSM")
    )
    segment = forms.ChoiceField(label=_("Segment"), required=False)
    stage = forms.ChoiceField(
        label=_("Stage"), required=False, choices=[("", _("Any stage")), *Customer.Stage.choices]
    )
    touch = forms.ChoiceField(
        label=_("Touch"), required=False, choices=[("", _("Any touch")), *Customer.Touch.choices]
    )
    renewing = forms.ChoiceField(label=_("Renewal"), required=False, choices=RENEWING)
    sort = forms.ChoiceField(required=False, choices=[(s, s) for s in SORTS])
    columns = forms.MultipleChoiceField(label=_("Columns"), required=False, choices=COLUMNS)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        csms = User.objects.visible_to(user).csms()
        # One reading for this filter and for handing customers over.
        self.csms = csms.as_choices()
        self.fields["csm"].queryset = csms
        self.fields["csm"].choices = lambda: [("", _("Any CSM")), *self.csms]
        segments = [(segment, segment) for segment in known_segments()]
        self.fields["segment"].choices = [("", _("Any segment")), *segments]
        # Nobody is chosen before somebody chose: a slip must not hand customers over.
        self.bulk_csms = [("", _("Choose a CSM")), *self.csms]
        self.bulk_segments = [("", _("Choose a segment")), *segments]
        self.bulk_stages = [("", _("Choose a stage")), *STAGES_AT_ONCE]
        self.bulk_touches = [("", _("Choose a touch tier")), *Customer.Touch.choices]
        self.user = user
        if not user.sees_every_customer:
            del self.fields["csm"]

    def bulk_surveys(self) -> list[tuple[Any, Any]]:
        """The surveys that can be sent, for who may send them."""
        surveys = Survey.objects.visible_to(self.user).sendable().values_list("pk", "name")
        return [("", _("Choose a survey")), *surveys]

    def wishes(self) -> Wishes:
        self.is_valid()
        asked = self.cleaned_data
        csm = asked.get("csm")
        return Wishes(
            text=asked.get("q", "").replace("\x00", ""),
            segment=asked.get("segment", ""),
            stage=asked.get("stage", ""),
            touch=asked.get("touch", ""),
            band=asked.get("band", ""),
            csm=csm.pk if csm else None,
            renewing_within=int(asked["renewing"]) if asked.get("renewing") else None,
            sort=asked.get("sort") or SORTS[0],
        )

    def shown(self) -> dict[str, bool]:
        """The columns that were chosen, in no order; all when none was."""
        self.is_valid()
        chosen = self.cleaned_data.get("columns") or [name for name, _label in COLUMNS]
        return dict.fromkeys(chosen, True)


def asked_of(query: QueryDict, *more: str) -> str:
    """What is asked of the Customers page, as its address has it: known names, nothing empty.

    `more` are names of its address that are no question. All columns are as good as none named.
    """
    known = sorted({*PortfolioForm.base_fields, *more} & set(query))
    if len(query.getlist("columns")) == len(COLUMNS):
        known.remove("columns")
    return urlencode([(name, v) for name in known for v in query.getlist(name) if v])


class SavedViewForm(forms.ModelForm):
    class Meta:
        model = SavedView
        fields = ["name", "query", "is_shared"]

    def asked(self) -> str:
        return asked_of(QueryDict(self.data.get("query", "")[:2_000]))

    def clean_query(self) -> str:
        return self.asked()


class CustomerForm(forms.ModelForm):
    class Meta:
        model = Customer
        fields = [
            "name", "kana", "external_id", "domain", "segment", "stage", "touch", "csm", "team",
            "parent", "industry", "country", "language", "currency", "started_on",
        ]  # fmt: skip
        widgets = {"started_on": DateInput()}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["csm"].queryset = User.objects.visible_to(user).csms()
        self.fields["parent"] = forms.CharField(
            label=_("External id of the parent"), required=False, max_length=200
        )
        self.fields["external_id"].required = False
        self.fields["external_id"].help_text = _("Left empty, Enishi makes one up.")
        if self.instance.parent_id:
            self.initial["parent"] = self.instance.parent.external_id
        self.user = user

    def clean_external_id(self) -> str:
        return self.cleaned_data["external_id"].strip() or f"enishi-{uuid.uuid4().hex[:12]}"

    def clean_parent(self) -> Customer | None:
        wanted = self.cleaned_data["parent"].strip()
        if not wanted:
            return None
        found = Customer.objects.visible_to(self.user).filter(external_id=wanted).first()
        if found is None or found.pk == self.instance.pk:
            raise forms.ValidationError(_("There is no other customer with this external id."))
        return found


class ContactForm(forms.ModelForm):
    class Meta:
        model = Contact
        fields = ["name", "kana", "email", "title", "role", "language", "consent"]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not given.get("name") and not given.get("email"):
            raise forms.ValidationError(_("Give a name or an e-mail address."))
        return given


class TouchpointForm(forms.ModelForm):
    class Meta:
        model = Touchpoint
        fields = ["kind", "minutes", "summary"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 2})}

    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=0, max_value=1_440)
    summary = forms.CharField(
        label=_("What was said"), required=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    @property
    def kinds(self) -> list[tuple[str, Any]]:
        """What to choose from where something is chosen from the start."""
        return [choice for choice in self.fields["kind"].choices if choice[0]]

    def clean_minutes(self) -> int:
        return self.cleaned_data["minutes"] or 0


class TaskForm(forms.ModelForm):
    class Meta:
        model = Task
        fields = ["title", "type", "priority", "due_on", "assignee", "note"]
        widgets = {"due_on": DateInput(), "note": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = User.objects.visible_to(user).csms()


class BulkTaskForm(forms.ModelForm):
    """The task that is opened for each of many customers."""

    class Meta:
        model = Task
        fields = ["title", "due_on"]


class BulkTouchForm(forms.ModelForm):
    """The tier for many customers; held there when a last day and a reason are given."""

    class Meta:
        model = TouchPin
        fields = ["touch", "reason", "until"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = self.fields["until"].required = False

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until and until < days.today():
            raise forms.ValidationError(_("The last day must not lie in the past."))
        return until

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(asked["until"]) != bool(asked["reason"]):
            raise forms.ValidationError(_("Give both, the last day and the reason, or neither."))
        return asked

    def hold(self) -> Hold | None:
        """What keeps them in the tier; None when they are only moved."""
        asked = self.cleaned_data
        return Hold(reason=asked["reason"], until=asked["until"]) if asked["until"] else None


class MoveForm(forms.ModelForm):
    """The day a task is due; none is an answer, too."""

    class Meta:
        model = Task
        fields = ["due_on"]


class SnoozeForm(forms.Form):
    until = forms.DateField(label=_("Asleep until"), widget=DateInput())
    reason = forms.CharField(label=_("Reason"), max_length=200)


class AccountMapForm(forms.Form):
    """Says which customer a name means that event sources use."""

    account = forms.CharField(max_length=200)
    customer = forms.CharField(max_length=200)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_customer(self) -> Customer:
        """By external id, or by a name that only one customer has."""
        text = self.cleaned_data["customer"].strip()
        visible = Customer.objects.visible_to(self.user)
        found = visible.filter(external_id=text)[:1] or visible.filter(name__iexact=text)[:2]
        if not found:
            raise forms.ValidationError(_("No customer has this id or name."))
        if len(found) > 1:
            raise forms.ValidationError(_("Several customers have this name. Use the id."))
        return found[0]
