"""Every table leaves a trace of what people change in it, or says here why it need not."""

from django.apps import apps
from pghistory.models import Event

from accounts.audit import event_models

CONCLUSION = "a conclusion that nobody edits, and that rules can build again"
FACT = "a fact that comes in by itself and that nobody edits"
OF_ALLAUTH = "written by logging in, or from the settings of the installation"
OF_DJANGO = "Django's own books; permissions stand in accounts/permissions.py"
OF_ITS_RUN = "belongs to an act that leaves a trace itself"
OWN_TRACE = "is itself a trace, and only grows"

NOT_AUDITED = {
    "account.EmailAddress": "follows the address of User, which is audited",
    "account.EmailConfirmation": OF_ALLAUTH,
    "accounts.StoredAnswer": "what a program was answered, for a day",
    "admin.LogEntry": OWN_TRACE,
    "auth.Group": OF_DJANGO,
    "auth.Group_permissions": OF_DJANGO,
    "auth.Permission": OF_DJANGO,
    "contenttypes.ContentType": OF_DJANGO,
    "customers.DirtyDay": CONCLUSION,
    "customers.EventName": FACT,
    "customers.ImportRow": OF_ITS_RUN,
    "customers.SeenMessage": FACT,
    "customers.SourceDay": FACT,
    "customers.TraitBag": "what programs said; declaring it is Attribute, which is audited",
    "customers.UnresolvedEvent": "waits for an account; giving it one is AccountAlias",
    "metrics.BookedMonth": CONCLUSION,
    "metrics.ChangedLedger": CONCLUSION,
    "metrics.ClosedLine": OF_ITS_RUN,
    "metrics.CohortStep": CONCLUSION,
    "metrics.CompanyDay": CONCLUSION,
    "metrics.ContractTerm": CONCLUSION,
    "metrics.CountedAnswer": CONCLUSION,
    "metrics.CountedInvitation": CONCLUSION,
    "metrics.CsmDay": CONCLUSION,
    "metrics.CustomerEngagement": CONCLUSION,
    "metrics.CustomerLife": CONCLUSION,
    "metrics.CustomerTrait": CONCLUSION,
    "metrics.CustomerValue": CONCLUSION,
    "metrics.EngagementDay": CONCLUSION,
    "metrics.LatestLine": CONCLUSION,
    "metrics.LifeSign": "workers say that they live",
    "metrics.MonthBook": CONCLUSION,
    "metrics.MonthMovement": CONCLUSION,
    "metrics.MonthStock": CONCLUSION,
    "metrics.MovedCustomer": CONCLUSION,
    "metrics.NightChunk": OF_ITS_RUN,
    "metrics.PersonSeen": CONCLUSION,
    "metrics.WaitingDay": CONCLUSION,
    "metrics.Place": CONCLUSION,
    "metrics.ReportNotice": "a job mails it once",
    "metrics.RevenueMovement": CONCLUSION,
    "metrics.Snapshot": CONCLUSION,
    "metrics.ValueModel": CONCLUSION,
    "outreach.ContactTouch": OF_ITS_RUN,
    "outreach.MailText": OF_ITS_RUN,
    "pghistory.Context": "the log of changes itself",
    "sessions.Session": OF_DJANGO,
    "socialaccount.SocialApp": OF_ALLAUTH,
    "socialaccount.SocialToken": OF_ALLAUTH,
    "surveys.ResponseRevision": OWN_TRACE,
    "usersessions.UserSession": OF_ALLAUTH,
}


def silent() -> set[str]:
    """Tables without a trace, by their models; those between two models too."""
    heard = {model.pgh_tracked_model._meta.db_table for model in event_models()}
    return {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and not issubclass(model, Event)
        and model._meta.db_table not in heard
    }


def test_every_model_is_audited_or_says_why_not():
    assert silent() - set(NOT_AUDITED) == set(), (
        "Take @audited() or @audited_by_people() of lib/audit.py, or name the reason here."
    )


def test_no_reason_outlives_its_model():
    assert set(NOT_AUDITED) - silent() == set()


def test_a_model_without_either_would_be_found(monkeypatch):
    monkeypatch.delitem(NOT_AUDITED, "customers.ImportRow")

    assert "customers.ImportRow" in silent() - set(NOT_AUDITED)
