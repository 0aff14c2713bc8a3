"""Exchange rates: those that are known, those that are missing, and entering one."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import Permission, permission_needed
from customers.models import ExchangeRate
from customers.models.exchange_rate import MONTH_AHEAD, latest_month
from lib import days
from lib.paging import page_number, page_of
from lib.periods import PeriodUnreadableError, period_of
from metrics import jobs
from metrics.revenue.value import currencies_without_rate


class CodeField(forms.CharField):
    """Letters in any case; a currency is written with large ones."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).upper()


class ExchangeRateForm(forms.Form):
    """A rate of one month. One that is there already is corrected."""

    currency = CodeField(label=_("Currency"), max_length=3)
    month = forms.CharField(
        label=_("Month"), widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-10"})
    )
    rate = forms.DecimalField(label=_("Rate"), max_digits=18, decimal_places=8)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rate"].help_text = _("What one unit is worth in %(currency)s.") % {
            "currency": settings.REPORTING_CURRENCY
        }

    def clean_month(self) -> date:
        try:
            period = period_of(self.cleaned_data["month"])
        except PeriodUnreadableError:
            period = None
        if period is None or period.kind != "month":
            raise forms.ValidationError(_("Write a month such as 2026-10."))
        if period.start > latest_month(days.today()):
            raise forms.ValidationError(MONTH_AHEAD)
        return period.start

    def clean(self) -> dict[str, Any]:
        """The same rules as for a rate from anywhere else, but for being there already."""
        unread = [name for name in self.fields if name not in self.cleaned_data]
        try:
            ExchangeRate(**self.cleaned_data).clean_fields(exclude=unread)
        except forms.ValidationError as refused:
            self.add_error(None, refused)
        return self.cleaned_data

    def save(self) -> ExchangeRate:
        known = self.cleaned_data
        rate, _is_new = ExchangeRate.objects.update_or_create(
            currency=known["currency"], month=known["month"], defaults={"rate": known["rate"]}
        )
        return rate


@login_required
@permission_needed(Permission.MANAGE_COSTS)
@require_safe
def exchange_rate_list(request: HttpRequest) -> HttpResponse:
    rates = ExchangeRate.objects.order_by("-month", "currency")
    context = {
        "page": page_of(rates, page_number(request.GET.get("page", ""))),
        "missing": currencies_without_rate(days.today()),
        "may_import": request.user.may(Permission.IMPORT),
    }
    return render(request, "metrics/exchange_rate_list.html", context)


@login_required
@permission_needed(Permission.MANAGE_COSTS)
@require_http_methods(["GET", "HEAD", "POST"])
def exchange_rate_new(request: HttpRequest) -> HttpResponse:
    """Enter or correct a rate; whom it touches is booked anew at once, by a worker."""
    form = ExchangeRateForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        rate = form.save()
        jobs.rebook_currency.delay_on_commit(rate.currency)  # type: ignore[attr-defined]  # Celery's Django task
        messages.success(request, _now("Saved. Customers who pay in it are booked anew now."))
        return redirect("metrics:exchange_rate_list")
    return render(
        request,
        "metrics/exchange_rate_new.html",
        {"form": form},
        status=422 if form.is_bound else 200,
    )
