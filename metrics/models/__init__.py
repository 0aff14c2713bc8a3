from metrics.models.alert import Alert
from metrics.models.assumption import Assumption
from metrics.models.closed_month import ClosedLine, ClosedMonth, MonthClosing
from metrics.models.company_day import CompanyDay
from metrics.models.contract_term import ContractTerm
from metrics.models.counted_answer import CountedAnswer
from metrics.models.counted_invitation import CountedInvitation
from metrics.models.csm_day import CsmDay
from metrics.models.customer_life import CohortStep, CustomerLife
from metrics.models.customer_trait import CustomerTrait
from metrics.models.customer_value import CustomerValue
from metrics.models.daily_usage import DailyUsage, PersonDay
from metrics.models.engagement import CustomerEngagement, EngagementDay
from metrics.models.feature import Feature
from metrics.models.health_score import HealthScore
from metrics.models.insider import Insider
from metrics.models.latest_line import LatestLine
from metrics.models.life_sign import LifeSign
from metrics.models.lines import DailyUsageLine, HealthScoreLine, PersonDayLine
from metrics.models.month import (
    BookedMonth,
    ChangedLedger,
    MonthBook,
    MonthMovement,
    MonthStock,
)
from metrics.models.night import Night, NightChunk
from metrics.models.person_seen import PersonSeen
from metrics.models.place import MovedCustomer, Place
from metrics.models.report import Report, ReportNotice, ReportRecipient, ReportSchedule
from metrics.models.revenue_movement import RevenueMovement
from metrics.models.scorecard import Scorecard
from metrics.models.snapshot import Snapshot
from metrics.models.value_model import ValueModel
from metrics.models.waiting_day import WaitingDay

__all__ = [
    "Alert",
    "Assumption",
    "BookedMonth",
    "ChangedLedger",
    "ClosedLine",
    "ClosedMonth",
    "CohortStep",
    "CompanyDay",
    "ContractTerm",
    "CountedAnswer",
    "CountedInvitation",
    "CsmDay",
    "CustomerEngagement",
    "CustomerLife",
    "CustomerTrait",
    "CustomerValue",
    "DailyUsage",
    "DailyUsageLine",
    "EngagementDay",
    "Feature",
    "HealthScore",
    "HealthScoreLine",
    "Insider",
    "LatestLine",
    "LifeSign",
    "MonthBook",
    "MonthClosing",
    "MonthMovement",
    "MonthStock",
    "MovedCustomer",
    "Night",
    "NightChunk",
    "PersonDay",
    "PersonDayLine",
    "PersonSeen",
    "Place",
    "Report",
    "ReportNotice",
    "ReportRecipient",
    "ReportSchedule",
    "RevenueMovement",
    "Scorecard",
    "Snapshot",
    "ValueModel",
    "WaitingDay",
]
