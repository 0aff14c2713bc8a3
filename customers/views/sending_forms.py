"""What a form brings, and where people go after an action: back to where they pressed."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme


def back(request: HttpRequest, otherwise: str, *args: object) -> HttpResponse:
    """To the page named in the form, when it is one of ours; else to the one given."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(wanted) if ours else redirect(otherwise, *args)


def given(request: HttpRequest) -> QueryDict | None:
    """What was sent, be it nothing at all; None while somebody merely looks."""
    return request.POST if request.method == "POST" else None
