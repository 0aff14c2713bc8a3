from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, permission_needed
from lib.days import today
from metrics.counting_again import count_again
from metrics.feature_forms import FeatureForm, InsidersForm
from metrics.models import Feature, Insider

# Features come from events; a form that says it is a new one is passed over.
FeatureForms: Any = forms.modelformset_factory(Feature, form=FeatureForm, extra=0, edit_only=True)


@login_required
@permission_needed(Permission.MANAGE_COSTS)
@require_http_methods(["GET", "HEAD", "POST"])
def feature_list(request: HttpRequest) -> HttpResponse:
    """What counts as use of the product: which events are of value, and who is one of us."""
    given = request.POST if request.method == "POST" else None
    features = FeatureForms(given, queryset=Feature.objects.all(), prefix="features")
    insiders = InsidersForm(given)
    if given is not None and features.is_valid() and insiders.is_valid():
        save(features, insiders)
        messages.success(request, _("Saved. The next night counts the last 28 days again, and "
                                    "each night after it 28 days before them."))  # fmt: skip
        return redirect("metrics:feature_list")
    status = 200 if given is None else 422
    context = {"features": features, "insiders": insiders}
    return render(request, "metrics/feature_list.html", context, status=status)


@transaction.atomic
def save(features: Any, insiders: InsidersForm) -> None:
    """Both lists, and the days that have to be counted again because of them."""
    features.save()
    wanted = insiders.cleaned_data["marks"]
    Insider.objects.exclude(mark__in=wanted).delete()
    Insider.objects.bulk_create([Insider(mark=mark) for mark in wanted], ignore_conflicts=True)
    count_again(today())
