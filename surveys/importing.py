"""Answers from elsewhere: what an earlier tool was told, brought in from files (SUR-1 to SUR-5).

They belong to imported surveys, known by name and kind, which are closed and never sent. Nobody is
written to, and nothing is opened at once: the next night looks at answers of the last 30 days as
at all others, and older ones are history.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from customers.importing.cells import one_of, to_id, to_moment, to_text, whole_between
from customers.importing.columns import Column
from customers.importing.context import AHEAD, Context, judged_one_by_one
from customers.importing.drafts import Draft, Rejected
from customers.importing.nouns.belonging import customer_column, known_by_key
from customers.importing.nouns.choices import LANGUAGES, words
from customers.importing.nouns.noun import Noun
from customers.importing.records import Kind, remove, restore, save_records, settle
from customers.models import Contact, ImportRow
from surveys.answering import MAX_COMMENT
from surveys.models import Invitation, Response, Survey, SurveyVersion, Wave
from surveys.scales import SCALES
from surveys.writing import add_imported_survey

SURVEY_KINDS = words(Survey.Kind, {
    "nps": "net promoter score,推奨度", "csat": "satisfaction,満足度,顧客満足度",
    "ces": "effort score,customer effort score,ces7,努力指標", "ces5": "effort,effort 1-5",
})  # fmt: skip
NAMES_OF_CONTACTS = (
    "contact id,person id,respondent,email,e-mail,user id,連絡先ID,回答者,回答者ID,メール,"
    "メールアドレス"
)
NAMES_OF_SURVEYS = "survey name,campaign,name,調査,調査名,アンケート名"
COLUMNS = (
    Column(
        "external_id", _("External id"), to_id,
        "answer id,response id,id,回答ID,アンケートID",
        is_required=True,
    ),
    customer_column(),
    Column(
        "contact", _("Contact (external id or e-mail address)"), to_id, NAMES_OF_CONTACTS,
    ),
    Column(
        "kind", _("Kind"), one_of(*SURVEY_KINDS),
        "type,survey type,metric,score type,種類,指標,調査種別",
        is_required=True,
    ),
    Column(
        "score", _("Score"), whole_between(0, 10),
        "rating,answer,value,点数,スコア,評価,回答",
        is_required=True,
    ),
    Column(
        "comment", _("Comment"), to_text(MAX_COMMENT),
        "feedback,text,verbatim,remark,コメント,自由記述,ご意見,感想", clear_to="",
    ),
    Column(
        "answered_at", _("Day or moment"), to_moment,
        "date,day,answered on,answered,submitted at,responded at,created at,timestamp,回答日,"
        "回答日時,日付,日時",
        is_required=True, is_date=True,
    ),
    Column(
        "survey", _("Survey"), to_text(200), NAMES_OF_SURVEYS,
    ),
    Column(
        "invitation", _("Invitation (external id)"), to_id,
        "invitation id,request id,回答依頼ID,招待ID",
    ),
    Column(
        "interaction", _("Interaction"), to_text(200),
        "ticket id,ticket,case id,subject id,チケットID,問い合わせID,案件番号", clear_to="",
    ),
    Column("language", _("Language"), one_of(*LANGUAGES), "locale,lang,言語"),
)  # fmt: skip

KIND = Kind(
    Response,
    ("external_id", "survey_id", "version_id", "invitation_id", "contact_id", "customer_id",
     "interaction", "score", "comment", "language", "grade", "answered_at"),
    {"invitation_id": None, "contact_id": None, "interaction": "", "comment": "", "language": "en",
     "grade": Response.Grade.IMPORTED},
    new_stamps=(),
    change_stamps=("changed_at",),
)  # fmt: skip


@dataclass
class Surveys:
    """The imported surveys by name and kind; one that is missing is made while saving."""

    is_saving: bool
    known: dict[tuple[str, str], dict[str, int | None]] = field(default_factory=dict)

    @classmethod
    def named_in(cls, drafts: Iterable[Draft], context: Context) -> "Surveys":
        names = {cls.name_of(draft.values) for draft in drafts}
        rows = SurveyVersion.objects.filter(survey__is_imported=True, survey__name__in=names)
        return cls(context.is_saving, {
            (name, kind): {"survey_id": survey, "version_id": version}
            for name, kind, survey, version in rows.values_list(
                "survey__name", "survey__kind", "survey_id", "pk")
        })  # fmt: skip

    def of(self, values: dict[str, Any], context: Context) -> dict[str, int | None]:
        key = (self.name_of(values), values["kind"])
        if key not in self.known:
            self.known[key] = _made(*key, context) if self.is_saving else NOT_YET
        return self.known[key]

    @staticmethod
    def name_of(values: dict[str, Any]) -> str:
        return str(values.get("survey") or values.get("kind", "")).strip()


NOT_YET: dict[str, int | None] = {"survey_id": None, "version_id": None}


def _made(name: str, kind: str, context: Context) -> dict[str, int | None]:
    """A program may make the same one at the same moment; then it is that one."""
    try:
        version = add_imported_survey(name, kind, now=context.now)
    except IntegrityError:
        imported = SurveyVersion.objects.filter(survey__is_imported=True)
        version = imported.get(survey__name=name, survey__kind=kind)
    return {"survey_id": version.survey_id, "version_id": version.pk}


def judge(drafts: list[Draft], context: Context) -> None:
    found, customers = known_by_key(KIND, drafts, context)
    contacts = contacts_named(drafts, context)
    invited = _invited(drafts, context)
    surveys = Surveys.named_in(drafts, context)

    def one(draft: Draft) -> None:
        values = dict(draft.values)
        _check(values, context)
        former = found.get(draft.key)
        values |= who(values, customers, contacts, former)
        if former is not None and former["customer_id"] != values["customer_id"]:
            raise Rejected("external_id", "other_customer")
        context.once(draft.key)
        if "invitation" in values:
            values["invitation_id"] = _invitation(values, invited, Surveys.name_of(values))
        values |= surveys.of(values, context)
        for name in ("customer", "contact", "kind", "survey", "invitation"):
            values.pop(name, None)
        settle(KIND, draft, values, former)

    judged_one_by_one(drafts, context, one)


def _check(values: dict[str, Any], context: Context) -> None:
    scale = SCALES[values["kind"]]
    if values["score"] not in scale.scores:
        raise Rejected("score", "number_out_of_range", low=str(scale.low), high=str(scale.high))
    if values["answered_at"] > context.now + AHEAD:
        raise Rejected("answered_at", "in_the_future")


# A name as written: the contacts it may mean, each with its customer.
Contacts = dict[str, list[tuple[int, int]]]


def contacts_named(drafts: list[Draft], context: Context) -> Contacts:
    """By external id as it is and by e-mail address whatever its letters."""
    names = {name for draft in drafts if (name := draft.values.get("contact"))}
    addresses = {name.lower() for name in names if "@" in name}
    meant = Q(external_id__in=names)
    contacts = Contact.objects.filter(customer__in=context.reachable())
    if addresses:
        contacts = contacts.annotate(address=Lower("email"))
        meant |= Q(address__in=addresses)
    rows = contacts.filter(meant)
    found: Contacts = defaultdict(list)
    for pk, customer, key, email in rows.values_list("pk", "customer_id", "external_id", "email"):
        for name in {key, email.lower()}:
            found[name].append((pk, customer))
    return found


def who(
    values: dict[str, Any], customers: dict[str, Any], contacts: Contacts,
    former: dict[str, Any] | None,
) -> dict[str, Any]:  # fmt: skip
    """Whose answer it is. A contact says which customer; where both are named they must agree."""
    customer_name, contact_name = values.get("customer"), values.get("contact")
    if customer_name is not None and customer_name not in customers:
        raise Rejected("customer", "unknown_customer")
    customer_id = customers[customer_name]["pk"] if customer_name is not None else None
    if contact_name is None:
        if customer_id is None and former is None:
            raise Rejected("customer", "needs_customer_or_contact")
        return {"customer_id": customer_id or (former or {})["customer_id"]}
    meant = contacts.get(contact_name) or contacts.get(contact_name.lower(), [])
    fitting = [one for one in meant if customer_id in {None, one[1]}]
    if not fitting:
        raise Rejected("contact", "unknown_contact")
    if len(fitting) > 1:
        raise Rejected("contact", "ambiguous_contact")
    return {"contact_id": fitting[0][0], "customer_id": fitting[0][1]}


# An invitation: its contact, name and kind of its survey, and by which answer it is answered.
Invited = dict[str, dict[str, Any]]


def _invited(drafts: list[Draft], context: Context) -> Invited:
    names = {name for draft in drafts if (name := draft.values.get("invitation"))}
    asked = Invitation.objects.filter(customer__in=context.reachable(), external_id__in=names)
    rows = asked.values("pk", "external_id", "contact_id", "wave__survey__name",
                        "wave__survey__kind", "response__external_id")  # fmt: skip
    return {row["external_id"]: row for row in rows}


def _invitation(values: dict[str, Any], invited: Invited, survey: str) -> int:
    """The invitation that this answers: to the same contact, about the same survey, once."""
    asked = invited.get(values["invitation"])
    if asked is None:
        raise Rejected("invitation", "unknown_invitation")
    theirs = (asked["contact_id"], asked["wave__survey__name"], asked["wave__survey__kind"])
    if theirs != (values.get("contact_id"), survey, values["kind"]):
        raise Rejected("invitation", "invitation_of_another")
    if asked["response__external_id"] not in {None, values["external_id"]}:
        raise Rejected("invitation", "answered_already")
    asked["response__external_id"] = values["external_id"]
    return int(asked["pk"])


def save(drafts: list[Draft], context: Context) -> None:
    save_records(KIND, drafts, context)


def in_use(response_ids: list[int]) -> set[int]:
    """Answers for which somebody has a task."""
    tasks = Response.objects.filter(pk__in=response_ids, task__isnull=False)
    return set(tasks.values_list("pk", flat=True))


def take_back(row_ids: list[int]) -> list[int]:
    """Imported surveys go with their last answer. One that never had any is a program's."""
    records = ImportRow.objects.filter(pk__in=row_ids).values("record_id")
    surveys = list(Response.objects.filter(pk__in=records).values_list("survey_id", flat=True))
    done = [*restore(KIND, row_ids), *remove(KIND, row_ids, in_use)]
    forget_empty_surveys(surveys)
    return done


def forget_empty_surveys(surveys: list[int]) -> None:
    """Imported ones among them that neither answers nor invitations belong to any more."""
    answered = Response.objects.filter(survey__in=surveys).values("survey_id")
    asked = Invitation.objects.filter(wave__survey__in=surveys).values("wave__survey_id")
    imported = Survey.objects.filter(pk__in=surveys, is_imported=True)
    empty = list(imported.exclude(pk__in=answered).exclude(pk__in=asked))
    Wave.objects.filter(survey__in=empty).delete()
    Survey.objects.filter(pk__in=[survey.pk for survey in empty]).delete()


ANSWERS = Noun("answers", _("Survey answers"), COLUMNS, judge, save, take_back, scope="surveys")
