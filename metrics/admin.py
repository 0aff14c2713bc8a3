"""The back office of conclusions: read only, because rules build them. Scorecards are added."""

from django.contrib import admin

from lib.back_office import AddOnly, BackOffice, OfOneCustomer, ReadOnly
from metrics.models import (
    Alert,
    Assumption,
    BookedMonth,
    ChangedLedger,
    ClosedLine,
    ClosedMonth,
    CohortStep,
    CompanyDay,
    ContractTerm,
    CountedAnswer,
    CountedInvitation,
    CsmDay,
    CustomerEngagement,
    CustomerLife,
    CustomerTrait,
    CustomerValue,
    DailyUsageLine,
    EngagementDay,
    Feature,
    HealthScoreLine,
    Insider,
    LatestLine,
    LifeSign,
    MonthBook,
    MonthClosing,
    MonthMovement,
    MonthStock,
    MovedCustomer,
    Night,
    NightChunk,
    PersonDayLine,
    PersonSeen,
    Place,
    Report,
    ReportNotice,
    ReportRecipient,
    ReportSchedule,
    RevenueMovement,
    Scorecard,
    Snapshot,
    ValueModel,
    WaitingDay,
)


@admin.register(Scorecard)
class ScorecardAdmin(AddOnly):
    """A change is a new version, so that past scores can be explained."""

    list_display = ("version", "green_from", "amber_from", "published_by", "published_at")


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnly):
    list_display = ("customer", "day", "health_score", "health_band", "mrr", "renews_on")


@admin.register(Alert)
class AlertAdmin(ReadOnly):
    list_display = ("raised_at", "kind", "customer", "day", "settled_at", "dismissed_at")
    search_fields = ("customer",)


@admin.register(RevenueMovement)
class RevenueMovementAdmin(ReadOnly):
    list_display = ("day", "customer", "kind", "amount", "balance")
    search_fields = ("customer",)


@admin.register(CustomerTrait)
class CustomerTraitAdmin(ReadOnly):
    list_display = ("customer_id", "since", "until", "segment", "csm_id", "touch")
    search_fields = ("customer_id",)


@admin.register(Assumption)
class AssumptionAdmin(BackOffice):
    list_display = ("name", "effective_on", "value", "author")


@admin.register(ContractTerm)
class ContractTermAdmin(ReadOnly):
    list_display = ("last_day", "customer", "subscription", "expiring", "renewed", "renewed_on")
    search_fields = ("customer_id",)


@admin.register(CustomerLife)
class CustomerLifeAdmin(ReadOnly):
    list_display = ("customer", "joined_on", "cohort", "first_lost_on", "known_from", "plan")
    search_fields = ("customer_id",)


@admin.register(LatestLine)
class LatestLineAdmin(ReadOnly):
    list_display = ("customer", "day", "plan", "plan_since", "balance")
    search_fields = ("customer_id",)


@admin.register(CohortStep)
class CohortStepAdmin(ReadOnly):
    list_display = ("cohort", "age", "customer", "paying", "net", "gross", "surviving")
    search_fields = ("customer_id",)


@admin.register(CustomerValue)
class CustomerValueAdmin(ReadOnly):
    list_display = ("customer", "day", "net_value", "cost_to_serve", "suggested", "candidate")
    search_fields = ("customer",)


@admin.register(ValueModel)
class ValueModelAdmin(ReadOnly):
    list_display = ("name", "day", "n", "log_likelihood", "parameters")


@admin.register(ClosedMonth)
class ClosedMonthAdmin(ReadOnly):
    list_display = ("month", "closed_at", "closed_by", "cut_off")


@admin.register(MonthClosing)
class MonthClosingAdmin(ReadOnly):
    list_display = ("month", "asked_by", "asked_at", "tries", "obstacle")


@admin.register(ClosedLine)
class ClosedLineAdmin(ReadOnly):
    list_display = ("closed_month", "customer_id", "day", "kind", "amount", "balance")
    search_fields = ("customer_id",)


@admin.register(Report)
class ReportAdmin(ReadOnly):
    list_display = ("created_at", "subject", "format", "owner", "state", "progress", "ready_at")


@admin.register(ReportSchedule)
class ReportScheduleAdmin(ReadOnly):
    list_display = ("subject", "format", "rhythm", "owner", "next_on")


