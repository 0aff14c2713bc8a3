"""How a file is to be read: encoding, dates, and which column is which. Everything correctable."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, permission_needed
from customers.importing.arriving import propose
from customers.importing.mapping import missing, new_attribute, options_of
from customers.importing.reading import ENCODINGS, look_at
from customers.importing.reasons import FileRefused, file_reason
from customers.importing.register import NOUNS
from customers.jobs import ring_for
from customers.models import ImportRun
from lib.days import today
from lib.money import validate_currency

SEPARATORS = [(",", gettext_lazy("Comma")), (";", gettext_lazy("Semicolon")),
              ("\t", gettext_lazy("Tab")), ("|", gettext_lazy("Bar"))]  # fmt: skip
DATE_ORDERS = [("dmy", gettext_lazy("Day first: 31-12-2026")),
               ("mdy", gettext_lazy("Month first: 12/31/2026"))]  # fmt: skip
DECIMAL_MARKS = [(".", gettext_lazy("Point: 1,234.50")), (",", gettext_lazy("Comma: 1.234,50"))]

# What an amount without a currency is counted in. Other files hold no amounts.
CURRENCY_OTHERWISE = {
    "subscriptions": gettext_lazy("Empty: the currency of the customer."),
    "purchases": gettext_lazy("Empty: the currency of the customer."),
    "cost_lines": gettext_lazy("Empty: the reporting currency."),
}


class ReadingForm(forms.Form):
    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), required=False)
    delimiter = forms.ChoiceField(
        label=gettext_lazy("Separator"), choices=SEPARATORS, required=False
    )
    date_order = forms.ChoiceField(label=gettext_lazy("Order of dates"), choices=DATE_ORDERS)
    decimal_mark = forms.ChoiceField(label=gettext_lazy("Decimal mark"), choices=DECIMAL_MARKS)
    as_of = forms.DateField(
        label=gettext_lazy("The file shows the state of"),
        help_text=gettext_lazy("Months as a customer are counted back from this day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    currency = forms.CharField(
        label=gettext_lazy("Currency where a row names none"), max_length=3, required=False,
        validators=[validate_currency],
    )  # fmt: skip
    null_word = forms.CharField(
        label=gettext_lazy("Word that clears a value"), max_length=20,
        help_text=gettext_lazy("Empty cells leave values as they are."),
    )  # fmt: skip

    def __init__(self, run: ImportRun, data: Any = None) -> None:
        stored = {"encoding": run.encoding, "delimiter": run.delimiter, **run.options}
        super().__init__(data, initial=stored)
        known = [*ENCODINGS.items()]
        if run.encoding not in ENCODINGS:
            known.append((run.encoding, run.encoding.upper()))
        self.fields["encoding"].choices = known  # type: ignore[attr-defined]  # a ChoiceField
        if run.noun in CURRENCY_OTHERWISE:
            self.fields["currency"].help_text = CURRENCY_OTHERWISE[run.noun]
        else:
            del self.fields["currency"]
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


@dataclass(frozen=True)
class FieldLine:
    """One thing that can be imported, with the column it comes from."""

    name: str
    label: Promise | str
    is_required: bool
    position: int | None


@dataclass(frozen=True)
class SpareColumn:
    """A column of the file that feeds nothing; it may become an attribute."""

    position: int
    name: str
    example: str
    is_kept: bool


@login_required
@permission_needed(Permission.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_review(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(ImportRun.objects.visible_to(request.user), pk=pk)
    if run.is_working or run.finished_at is not None:
        if request.method == "POST" and not run.is_working:
            messages.error(request, _("This import was saved and cannot be checked again."))
        return redirect(run)
    if not run.has_file:
        messages.error(request, file_reason("gone", {}))
        return redirect(run)
    form = ReadingForm(run, request.POST if request.method == "POST" else None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        problem = _take(run, form, request)
        if not problem:
            return _go_on(request, run)
    context = {
        "run": run, "form": form, "problem": problem, "lines": _lines(run),
        "columns": _columns(run), "spare": _spare(run) if NOUNS[run.noun].takes_attributes else [],
    }  # fmt: skip
    bad = problem or (form.is_bound and not form.is_valid())
    return render(request, "customers/import_review.html", context, status=422 if bad else 200)


def _take(run: ImportRun, form: ReadingForm, request: HttpRequest) -> str:
    """Put what was chosen on the run. What is wrong with it, in words, or nothing."""
    chosen = form.cleaned_data
    encoding = chosen["encoding"] or run.encoding
    delimiter = chosen["delimiter"] or run.delimiter
    if (encoding, delimiter) != (run.encoding, run.delimiter):
        return _read_again(run, encoding, delimiter)
    run.options = {
        **run.options, "date_order": chosen["date_order"], "decimal_mark": chosen["decimal_mark"],
        "as_of": chosen["as_of"].isoformat(), "currency": chosen.get("currency", ""),
        "null_word": chosen["null_word"], "date_order_is_certain": True,
    }  # fmt: skip
    fields = {}
    for column in NOUNS[run.noun].columns:
        position = request.POST.get(f"field:{column.field}", "")
        if position.isascii() and position.isdigit() and int(position) < len(run.header):
            fields[column.field] = int(position)
    run.mapping = {"fields": fields, "attributes": _attributes(run, request)}
    absent = missing(NOUNS[run.noun].columns, fields)
    if absent:
        return file_reason("column_missing", {"columns": ", ".join(str(c.label) for c in absent)})
    return ""


def _read_again(run: ImportRun, encoding: str, delimiter: str) -> str:
    try:
        propose(run, look_at(run.path, encoding=encoding, delimiter=delimiter), today())
    except FileRefused as refusal:
        return str(refusal)
    run.save()
    return _("The file was read again. Check the columns below.")


def _attributes(run: ImportRun, request: HttpRequest) -> dict[str, dict[str, str]]:
    if not NOUNS[run.noun].takes_attributes:
        return {}
    kept = {}
    for position, name in enumerate(run.header):
        if name and f"attribute:{position}" in request.POST:
            samples = [row[position] for row in run.sample if position < len(row)]
            kept[str(position)] = new_attribute(name, samples, options_of(run))
    return kept


def _go_on(request: HttpRequest, run: ImportRun) -> HttpResponse:
    if run.start_checking():
        ring_for(run.pk)
    else:
        messages.warning(request, _("This import is already on its way."))
    return redirect(run)


def _lines(run: ImportRun) -> list[FieldLine]:
    fields = run.mapping["fields"]
    return [
        FieldLine(column.field, column.label, column.is_required, fields.get(column.field))
        for column in NOUNS[run.noun].columns
    ]


def _columns(run: ImportRun) -> list[tuple[int, str, str]]:
    """Position, name and first example of each column of the file."""
    return [(at, name, _example(run, at)) for at, name in enumerate(run.header)]


def _example(run: ImportRun, position: int) -> str:
    cells = [row[position] for row in run.sample if position < len(row)]
    return next((cell for cell in cells if cell.strip()), "")


def _spare(run: ImportRun) -> list[SpareColumn]:
    used = set(run.mapping["fields"].values())
    kept = run.mapping.get("attributes", {})
    return [
        SpareColumn(at, name, example, str(at) in kept)
        for at, name, example in _columns(run)
        if at not in used and name
    ]
