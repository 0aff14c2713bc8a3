"""The page a contact answers on. Looking records nothing; only a pressed button does."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from outreach import hits
from outreach.links import PATHS, Purpose, read_token, token_for
from outreach.public_pages import PublicPage, notice, post_wait, public_page
from surveys.answering import MAX_COMMENT, Answer, Outcome, cleaned, record_answer
from surveys.nonces import Nonce, new_nonce, read_nonce
from surveys.visiting import OpenLink, Said, find_link

LANGUAGE_NAMES = {"en": "English", "ja": "日本語"}
WORDS = ("question", "low", "high", "button", "thanks")


@dataclass
class Visit:
    """One opened link, and the language it is read in."""

    request: HttpRequest
    link: OpenLink

    @cached_property
    def language(self) -> str:
        wanted = self.request.POST.get("switch") or self._given.get("lang", "")
        return self.link.language_for(wanted)

    @property
    def _given(self) -> Mapping[str, str]:
        return self.request.POST if self.request.method == "POST" else self.request.GET

    @cached_property
    def score(self) -> int | None:
        name = "score" if self.request.method == "POST" else "s"
        return self.link.scale.read(self._given.get(name, ""))

    @cached_property
    def action(self) -> str:
        return PATHS[Purpose.ANSWER] + token_for(Purpose.ANSWER, self.link.message_uuid)

    def words(self, score: int | None) -> dict[str, str]:
        """The texts of the page; the follow-up question fits the score, if there is one."""
        follow_up = "neutral" if score is None else str(self.link.scale.category(score))
        keys = {word: word for word in WORDS} | {"follow_up": follow_up}
        return {name: self.link.text(key, self.language) for name, key in keys.items()}


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """One check of the signature and one read. Every way of not being there looks the same."""
    message_uuid = read_token(Purpose.ANSWER, token)
    link = find_link(message_uuid) if message_uuid else None
    if link is None:
        raise Http404
    visit = Visit(request, link)
    with translation.override(visit.language):
        if link.is_closed(timezone.now()):
            return notice("closed", status=410)
        if request.method == "POST":
            return _press(visit)
        page = _look(visit)
    if request.method == "GET":
        page.later = partial(hits.note, link.message_id, visit.score)
    return page


def _look(visit: Visit) -> PublicPage:
    said = visit.link.said
    if said is None:
        return _form(visit, visit.score, "")
    changes = "edit" in visit.request.GET or visit.score is not None
    if changes and said.may_change(timezone.now()):
        score = said.score if visit.score is None else visit.score
        return _form(visit, score, said.comment)
    return _thanks(visit, said)


def _press(visit: Visit) -> HttpResponse:
    comment = visit.request.POST.get("comment", "")
    wait = post_wait(visit.request, visit.link.message_uuid)
    if wait:
        return _wait(visit, comment, wait)
    if visit.request.POST.get("switch"):
        return _form(visit, visit.score, comment)
    nonce = read_nonce(visit.request.POST.get("nonce", ""), visit.link.message_uuid)
    faults = _faults(visit, comment, nonce)
    if faults or nonce is None or visit.score is None:
        return _form(visit, visit.score, comment, faults)
    said = Answer(visit.score, cleaned(comment), visit.language, nonce)
    outcome = record_answer(visit.link.invitation_id, said, now=timezone.now())
    return _answered(visit, outcome)


def _wait(visit: Visit, comment: str, seconds: int) -> HttpResponse:
    """Too often: what was typed stays on the page."""
    text = _("That was too often. Please wait a minute and press the button again.")
    response = _form(visit, visit.score, comment, [{"field": "score", "text": text}])
    response.status_code = 429
    response.headers["Retry-After"] = str(seconds)
    return response


def _answered(visit: Visit, outcome: Outcome) -> HttpResponse:
    if outcome is Outcome.GONE:
        raise Http404
    if outcome is Outcome.CLOSED:
        return notice("closed", status=410)
    if outcome is Outcome.FIXED:
        return notice("fixed", status=409)
    response = HttpResponseRedirect(f"{visit.action}?lang={visit.language}")
    response.status_code = 303
    return response


def _faults(visit: Visit, comment: str, nonce: Nonce | None) -> list[dict[str, str]]:
    faults = []
    if visit.score is None or len(visit.request.POST.getlist("score")) > 1:
        faults.append({"field": "score", "text": _("Please choose one number.")})
    if len(cleaned(comment)) > MAX_COMMENT:
        text = _("Your text is too long. Please shorten it to 5,000 characters.")
        faults.append({"field": "comment", "text": text})
    if nonce is None and not faults:
        text = _("This page was open for a long time. Please press the button once more.")
        faults.append({"field": "score", "text": text})
    return faults


def _form(
    visit: Visit, score: int | None, comment: str, faults: list[dict[str, str]] | None = None
) -> PublicPage:
    context = _form_context(visit, score) | {"comment": comment, "faults": faults or []}
    return public_page("surveys/answer.html", context, status=400 if faults else 200)


def _form_context(visit: Visit, score: int | None) -> dict[str, Any]:
    words = visit.words(score)
    others = [code for code in visit.link.texts if code != visit.language]
    return {
        "language": visit.language,
        "brand": visit.link.brand,
        "words": words,
        "action": visit.action,
        "nonce": new_nonce(visit.link.message_uuid),
        "scale": visit.link.scale,
        "chosen": score,
        "other_languages": [{"code": c, "name": LANGUAGE_NAMES.get(c, c)} for c in others],
    }


def _thanks(visit: Visit, said: Said) -> PublicPage:
    context = {
        "language": visit.language,
        "brand": visit.link.brand,
        "words": visit.words(said.score),
        "action": visit.action,
        "nonce": new_nonce(visit.link.message_uuid),
        "response": said,
        "scale": visit.link.scale,
        "may_change": said.may_change(timezone.now()),
    }
    return public_page("surveys/answer_thanks.html", context)