@admin.register(ReportRecipient)
class ReportRecipientAdmin(ReadOnly):
    list_display = ("reportschedule_id", "user_id")


@admin.register(ReportNotice)
class ReportNoticeAdmin(ReadOnly):
    list_display = ("report_id", "recipient_id", "sent_at")


@admin.register(CompanyDay)
class CompanyDayAdmin(ReadOnly):
    list_display = ("day", "customers", "paying_customers", "mrr", "green", "amber", "red")


@admin.register(CsmDay)
class CsmDayAdmin(ReadOnly):
    list_display = ("day", "csm", "customers", "mrr", "mrr_at_risk", "red")
    search_fields = ("csm",)


@admin.register(LifeSign)
class LifeSignAdmin(ReadOnly):
    list_display = ("name", "pid", "is_clock", "queues", "seen_at")


@admin.register(Night)
class NightAdmin(ReadOnly):
    list_display = ("day", "state", "stage", "started_at", "finished_at")


@admin.register(NightChunk)
class NightChunkAdmin(ReadOnly):
    list_display = ("night", "first_id", "last_id", "state", "attempts")
    search_fields = ("night",)


@admin.register(DailyUsageLine)
class DailyUsageLineAdmin(OfOneCustomer):
    list_display = ("key", "day", "event_count", "active_people", "seconds")


@admin.register(PersonDayLine)
class PersonDayLineAdmin(OfOneCustomer):
    list_display = ("key", "day", "person", "event_count")


@admin.register(HealthScoreLine)
class HealthScoreLineAdmin(OfOneCustomer):
    list_display = ("key", "day", "score", "band", "coverage")


@admin.register(Insider)
class InsiderAdmin(BackOffice):
    list_display = ("mark", "note", "created_at")
    search_fields = ("mark",)


@admin.register(BookedMonth)
class BookedMonthAdmin(ReadOnly):
    list_display = ("month", "windows", "rates")


@admin.register(CountedAnswer)
class CountedAnswerAdmin(ReadOnly):
    list_display = ("key", "kind", "unit", "customer", "score", "answered_at", "next_at")


@admin.register(CountedInvitation)
class CountedInvitationAdmin(ReadOnly):
    list_display = ("key", "customer", "created_at", "sent_at", "answered_at", "has_comment")


@admin.register(Place)
class PlaceAdmin(ReadOnly):
    list_display = ("id", "segment", "csm_id", "touch", "plan")


@admin.register(MovedCustomer)
class MovedCustomerAdmin(ReadOnly):
    list_display = ("customer_id",)


@admin.register(MonthBook)
class MonthBookAdmin(ReadOnly):
    list_display = (
        "month", "window_months", "segment", "csm_id", "touch", "plan", "start_customers", "lost",
        "start_value", "change", "loss",
    )  # fmt: skip


@admin.register(MonthStock)
class MonthStockAdmin(ReadOnly):
    list_display = ("month", "segment", "csm_id", "touch", "plan", "customers", "value")


@admin.register(MonthMovement)
class MonthMovementAdmin(ReadOnly):
    list_display = ("month", "kind", "reason", "segment", "csm_id", "plan", "movements", "amount")


@admin.register(ChangedLedger)
class ChangedLedgerAdmin(ReadOnly):
    list_display = ("customer_id",)


@admin.register(Feature)
class FeatureAdmin(BackOffice):
    list_display = ("event", "label", "is_value", "is_core", "uses_needed")
    search_fields = ("event",)


@admin.register(CustomerEngagement)
class CustomerEngagementAdmin(ReadOnly):
    list_display = ("day", "customer", "people", "seats", "days", "sessions")
    search_fields = ("customer",)


@admin.register(EngagementDay)
class EngagementDayAdmin(ReadOnly):
    list_display = ("day", "segment", "csm_id", "touch", "plan", "people", "people_today")


@admin.register(WaitingDay)
class WaitingDayAdmin(ReadOnly):
    list_display = ("day", "marked_at")


@admin.register(PersonSeen)
class PersonSeenAdmin(ReadOnly):
    list_display = ("customer_id", "person", "first_day")
    search_fields = ("customer_id",)
