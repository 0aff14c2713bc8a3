"""What the rows of one import are judged against: options, the importer's reach, look-ups."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from accounts.models import Team, User
from customers.importing.cells import Options
from customers.importing.drafts import Draft, Plan, Rejected
from customers.models import Customer

# Clocks differ, and a day without a clock may be meant in another zone.
AHEAD = timedelta(days=1)


@dataclass
class Context:
    """`user` None is the operator at the server's command line, who may reach every customer.

    `is_saving` False is the dry run: same judgement, nothing written, nothing locked.
    """

    run_id: int
    user: User | None
    plan: Plan
    today: date
    now: datetime
    is_saving: bool = False
    # Hashes of the keys seen so far in this file, so that a second one is noticed.
    seen: set[int] = field(default_factory=set)
    # What a noun found out by reading the whole file before (churn: each customer's last fact).
    foresight: dict[str, Any] = field(default_factory=dict)

    @property
    def options(self) -> Options:
        return self.plan.options

    @property
    def sees_every_customer(self) -> bool:
        return self.user is None or self.user.sees_every_customer

    @cached_property
    def users(self) -> dict[str, int]:
        """Active users by e-mail address and by name, in lower case."""
        found: dict[str, int] = {}
        for pk, email, name in User.objects.filter(is_active=True).values_list(
            "pk", "email", "full_name"
        ):
            found.setdefault(name.casefold(), pk)
            found[email.casefold()] = pk
        return found

    @cached_property
    def teams(self) -> dict[str, int]:
        return {name.casefold(): pk for pk, name in Team.objects.values_list("pk", "name")}

    def reachable(self) -> Any:
        """The customers this import may touch or name: the only door."""
        if self.user is None:
            return Customer.objects.all()
        return Customer.objects.visible_to(self.user)

    def customers_named(self, external_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The reachable ones among them, by external id."""
        names = {name for name in external_ids if name}
        rows = self.reachable().filter(external_id__in=names)
        fields = ("pk", "external_id", "name", "currency", "started_on", "churned_on")
        return {row["external_id"]: row for row in rows.values(*fields)}

    def once(self, key: str) -> None:
        """Refuse a key that the file has named before. Keys of refused rows do not count."""
        mark = hash(key)
        if mark in self.seen:
            raise Rejected("external_id", "twice_in_file")
        self.seen.add(mark)


def judged_one_by_one(
    drafts: list[Draft], context: Context, judge: Callable[[Draft], None]
) -> None:
    """Each row by itself: one that breaks a rule is rejected, the others go on."""
    for draft in drafts:
        if draft.problems:
            continue
        try:
            judge(draft)
        except Rejected as why:
            context.plan.reject(draft, why)
