"""What a mail program's own button speaks to (RFC 8058): a POST, and nothing but a POST, counts."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from outreach.links import Purpose, read_token
from outreach.models import Message
from outreach.public_pages import public_page
from outreach.unsubscribing import stop
from outreach.views.preferences import preferences_context


@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    message_uuid = read_token(Purpose.UNSUBSCRIBE, token)
    message = (
        Message.objects.filter(uuid=message_uuid).select_related("mailing__topic").first()
        if message_uuid
        else None
    )
    if message is None:
        raise Http404
    if request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click":
        stop(
            message.email_norm, message.mailing.topic,
            reason="unsubscribed", source=f"message:{message.pk}",
        )  # fmt: skip
        return HttpResponse("", content_type="text/plain; charset=utf-8")
    return public_page("outreach/preferences.html", preferences_context(message))
