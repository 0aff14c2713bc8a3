"""Whose customers and tasks a page shows: one's own, those of one's team, or all one may see.

A team's are what its people look after. Who sees only her own customers is never asked.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Whose(models.TextChoices):
    MINE = "mine", _("Mine")
    TEAM = "team", _("My team")
    ALL = "all", _("All I can see")


def choices_of(user: User) -> list[Whose]:
    """What may be asked for; My team only by those who have one and see what it does."""
    has_team = user.team_id is not None and user.sees_every_customer
    return [Whose.MINE, Whose.TEAM, Whose.ALL] if has_team else [Whose.MINE, Whose.ALL]


def whose(user: User, asked: str | None, *, default: Whose) -> Whose:
    """What was asked for, or the default when there is no such choice for the user."""
    return next((choice for choice in choices_of(user) if choice == asked), default)


def people_of(user: User, chosen: Whose) -> list[int] | None:
    """The ids of the people who look after them. None for everybody, and for nobody as well."""
    if chosen == Whose.ALL:
        return None
    if chosen == Whose.MINE:
        return [user.pk]
    return list(User.objects.filter(team=user.team_id).values_list("pk", flat=True))
