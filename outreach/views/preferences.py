"""Which mails a contact wants. Looking changes nothing; only a pressed button does."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.views.decorators.http import require_http_methods

from outreach.links import PATHS, Purpose, read_token, token_for
from outreach.models import Message, Topic
from outreach.public_pages import notice, post_wait, public_page
from outreach.unsubscribing import choose_topics, stopped_topic_ids


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    message_uuid = read_token(Purpose.PREFERENCES, token)
    message = (
        Message.objects.filter(uuid=message_uuid).select_related("mailing__topic").first()
        if message_uuid
        else None
    )
    if message is None:
        raise Http404
    with translation.override(message.language):
        if request.method == "POST":
            return _choose(request, message)
        context = preferences_context(message) | {"is_saved": "saved" in request.GET}
        return public_page("outreach/preferences.html", context)


def _choose(request: HttpRequest, message: Message) -> HttpResponse:
    if post_wait(request, message.uuid):
        return notice("wait", status=429)
    wanted = request.POST.getlist("topic")
    stopped = [topic for topic in _topics() if topic.key not in wanted]
    if "stop_this" in request.POST:
        already = stopped_topic_ids(message.email_norm)
        stopped = [t for t in _topics() if t.pk in already or t == message.mailing.topic]
    choose_topics(message, stopped, stop_all="stop_all" in request.POST)
    answer = HttpResponseRedirect(f"{_action(message)}?saved=1")
    answer.status_code = 303
    return answer


def _topics() -> list[Topic]:
    return list(Topic.objects.filter(is_operational=False))


def _action(message: Message) -> str:
    return PATHS[Purpose.PREFERENCES] + token_for(Purpose.PREFERENCES, message.uuid)


def preferences_context(message: Message) -> dict[str, Any]:
    stopped = stopped_topic_ids(message.email_norm)
    topic = message.mailing.topic
    return {
        "language": message.language,
        "action": _action(message),
        "topic_name": topic.name_in(message.language),
        "is_stopped": topic.pk in stopped or None in stopped,
        "is_all_stopped": None in stopped,
        "topics": [
            {
                "key": topic.key,
                "name": topic.name_in(message.language),
                "is_wanted": topic.pk not in stopped and None not in stopped,
            }
            for topic in _topics()
        ],
    }
