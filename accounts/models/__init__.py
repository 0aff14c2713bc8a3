from accounts.models.api_key import ApiKey
from accounts.models.audit_entry import AuditEntry
from accounts.models.linked_account import LinkedAccount
from accounts.models.second_factor import SecondFactor
from accounts.models.stored_answer import StoredAnswer
from accounts.models.team import Team
from accounts.models.user import User

__all__ = [
    "ApiKey",
    "AuditEntry",
    "LinkedAccount",
    "SecondFactor",
    "StoredAnswer",
    "Team",
    "User",
]
